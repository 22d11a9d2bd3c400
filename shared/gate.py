"""Who calls: by function key, by token, or by ticket. Every refusal looks the same from outside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import azure.functions as func

from shared.auth.easy_auth import read_principal
from shared.auth.tokens import PersonToken, PersonTokens, TokenRefused, WorkforceToken, WorkforceTokens
from shared.domain.callers import App, Operator, Person, TicketHolder
from shared.domain.keyed_hash import KeyedHash, ticket_digest
from shared.domain.ports import Clock, Log
from shared.domain.states import Kind

SUBMIT: Mapping[Kind, str] = {Kind.EXPORT: "Exports.Submit", Kind.DELETION: "Deletions.Submit"}
"""The app role that an app needs for requests of a kind."""
OPERATE, READ = "PrivacyRequests.Operate", "PrivacyRequests.Read"
TICKET = "x-request-ticket"
PRINCIPAL = "x-ms-client-principal"
_TICKET_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


class AppAuth(StrEnum):
    """What an app must show."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105 - the name of a way to authenticate
    BOTH = "key+token"

    @property
    def level(self) -> func.AuthLevel:
        """What the Functions host asks for before it lets a call through."""
        return func.AuthLevel.ANONYMOUS if self is AppAuth.TOKEN else func.AuthLevel.FUNCTION


class Unauthenticated(Exception):
    """Nothing shows who calls."""


class Forbidden(Exception):
    """The caller is known, and may not do this."""


@dataclass(frozen=True)
class WorkforceCalls:
    """Reads who an app or an operator is, where `trusts_platform` by what App Service authentication says."""

    tokens: WorkforceTokens
    tenant_id: str
    trusts_platform: bool
    clock: Clock

    async def read(self, req: func.HttpRequest) -> WorkforceToken:
        """What the call shows. Raises `Unauthenticated`, `TokenRefused`, `KeysUnavailable`."""
        principal = req.headers.get(PRINCIPAL)
        if self.trusts_platform and principal:
            return read_principal(principal, self.tenant_id, self.clock.now())
        return await self.tokens.read(_bearer(req))


@dataclass(frozen=True)
class Gate:
    """Every way to know a caller. Without `workforce` there are no operators, without `people` no people."""

    app_auth: AppAuth
    workforce: WorkforceCalls | None
    people: PersonTokens | None
    tenant_ids: Mapping[str, str]
    keyed_hash: KeyedHash
    log: Log

    async def app(self, req: func.HttpRequest, kind: Kind) -> App:
        """The app that asks for something about a `kind` of request.

        The host has checked the function key, the first where there are several.
        Raises `Unauthenticated`, `Forbidden`, `KeysUnavailable`.
        """
        if self.app_auth is AppAuth.KEY:
            return App(f"key:{self.keyed_hash.hex('caller', self._function_key(req))}")
        token = await self._workforce(req)
        if not token.is_app:
            raise self._refused("not_an_app")
        if SUBMIT[kind] not in token.roles:
            raise self._forbidden()
        return App(f"app:{token.client_id}")

    async def person(self, req: func.HttpRequest) -> Person:
        """The person whose access token this is. Raises `Unauthenticated`, `KeysUnavailable`."""
        if self.people is None:
            raise self._refused("sign_ins_not_set")
        try:
            return self._person(await self.people.access(_bearer(req)))
        except TokenRefused as refusal:
            raise self._refused(refusal.code) from refusal

    async def person_of(self, id_token: str) -> tuple[Person, PersonToken]:
        """Whose fresh ID token this is, and what it proves. Raises `Unauthenticated`, `KeysUnavailable`."""
        if self.people is None:
            raise self._refused("sign_ins_not_set")
        try:
            token = await self.people.id_token(id_token)
        except TokenRefused as refusal:
            raise self._refused(refusal.code) from refusal
        return self._person(token), token

    async def reader(self, req: func.HttpRequest) -> Operator:
        """An operator, who may at least read. Raises `Unauthenticated`, `Forbidden`, `KeysUnavailable`."""
        token = await self._workforce(req)
        if token.is_app:
            raise self._refused("not_a_user")
        if not token.roles & {OPERATE, READ}:
            raise self._forbidden()
        homes = [name for name, tenant_id in self.tenant_ids.items() if tenant_id == self._home()]
        also = frozenset(self._person_name(name, token.object_id) for name in homes)
        return Operator(token.object_id, OPERATE in token.roles, also)

    async def operator(self, req: func.HttpRequest) -> Operator:
        """An operator who may act. Raises `Unauthenticated`, `Forbidden`, `KeysUnavailable`."""
        operator = await self.reader(req)
        if not operator.may_act:
            raise self._forbidden()
        return operator

    def ticket(self, req: func.HttpRequest) -> TicketHolder | None:
        """Whoever shows a ticket, None where there is none. Raises `Unauthenticated` for one of no form."""
        ticket = req.headers.get(TICKET)
        if ticket is None:
            return None
        if not _TICKET_FORM.fullmatch(ticket):
            raise self._refused("ticket_form")
        return TicketHolder(ticket_digest(ticket))

    async def _workforce(self, req: func.HttpRequest) -> WorkforceToken:
        if self.workforce is None:
            raise self._refused("workforce_not_set")
        try:
            return await self.workforce.read(req)
        except TokenRefused as refusal:
            raise self._refused(refusal.code) from refusal

    def _function_key(self, req: func.HttpRequest) -> str:
        """The one key that was given; what comes twice reaches us joined, and would be a name of its own."""
        key = str(req.headers.get("x-functions-key") or req.params.get("code") or "")
        if not key or "," in key:
            raise self._refused("function_key_form")
        return key

    def _home(self) -> str | None:
        return self.workforce.tenant_id if self.workforce else None

    def _person(self, token: PersonToken) -> Person:
        tenant = token.sign_in.tenant
        return Person(tenant, token.object_id, self._person_name(tenant, token.object_id))

    def _person_name(self, tenant: str, object_id: str) -> str:
        return f"person:{self.keyed_hash.account(tenant, object_id)}"

    def _refused(self, code: str) -> Unauthenticated:
        self.log.info("caller_refused", code=code)
        return Unauthenticated()

    def _forbidden(self) -> Forbidden:
        self.log.info("caller_refused", code="role")
        return Forbidden()


def _bearer(req: func.HttpRequest) -> str:
    scheme, _, token = str(req.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token
