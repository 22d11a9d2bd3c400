"""Operators' checks over made-up places: what each finds is written in the test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from operations_function.blueprint import checks_blueprint
from operations_function.checks import ChecksDesk
from shared.domain.checks.check import Check, Name, Place
from shared.domain.checks.common_reasons import SWEPT
from shared.domain.checks.reason import Found, Reason, found
from shared.domain.checks.storage_reasons import ROUND_TRIP
from shared.domain.checks.tenant_reasons import HARD_DELETES, SIGNED_IN
from shared.health import health_blueprint
from shared.setting_parts import Fault
from tests.unit.bulk import Bulk
from tests.unit.http import Functions
from tests.unit.staff import Office, gate_of
from tests.unit.world import World


@dataclass
class Asked:
    """One check, and how often it was asked."""

    reason: Reason
    count: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)

    async def ask(self) -> Sequence[Found]:
        self.count += 1
        usual = {"seconds": "1", "tenant": "CONTOSO", "registration": "TENANTS__CONTOSO"}
        return (found(self.reason, **{**usual, **self.facts}),)


@dataclass
class MadeUpTenant:
    """Implements `TenantChecks`."""

    name: str
    reads: Asked = field(default_factory=lambda: Asked(SIGNED_IN))
    writes: Asked = field(default_factory=lambda: Asked(HARD_DELETES))
    closed: int = 0

    def reading(self) -> Sequence[Check]:
        return (Check(Place.TENANT, Name.SIGN_IN, self.reads.ask, self.name),)

    def writing(self) -> Sequence[Check]:
        return (Check(Place.TENANT, Name.HARD_DELETE, self.writes.ask, self.name),)

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Clinic:
    """An office whose operators may run checks on these tenants."""

    tenants: Mapping[str, MadeUpTenant] = field(
        default_factory=lambda: {name: MadeUpTenant(name) for name in ("contoso", "fabrikam")}
    )
    faults: Sequence[Fault] = ()
    upkeep: Asked = field(default_factory=lambda: Asked(SWEPT))
    tables: Asked = field(default_factory=lambda: Asked(ROUND_TRIP))
    bulk: Bulk = field(default_factory=Bulk)

    @property
    def world(self) -> World:
        """What the office works on."""
        return self.bulk.world

    @property
    def office(self) -> Office:
        checks = checks_blueprint(lambda: self.desk, self.world.log)
        return Office(self.bulk, Functions(checks, health_blueprint(self.faults)))

    @property
    def desk(self) -> ChecksDesk:
        common = (
            Check(Place.APP, Name.UPKEEP, self.upkeep.ask),
            Check(Place.STATE, Name.TABLES, self.tables.ask),
        )
        makers = {name: lambda one=one: one for name, one in self.tenants.items()}
        return ChecksDesk(gate_of(self.world), common, makers, self.world.clock, self.world.log)
