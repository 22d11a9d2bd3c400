"""One tenant asked on behalf of checks: with a token of its own, so that what was granted since is seen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from azure.core.exceptions import AzureError

from shared.adapters.graph.calls import Call
from shared.adapters.graph.client import LazyConnection
from shared.adapters.graph.graph_refusals import Refusals, graph_refused
from shared.adapters.graph.login_refusals import login_refused
from shared.adapters.graph.send import Answer, MakeRequest, Read, Sender
from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import NEEDS_TOKEN
from shared.domain.errors import DirectoryFault, DirectoryUnavailable
from shared.domain.ports import Clock

Ask = Callable[[], Awaitable[Sequence[Found]]]


class Probe:
    """Signs in once, however many checks wait for it; sends each call once, and repeats none."""

    def __init__(self, tenant: str, connection: LazyConnection, scope: str, clock: Clock) -> None:
        self._tenant = tenant
        self._connection = connection
        self._scope = scope
        self._sender = Sender(connection, clock)
        self._login: asyncio.Task[str | Found] | None = None

    async def login(self) -> str | Found:
        """A token for Graph, or why there is none."""
        if self._login is None:
            self._login = asyncio.create_task(self._signed_in())
        return await asyncio.shield(self._login)

    async def after_login(self, ask: Ask, instead: Refusals) -> Sequence[Found]:
        """What `ask` finds once there is a token; what Graph refuses it is found as well."""
        if isinstance(await self.login(), Found):
            return (found(NEEDS_TOKEN),)
        try:
            return await ask()
        except DirectoryFault as fault:
            return (graph_refused(fault, instead),)

    async def send(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """See `Sender.send`."""
        return await self._sender.send(call, make, read)

    async def value(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer:
        """The same, of what cannot be absent."""
        answer = await self.send(call, make, read)
        if answer is None:
            raise DirectoryUnavailable(call.name)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        if self._login is not None:
            self._login.cancel()
        await self._connection.close()

    async def _signed_in(self) -> str | Found:
        try:
            credential = self._connection.opened().credential
            return (await credential.get_token(self._scope, enable_cae=True)).token
        except AzureError as error:
            return login_refused(error, self._tenant)
