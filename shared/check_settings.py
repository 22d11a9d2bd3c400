"""The checks that settings describe."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shared.adapters.blob_checks import ArchivesCheck, EvidenceCheck, StorageClockCheck
from shared.adapters.graph.probe import TenantToCheck
from shared.adapters.graph.tenant_checks import GraphTenantChecks
from shared.adapters.link_check import LinkCheck
from shared.adapters.receipt_check import ReceiptCheck
from shared.adapters.storage_checks import QueuesCheck, TablesCheck
from shared.adapters.storage_clients import Homes
from shared.directory_settings import registrations_of
from shared.domain.checks.check import Check, Name, Place, TenantChecks
from shared.domain.checks.sweeps import SweepCheck
from shared.domain.ports import Clock, DownloadLinks
from shared.domain.receipts import SigningKey
from shared.health import LastSweep
from shared.settings import Settings


@dataclass(frozen=True)
class Checkable:
    """What there is to check beside tenants; `homes` as the app itself reaches them."""

    homes: Homes
    new_links: Callable[[], DownloadLinks]
    key: SigningKey
    last_sweep: LastSweep


def build_checks(what: Checkable, link_ip_range: str | None, clock: Clock) -> Sequence[Check]:
    """The checks of everything but tenants. None is asked before it is wanted."""
    homes = what.homes
    links = LinkCheck(homes.archives, what.new_links, link_ip_range, clock)
    return (
        Check(Place.APP, Name.UPKEEP, SweepCheck(what.last_sweep, clock).ask),
        Check(Place.RECEIPTS, Name.SIGNING, ReceiptCheck(what.key).ask),
        Check(Place.STATE, Name.TABLES, TablesCheck(homes.tables, clock).ask),
        Check(Place.STATE, Name.QUEUES, QueuesCheck(homes.queues).ask),
        Check(Place.STATE, Name.EVIDENCE, EvidenceCheck(homes.evidence, clock).ask),
        Check(Place.EXPORTS, Name.ARCHIVES, ArchivesCheck(homes.archives, clock).ask),
        Check(Place.EXPORTS, Name.LINKS, links.ask),
        Check(Place.EXPORTS, Name.CLOCK, StorageClockCheck(homes.archives, clock).ask),
    )


def build_tenant_checks(settings: Settings, clock: Clock) -> Mapping[str, Callable[[], TenantChecks]]:
    """By tenant, what makes its checks for a run."""
    return {name: _maker(settings, name, clock) for name in sorted(settings.tenants)}


def _maker(settings: Settings, name: str, clock: Clock) -> Callable[[], TenantChecks]:
    given = settings.tenants[name]
    tenant = TenantToCheck(name, given.domain, registrations_of(given), settings.endpoints())
    return lambda: GraphTenantChecks(tenant, clock)
