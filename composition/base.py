"""What everything rests on."""

from dataclasses import dataclass
from datetime import timedelta

from shared.adapters.clock import SystemClock
from shared.adapters.fernet_seal import FernetSeal
from shared.addresses import Addresses
from shared.domain.keyed_hash import KeyedHash
from shared.domain.ports import Clock, Log, Seal, Telemetry
from shared.domain.topology import CrossTenantMatch, Topology
from shared.domain.turn import Timing
from shared.log import get_log
from shared.notice_settings import Telling, build_telling
from shared.settings import Settings
from shared.telemetry_settings import build_telemetry


@dataclass(frozen=True)
class Base:
    """Who counts time, hashes, seals, logs and tells; which tenants there are."""

    clock: Clock
    log: Log
    keyed_hash: KeyedHash
    tickets: KeyedHash
    timing: Timing
    topology: Topology
    seal: Seal
    telling: Telling
    addresses: Addresses
    telemetry: Telemetry


def base_of(settings: Settings, function_timeout: timedelta) -> Base:
    """Opens no connection. Raises `SettingsFault`."""
    clock, keyed_hash = SystemClock(), KeyedHash(settings.hash_key_bytes())
    tickets, *earlier = map(KeyedHash, settings.ticket_keys())
    seal = FernetSeal(tickets, *earlier)
    return Base(
        clock=clock,
        log=get_log("app"),
        keyed_hash=keyed_hash,
        tickets=tickets,
        timing=Timing(function_timeout),
        topology=_topology(settings),
        seal=seal,
        telling=build_telling(settings, keyed_hash, tickets, seal, clock),
        addresses=settings.addresses(),
        telemetry=build_telemetry(settings),
    )


def _topology(settings: Settings) -> Topology:
    return Topology(
        {name: tenant.domain for name, tenant in settings.tenants.items()},
        settings.customer_bases(),
        CrossTenantMatch(settings.cross_tenant_match),
        settings.shared_issuers,
        frozenset(name for name, tenant in settings.tenants.items() if tenant.deletions == "none"),
    )
