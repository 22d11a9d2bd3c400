"""What is done for a request, by kind."""

from collections.abc import Mapping

from composition.parts import Parts
from delete_function.audit_check import AuditCheck
from delete_function.blocking import Blocking
from delete_function.guard_rails import GuardRails
from delete_function.guarding import Guarding, Policy
from delete_function.plan import DeletionPlan
from delete_function.purging import Purging
from delete_function.soft_deletion import SoftDeletion
from export_function.archive import Archivist
from export_function.collector import Collector
from export_function.plan import ExportPlan
from shared.domain.claims import Claims
from shared.domain.directories import Directories
from shared.domain.endings import Endings
from shared.domain.erasure import Erasure
from shared.domain.identify import Identification
from shared.domain.plan import Plan
from shared.domain.states import Kind
from shared.settings import Settings


def plans_of(parts: Parts) -> Mapping[Kind, Plan]:
    """A deletion finds and claims people as an export does, and may have it make a copy first."""
    settings, base, kept, clock = parts.settings, parts.base, parts.kept, parts.base.clock
    directories = directories_of(parts)
    window, seal = settings.replication_window, base.seal
    identification = Identification(directories, base.topology, clock, window, seal)
    archivist = Archivist(kept.blobs, clock, settings.archive_kept, parts.processing)
    collector = Collector(directories, kept.blobs, clock, seal, settings.optional_sections)
    export = ExportPlan(identification, claims_of(parts), collector, archivist)
    return {Kind.EXPORT: export, Kind.DELETION: _deletion_plan(parts, export)}


def directories_of(parts: Parts) -> Directories:
    """All tenants' directories as one."""
    return Directories(parts.directories, parts.base.topology.domains)


def claims_of(parts: Parts) -> Claims:
    """Who has whose account while it is worked on."""
    base, kept = parts.base, parts.kept
    patience, endings = parts.settings.export_patience, Endings(base.log, base.telemetry)
    return Claims(
        kept.register,
        kept.store,
        kept.blobs,
        base.keyed_hash,
        parts.promises,
        base.clock,
        patience,
        endings,
    )


def _deletion_plan(parts: Parts, export: ExportPlan) -> DeletionPlan:
    settings, base, kept, clock = parts.settings, parts.base, parts.kept, parts.base.clock
    holds, directories = parts.holds, export.identification.directories
    window, audits_kept = settings.replication_window, settings.audit_retention
    return DeletionPlan(
        identification=export.identification,
        guarding=Guarding(directories, clock, base.topology.cross_tenant_match, _policy(settings)),
        claims=export.claims,
        holds=holds,
        blocking=Blocking(directories),
        soft_deletion=SoftDeletion(directories, clock, base.log, window, audits_kept),
        purging=Purging(
            directories=directories,
            holds=holds,
            clock=clock,
            log=base.log,
            window=window,
            audits_kept=audits_kept,
            tries=settings.purge == "try",
        ),
        audit_check=AuditCheck(directories, clock) if settings.audit_check == "wait" else None,
        erasure=Erasure(kept.register, kept.store, kept.blobs, clock),
        copying=export.copying,
        clock=clock,
    )


def _policy(settings: Settings) -> Policy:
    return Policy(
        asks=settings.deletion_approval == "operator",
        cooling_off=settings.deletion_cooling_off,
        guard_rails=GuardRails(settings.protected_accounts, settings.protected_groups),
    )
