"""What keeps every promise about requests."""

from composition.parts import Parts
from shared.domain.upkeep import Upkeep


def upkeep_of(parts: Parts) -> Upkeep:
    """What the timer does about requests."""
    base, kept = parts.base, parts.kept
    return Upkeep(
        store=kept.store,
        due=kept.due,
        register=kept.register,
        passing=kept.passing,
        blobs=kept.blobs,
        queue=kept.queue,
        clock=base.clock,
        log=base.log,
        retention=parts.retention,
        timing=base.timing,
        telemetry=base.telemetry,
    )
