"""One tenant in Microsoft Graph, as the domain's `Directory`."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress

from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph import calls, query, related, requests, standing, writes
from shared.adapters.graph.accounts import account_from, recycled_from, text, without_annotations
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.client import Connection, LazyConnection, connect
from shared.adapters.graph.credentials import Registration, credential_of
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.paging import pages
from shared.adapters.graph.principals import Connections, tenant_sender
from shared.adapters.graph.send import (
    MakeRequest,
    accepted,
    confirmed,
    json_object,
    whole_bytes,
)
from shared.adapters.graph.watch import UNWATCHED, Watch
from shared.domain.account import Account, Identity, RecycledAccount, Standing
from shared.domain.errors import DirectoryRefused, NotOffered
from shared.domain.ports import AuditRole, Clock, JsonObject
from shared.domain.sources import Source


class GraphDirectory:
    """Implements `shared.domain.ports.Directory`; make one per tenant and process."""

    def __init__(
        self,
        connections: Connections,
        endpoints: Endpoints,
        clock: Clock,
        share: float = 1.0,
        watch: Watch = UNWATCHED,
    ) -> None:
        self._connections = frozenset(connections.values())
        self._base_url = endpoints.base_url
        self._sender = tenant_sender(connections, endpoints.cloud.lacks, clock, share, watch)

    async def account(self, object_id: str) -> Account | None:
        """See `Directory.account`."""
        user = await self._user(calls.READ_USER, object_id, query.ACCOUNT_PROPERTIES)
        return account_from(calls.READ_USER, user) if user is not None else None

    async def accounts_signing_in_as(self, identity: Identity) -> tuple[Account, ...]:
        """See `Directory.accounts_signing_in_as`."""
        return await self._accounts(query.sign_in_filters(identity))

    async def accounts_with_mail(self, address: str) -> tuple[Account, ...]:
        """See `Directory.accounts_with_mail`."""
        return await self._accounts(query.mail_filters(address))

    async def recycled(self, object_id: str) -> RecycledAccount | None:
        """See `Directory.recycled`."""

        def make(graph: GraphServiceClient) -> RequestInformation:
            item = graph.directory.deleted_items.by_directory_object_id(object_id)
            return query.with_query(item.to_get_request_information(), select=("id", "deletedDateTime"))

        item = await self._sender.patiently(calls.READ_DELETED, make, json_object)
        return recycled_from(calls.READ_DELETED, item) if item is not None else None

    async def soft_delete(self, object_id: str) -> None:
        """See `Directory.soft_delete`. Never sent twice: the caller reads back."""
        await self._sender.once(calls.DELETE_USER, writes.soft_delete(object_id), accepted)

    async def standing(self, object_id: str) -> Standing | None:
        """See `Directory.standing`. The user first: whoever is not there has no memberships to ask for."""
        user = await self._user(calls.READ_STANDING, object_id, query.STANDING_PROPERTIES)
        if user is None:
            return None
        memberships = await self._all(calls.ALL_MEMBERSHIPS, standing.memberships(object_id))
        return standing.standing_from(user, memberships)

    async def disable(self, object_id: str) -> None:
        """See `Directory.disable`."""
        await self._sender.patiently(calls.DISABLE_USER, writes.disable(object_id), accepted)

    async def enable(self, object_id: str) -> None:
        """See `Directory.enable`."""
        await self._sender.patiently(calls.ENABLE_USER, writes.enable(object_id), accepted)

    async def revoke_sessions(self, object_id: str) -> None:
        """See `Directory.revoke_sessions`."""
        await self._sender.patiently(calls.REVOKE_SESSIONS, writes.revoke_sessions(object_id), confirmed)

    async def purge(self, object_id: str) -> None:
        """See `Directory.purge`. Never sent twice: it cannot be undone, so the caller looks before each."""
        await self._sender.once(calls.PURGE_USER, writes.purge(object_id), accepted)

    async def profile(self, object_id: str) -> JsonObject | None:
        """See `Directory.profile`."""
        profile: JsonObject = {}
        for select in query.profile_selections(await self._extension_names()):
            part = await self._user(calls.READ_PROFILE, object_id, select)
            if part is None:
                return None
            profile = {**profile, **without_annotations(part)}
        with suppress(DirectoryRefused, NotOffered):
            further = await self._user(calls.READ_PROFILE, object_id, query.FURTHER_PROPERTIES)
            profile = {**profile, **without_annotations(further or {})}
        return profile

    async def records(self, object_id: str, source: Source) -> tuple[JsonObject, ...]:
        """See `Directory.records`."""
        call, make = calls.LISTS[source], related.REQUESTS[source]
        if source in related.SINGLE:
            found = await self._sender.patiently(call, lambda graph: make(graph, object_id), json_object)
            return (related.record(source, found),) if found is not None else ()
        items = await self._all(call, lambda graph: make(graph, object_id))
        return tuple(related.record(source, item) for item in items)

    async def photo(self, object_id: str) -> bytes | None:
        """See `Directory.photo`."""
        return await self._sender.patiently(
            calls.READ_PHOTO,
            lambda graph: graph.users.by_user_id(object_id).photo.content.to_get_request_information(),
            whole_bytes,
        )

    def sign_ins(self, object_id: str, until: str | None) -> AsyncGenerator[Sequence[JsonObject], None]:
        """See `Directory.sign_ins`."""
        return self._pages(calls.SIGN_INS, requests.sign_ins(query.sign_ins(object_id, until)))

    def audit_events(
        self, object_id: str, role: AuditRole, until: str | None
    ) -> AsyncGenerator[Sequence[JsonObject], None]:
        """See `Directory.audit_events`. One query a role: Graph does not document `or` for this list."""
        return self._pages(calls.AUDITS[role], requests.audit_events(query.audits(object_id, role, until)))

    async def close(self) -> None:
        """Close the connections; the next call opens them again."""
        for connection in self._connections:
            await connection.close()

    async def _accounts(self, filters: Sequence[str]) -> tuple[Account, ...]:
        found: dict[str, Account] = {}
        for filter_by in filters:
            for user in await self._all(calls.FIND_USERS, requests.users(filter_by)):
                account = account_from(calls.FIND_USERS, user)
                found[account.object_id] = account
        return tuple(found.values())

    async def _user(self, call: calls.Call, object_id: str, select: Sequence[str]) -> JsonObject | None:
        def make(graph: GraphServiceClient) -> RequestInformation:
            user = graph.users.by_user_id(object_id)
            return query.with_query(user.to_get_request_information(), select=select)

        return await self._sender.patiently(call, make, json_object)

    async def _extension_names(self) -> Sequence[str]:
        apps = await self._all(calls.FIND_EXTENSIONS_APP, requests.extensions_app)
        found = [extension for app in apps for extension in await self._extensions(app)]
        return sorted({text(calls.LIST_EXTENSIONS, extension, "name") for extension in found})

    async def _extensions(self, app: JsonObject) -> list[JsonObject]:
        app_id = text(calls.FIND_EXTENSIONS_APP, app, "id")
        return await self._all(calls.LIST_EXTENSIONS, requests.extensions(app_id))

    async def _all(self, call: calls.Call, first: MakeRequest) -> list[JsonObject]:
        return [item async for page in self._pages(call, first) for item in page]

    def _pages(self, call: calls.Call, first: MakeRequest) -> AsyncGenerator[Sequence[JsonObject], None]:
        return pages(self._sender, self._base_url, call, first)


def graph_directory(
    registrations: Mapping[Principal, Registration],
    endpoints: Endpoints,
    clock: Clock,
    share: float = 1.0,
    watch: Watch = UNWATCHED,
) -> GraphDirectory:
    """The directory of the tenant in which the registrations are; opens nothing before the first call.

    `share` is this process's part of what each registration may ask of Graph.
    """
    opened = {one: LazyConnection(_opener(one, endpoints)) for one in registrations.values()}
    connections = {principal: opened[one] for principal, one in registrations.items()}
    return GraphDirectory(connections, endpoints, clock, share, watch)


def _opener(registration: Registration, endpoints: Endpoints) -> Callable[[], Connection]:
    return lambda: connect(endpoints, credential_of(registration, endpoints))
