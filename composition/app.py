"""All of the app. What taking a request does not need is imported, and made, when it is first asked for.

On Flex Consumption the HTTP functions have instances of their own, and so has each other one (per-function
scaling): none needs all. The first that asks how far a request is waits for the plans' imports, once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from composition.front import Doors, doors_of, front_desk_of
from composition.parts import Parts
from export_function.links import ArchiveLinks
from shared.domain.plan import Plan, Step
from shared.domain.receipts import ReceiptSigner
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.front_desk import FrontDesk
from shared.receipt_settings import build_signer

if TYPE_CHECKING:
    from composition.batches import Lists
    from operations_function.batches import BatchesDesk
    from operations_function.checks import ChecksDesk
    from operations_function.desk import OperatorsDesk
    from shared.domain.bulk.runner import BatchRunner
    from shared.domain.bulk.upkeep import BatchUpkeep
    from shared.domain.upkeep import Upkeep
    from worker_function.work import RequestWork


@dataclass(frozen=True)
class App:
    """Each part is made once in a process, when it is first asked for. Nothing here opens a connection."""

    parts: Parts

    @cached_property
    def doors(self) -> Doors:
        """What whoever calls meets."""
        return doors_of(self.parts, {kind: partial(self._steps, kind) for kind in Kind})

    @cached_property
    def front_desk(self) -> FrontDesk:
        """What calls of apps and people do."""
        return front_desk_of(self.parts, self.doors)

    @cached_property
    def links(self) -> ArchiveLinks:
        """Links to archives."""
        parts = self.parts
        lifetime = parts.settings.link_lifetime
        return ArchiveLinks(parts.kept.store, parts.archive_links(), parts.base.clock, lifetime)

    @cached_property
    def signer(self) -> ReceiptSigner:
        """What signs receipts."""
        return build_signer(self.parts.settings.receipts, self.parts.kept.register, self.parts.base.clock)

    @cached_property
    def plans(self) -> Mapping[Kind, Plan]:
        """What is done for a request, by kind."""
        from composition.plans import plans_of

        return plans_of(self.parts)

    @cached_property
    def work(self) -> "RequestWork":
        """What messages about requests ask for."""
        from composition.work import work_of

        return work_of(self.parts, self.plans, self.signer)

    @cached_property
    def upkeep(self) -> "Upkeep":
        """What the timer does about requests."""
        from composition.upkeep import upkeep_of

        return upkeep_of(self.parts)

    async def last_sweep(self) -> datetime | None:
        """When upkeep last went through. Raises `StorageUnavailable`."""
        return await self.upkeep.last_sweep()

    @cached_property
    def operators_desk(self) -> "OperatorsDesk":
        """What operators do about requests, people and holds."""
        from composition.operators import operators_desk_of

        return operators_desk_of(self.parts, self.doors)

    @cached_property
    def checks_desk(self) -> "ChecksDesk":
        """What checks the set-up."""
        from composition.checks import checks_desk_of

        return checks_desk_of(self.parts, self.doors.gate, self.last_sweep)

    @cached_property
    def lists(self) -> "Lists":
        """Where the lists are that operators hand in."""
        from composition.batches import lists_of

        return lists_of(self.parts)

    @cached_property
    def batches_desk(self) -> "BatchesDesk":
        """What operators do about lists."""
        from composition.batches import batches_desk_of

        return batches_desk_of(self.parts, self.doors, self.lists)

    @cached_property
    def batch_runner(self) -> "BatchRunner":
        """What messages about lists ask for."""
        from composition.batches import batch_runner_of

        return batch_runner_of(self.parts, self.front_desk.acceptance, self.lists)

    @cached_property
    def batch_upkeep(self) -> "BatchUpkeep":
        """What the timer does about lists."""
        from composition.batches import batch_upkeep_of

        return batch_upkeep_of(self.parts.base, self.lists)

    def _steps(self, kind: Kind, request: PrivacyRequest) -> tuple[Step, ...]:
        """A plan that is imported when somebody asks how far a request is."""
        return self.plans[kind](request)
