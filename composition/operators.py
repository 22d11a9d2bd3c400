"""The desk for operators."""

from composition.front import Doors
from composition.parts import Parts
from operations_function.desk import OperatorsDesk
from operations_function.people import People
from shared.domain.hold_acts import HoldActs


def operators_desk_of(parts: Parts, doors: Doors) -> OperatorsDesk:
    """What the functions for requests, people and holds do."""
    base, kept, holds, hashing = parts.base, parts.kept, parts.holds, parts.base.keyed_hash
    return OperatorsDesk(
        gate=doors.gate,
        decisions=doors.decisions,
        people=People(parts.directories, base.topology.domains, kept.register, holds, hashing, base.log),
        letters=doors.letters,
        holds=HoldActs(holds, kept.evidence, hashing, base.clock),
        store=kept.store,
        clock=base.clock,
        allowance=doors.allowances.callers,
        plans=doors.plans,
        log=base.log,
        addresses=base.addresses,
    )
