"""One tenant asked on behalf of checks: with tokens of its own, so that what was granted since is seen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from azure.core.exceptions import AzureError

from shared.adapters.graph.calls import Call, Principal
from shared.adapters.graph.client import LazyConnection, connect
from shared.adapters.graph.credentials import Registration, credential_of
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.graph_refusals import Refusals, graph_refused
from shared.adapters.graph.login_refusals import login_refused
from shared.adapters.graph.send import Answer, MakeRequest, Read, Sender
from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import NEEDS_TOKEN
from shared.domain.errors import DirectoryFault, DirectoryUnavailable, NotOffered, PermissionMissing
from shared.domain.ports import Clock

Ask = Callable[[], Awaitable[Sequence[Found]]]


@dataclass(frozen=True)
class TenantToCheck:
    """A tenant as settings have it: what signs in to it, by whom it serves as."""

    name: str
    domain: str
    registrations: Mapping[Principal, Registration]
    endpoints: Endpoints

    def prefix(self, principal: Principal) -> str:
        """How the settings of a registration begin."""
        own = self.registrations[principal] != self.registrations[Principal.READER]
        return f"TENANTS__{self.name.upper()}{'__ERASER' if own else ''}"


class Login:
    """A registration's own connection, which signs in once, however many checks wait for it."""

    def __init__(self, tenant: TenantToCheck, principal: Principal, clock: Clock) -> None:
        registration, endpoints = tenant.registrations[principal], tenant.endpoints
        self._tenant = tenant.name
        self._prefix = tenant.prefix(principal)
        self._scope = endpoints.token_scope
        self._connection = LazyConnection(lambda: connect(endpoints, credential_of(registration, endpoints)))
        self._asked: asyncio.Task[str | Found] | None = None
        self.sender = Sender(self._connection, clock)

    async def token(self) -> str | Found:
        """A token for Graph, or why there is none."""
        if self._asked is None:
            self._asked = asyncio.create_task(self._signed_in())
        return await asyncio.shield(self._asked)

    async def close(self) -> None:
        """Close the connections."""
        if self._asked is not None:
            self._asked.cancel()
        await self._connection.close()

    async def _signed_in(self) -> str | Found:
        try:
            credential = self._connection.opened().credential
            return (await credential.get_token(self._scope, enable_cae=True)).token
        except AzureError as error:
            return login_refused(error, self._tenant, self._prefix)


class Probe:
    """Sends each call once, by whoever it is for, and repeats none."""

    def __init__(self, logins: Mapping[Principal, Login], lacks: Set[str]) -> None:
        self._logins = logins
        self._lacks = lacks

    async def signed_in(self, ask: Ask, instead: Refusals) -> Sequence[Found]:
        """What `ask` finds once everybody has a token; what Graph refuses it is found as well."""
        tokens = [await login.token() for login in self._logins.values()]
        if any(isinstance(token, Found) for token in tokens):
            return (found(NEEDS_TOKEN),)
        try:
            return await ask()
        except DirectoryFault as fault:
            return (graph_refused(fault, instead),)

    async def send(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """See `Sender.send`."""
        if call.name in self._lacks:
            raise NotOffered(call.name, "cloud")
        if call.principal not in self._logins:
            raise PermissionMissing(call.name)
        return await self._logins[call.principal].sender.send(call, make, read)

    async def value(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer:
        """The same, of what cannot be absent."""
        answer = await self.send(call, make, read)
        if answer is None:
            raise DirectoryUnavailable(call.name)
        return answer
