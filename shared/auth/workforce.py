"""Tokens of operators and of apps, given by the Entra tenant in which our API is registered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.auth.checks import (
    check_audience,
    check_member,
    check_tenant,
    check_times,
    client_id,
    entra_tenants,
)
from shared.auth.claims import guid, optional_text, text, words
from shared.auth.compact import ACCESS_TYPES, read_compact
from shared.auth.keys import KeySource
from shared.auth.refusal import TokenRefused
from shared.auth.signature import check_signature
from shared.domain.ports import Clock, JsonObject

WORKFORCE_AGE = timedelta(hours=24)
"""As long as tokens of managed identities live."""


@dataclass(frozen=True)
class Workforce:
    """The tenant; `issuers` are those of v1.0 and v2.0 tokens that we take, all signed by the same keys."""

    tenant_id: str
    issuers: frozenset[str]
    audiences: frozenset[str]
    keys: KeySource = field(repr=False, compare=False)


@dataclass(frozen=True)
class WorkforceToken:
    """What a token proves: an app by itself, or an operator by way of an app; `roles` may be empty."""

    is_app: bool
    client_id: str
    object_id: str = field(repr=False)
    roles: frozenset[str]
    issued_at: datetime


class WorkforceTokens:
    """Verifies access tokens of apps and operators."""

    def __init__(self, workforce: Workforce, clock: Clock, longest_age: timedelta = WORKFORCE_AGE) -> None:
        self._workforce = workforce
        self._clock = clock
        self._longest_age = longest_age

    async def read(self, token: str) -> WorkforceToken:
        """What an access token for our API proves. Raises `TokenRefused`, `KeysUnavailable`."""
        compact = read_compact(token)
        claims = compact.claims
        if text(claims, "iss") not in self._workforce.issuers:
            raise TokenRefused("issuer")
        if compact.type not in ACCESS_TYPES:
            raise TokenRefused("type")
        await check_signature(compact, self._workforce.keys)
        check_audience(claims, self._workforce.audiences)
        check_tenant(claims, self._workforce.tenant_id)
        issued_at = check_times(claims, self._clock.now(), self._longest_age)
        return self._principal(claims, issued_at)

    def _principal(self, claims: JsonObject, issued_at: datetime) -> WorkforceToken:
        if text(claims, "ver") not in ("1.0", "2.0"):
            raise TokenRefused("claim_ver")
        is_app, object_id = _is_app(claims), guid(claims, "oid")
        if not is_app:
            check_member(claims)
            self._check_home(claims)
        return WorkforceToken(is_app, client_id(claims), object_id, words(claims, "roles"), issued_at)

    def _check_home(self, claims: JsonObject) -> None:
        """`idp` is only there, or differs from the issuer, where the account is of elsewhere: a guest.

        Source: Microsoft's access token claims reference.
        """
        if "idp" not in claims or claims["idp"] == claims["iss"]:
            return
        if entra_tenants(text(claims, "idp")) != (self._workforce.tenant_id.lower(),):
            raise TokenRefused("guest")


def _is_app(claims: JsonObject) -> bool:
    """Whether no user takes part: `idtyp` says so, or `scp` is missing and `sub` is `oid`, which no user has.

    Raises `TokenRefused`. Source: Microsoft's access token and optional claims references.
    """
    kind, scope = optional_text(claims, "idtyp"), optional_text(claims, "scp")
    its_own = text(claims, "sub") == claims.get("oid")
    if kind == "user" or (kind is None and scope is not None):
        return False
    if scope is not None or not (kind == "app" or (kind is None and its_own)):
        raise TokenRefused("neither_app_nor_user")
    return True
