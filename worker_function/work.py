"""What is done about a request that a message names."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.errors import UnknownRequest
from shared.domain.ports import Clock, RequestStore
from shared.domain.runner import Runner
from worker_function.blueprint import Work


@dataclass(frozen=True)
class RequestWork:
    """Runs a request's plan, then in their order what follows its end."""

    runner: Runner
    follow_ups: Sequence[Work]
    store: RequestStore
    clock: Clock

    async def run(self, request_id: str) -> None:
        """Take the request further. Raises `StorageUnavailable`: the message must come again."""
        await self.runner.run(request_id)
        if await self._follow_up_due(request_id):
            for follow_up in self.follow_ups:
                await follow_up(request_id)

    async def take_back(self, request_id: str) -> None:
        """Its message failed too often. Raises `StorageUnavailable`."""
        await self.runner.count_poison(request_id)

    async def _follow_up_due(self, request_id: str) -> bool:
        """One look for all: most messages find nothing to follow, and each would look by itself."""
        try:
            request = (await self.store.get(request_id)).request
        except UnknownRequest:
            return False
        return request.follow_up_due(self.clock.now())
