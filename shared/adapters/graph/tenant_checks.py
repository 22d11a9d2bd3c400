"""The checks of one tenant. Those that read look for somebody whom nobody is."""

import uuid
from collections.abc import Sequence
from functools import partial

import httpx

from shared.adapters.graph import calls, check_requests, query, related, requests
from shared.adapters.graph.accounts import text
from shared.adapters.graph.calls import Call, Principal
from shared.adapters.graph.check_calls import LIST_DELETED, READ_ORGANIZATION
from shared.adapters.graph.domain_check import domain_found
from shared.adapters.graph.graph_refusals import Refusals
from shared.adapters.graph.leftovers import Leftovers
from shared.adapters.graph.paging import items
from shared.adapters.graph.probe import Ask, Login, Probe, TenantToCheck
from shared.adapters.graph.registration_checks import RegistrationChecks
from shared.adapters.graph.throw_away import ThrowAway
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.check import PATIENCE_FOR_WRITES, Check, Name, Place
from shared.domain.checks.clocks import clock_found
from shared.domain.checks.reason import Found, found
from shared.domain.errors import DirectoryRefused, NotOffered, PermissionMissing
from shared.domain.ports import AuditRole, Clock
from shared.domain.sources import Source

NOBODY = str(uuid.UUID(int=0, version=4))
"""An object id that no user has."""
_OR = " or ".join(query.audits(NOBODY, role, None) for role in AuditRole)


class GraphTenantChecks:
    """Implements `shared.domain.checks.check.TenantChecks`; made for one run."""

    def __init__(self, tenant: TenantToCheck, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock
        self._logins = {
            principal: Login(tenant, principal, clock)
            for principal, one in tenant.registrations.items()
            if principal is Principal.READER or one != tenant.registrations[Principal.READER]
        }
        reader = self._logins[Principal.READER]
        lacks = tenant.endpoints.cloud.lacks
        self._reading = Probe({Principal.READER: reader}, lacks)
        self._both = Probe({one: self._logins.get(one, reader) for one in tenant.registrations}, lacks)

    def reading(self) -> Sequence[Check]:
        """See `TenantChecks.reading`."""
        registrations = (
            RegistrationChecks(self._tenant, principal, login, self._reading, self._clock)
            for principal, login in self._logins.items()
        )
        return (
            *(check for one in registrations for check in one.checks()),
            self._check(Name.CLOCK, self._clocks),
            self._check(Name.USERS, self._users),
            self._check(Name.DOMAIN, self._domain),
            self._check(Name.ATTRIBUTES, self._attributes),
            self._check(Name.AUDITS, self._audits),
            self._check(Name.DELETED, self._deleted),
            self._check(Name.SIGN_INS, self._sign_ins, {NotOffered: reasons.NO_SIGN_INS}),
            self._check(Name.RISK, self._risk, {PermissionMissing: reasons.RISK_REFUSED}),
        )

    def writing(self) -> Sequence[Check]:
        """See `TenantChecks.writing`. Where settings let nothing be deleted, nothing is tried."""
        if Principal.ERASER not in self._tenant.registrations:
            return ()
        ask = partial(self._both.signed_in, self._hard_delete, {})
        return (Check(Place.TENANT, Name.HARD_DELETE, ask, self._tenant.name, PATIENCE_FOR_WRITES),)

    async def close(self) -> None:
        """See `TenantChecks.close`."""
        for login in self._logins.values():
            await login.close()

    def _check(self, name: Name, ask: Ask, instead: Refusals | None = None) -> Check:
        signed_in = partial(self._reading.signed_in, ask, instead or {})
        return Check(Place.TENANT, name, signed_in, self._tenant.name)

    async def _clocks(self) -> Sequence[Found]:
        def read(_call: Call, response: httpx.Response) -> Found:
            return clock_found(response.headers.get("Date"), self._clock.now())

        return (await self._reading.value(READ_ORGANIZATION, check_requests.organization, read),)

    async def _users(self) -> Sequence[Found]:
        name = check_requests.fresh_name(self._tenant.domain)
        await self._reading.value(calls.FIND_USERS, check_requests.named(name), items)
        return (found(reasons.READS),)

    async def _domain(self) -> Sequence[Found]:
        listed = await self._reading.value(READ_ORGANIZATION, check_requests.organization, items)
        domains = [one.get("verifiedDomains") for one in listed]
        verified = [
            one for some in domains if isinstance(some, list) for one in some if isinstance(one, dict)
        ]
        return (domain_found(verified, self._tenant.domain, self._tenant.name),)

    async def _attributes(self) -> Sequence[Found]:
        apps = await self._reading.value(calls.FIND_EXTENSIONS_APP, requests.extensions_app, items)
        if not apps:
            return (found(reasons.NO_EXTENSIONS_APP),)
        ids = [text(calls.FIND_EXTENSIONS_APP, app, "id") for app in apps]
        listed = [
            await self._reading.value(calls.LIST_EXTENSIONS, requests.extensions(app_id), items)
            for app_id in ids
        ]
        return (found(reasons.ATTRIBUTES_KNOWN, count=sum(map(len, listed))),)

    async def _audits(self) -> Sequence[Found]:
        for role in AuditRole:
            asked = requests.audit_events(query.audits(NOBODY, role, None))
            await self._reading.value(calls.AUDITS[role], asked, items)
        try:
            await self._reading.value(calls.AUDITS_AS_TARGET, requests.audit_events(_OR), items)
        except DirectoryRefused:
            return (found(reasons.FILTERS_TAKEN), found(reasons.OR_REFUSED))
        return (found(reasons.FILTERS_TAKEN), found(reasons.OR_TAKEN))

    async def _deleted(self) -> Sequence[Found]:
        await self._reading.value(LIST_DELETED, check_requests.deleted_users, items)
        return (found(reasons.LISTS_DELETED),)

    async def _sign_ins(self) -> Sequence[Found]:
        await self._reading.value(calls.SIGN_INS, requests.sign_ins(query.sign_ins(NOBODY, None)), items)
        return (found(reasons.SIGN_INS_LISTED),)

    async def _risk(self) -> Sequence[Found]:
        source = Source.RISK_DETECTIONS
        await self._reading.value(
            calls.LISTS[source], lambda graph: related.REQUESTS[source](graph, NOBODY), items
        )
        return (found(reasons.RISK_LISTED),)

    async def _hard_delete(self) -> Sequence[Found]:
        throw_away = ThrowAway(self._both, self._tenant.domain, self._clock)
        tried = await throw_away.tried()
        return (tried, *await Leftovers(self._both, throw_away, self._clock).removed())
