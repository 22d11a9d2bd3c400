"""Which of a tenant's registrations sends a call; each is paced and throttled by itself, as Graph counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.adapters.graph.calls import Call, Principal
from shared.adapters.graph.client import LazyConnection
from shared.adapters.graph.send import Answer, MakeRequest, Read, Sender
from shared.adapters.graph.throttle import ThrottledSender
from shared.domain.errors import NotOffered, PermissionMissing
from shared.domain.ports import Clock

Connections = Mapping[Principal, LazyConnection]
"""One connection may serve both; where there is no eraser, nothing is written."""


def serving_both(connection: LazyConnection) -> Connections:
    """One registration for everything."""
    return dict.fromkeys(Principal, connection)


@dataclass(frozen=True)
class TenantSender:
    """All calls of this process to one tenant, each by its registration; `lacks` are not sent at all."""

    senders: Mapping[Principal, ThrottledSender]
    lacks: frozenset[str]

    async def once(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """See `ThrottledSender.once`."""
        return await self._of(call).once(call, make, read)

    async def patiently(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """See `ThrottledSender.patiently`."""
        return await self._of(call).patiently(call, make, read)

    def _of(self, call: Call) -> ThrottledSender:
        if call.name in self.lacks:
            raise NotOffered(call.name, "cloud")
        if call.principal not in self.senders:
            raise PermissionMissing(call.name)
        return self.senders[call.principal]


def tenant_sender(
    connections: Connections, lacks: frozenset[str], clock: Clock, share: float
) -> TenantSender:
    """`share` is this process's part of what each registration may ask of Graph."""
    paced = {
        connection: ThrottledSender(Sender(connection, clock), clock, share=share)
        for connection in connections.values()
    }
    return TenantSender(
        {principal: paced[connection] for principal, connection in connections.items()}, lacks
    )
