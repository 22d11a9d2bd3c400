"""The desk that checks the set-up."""

from composition.parts import Parts
from operations_function.checks import ChecksDesk
from shared.check_settings import Checkable, build_checks, build_tenant_checks
from shared.gate import Gate
from shared.health import LastSweep
from shared.receipt_settings import signing_key


def checks_desk_of(parts: Parts, gate: Gate, last_sweep: LastSweep) -> ChecksDesk:
    """What the function for checks does."""
    settings, clock, kept = parts.settings, parts.base.clock, parts.kept
    what = Checkable(kept.homes, parts.archive_links, signing_key(settings.receipts), last_sweep)
    common = build_checks(what, settings.link_ip_range, clock)
    return ChecksDesk(gate, common, build_tenant_checks(settings, clock), clock, parts.base.log)
