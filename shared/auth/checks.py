"""What every token must show, whoever it is of: for whom it is, when it is valid, that no guest holds it."""

import re
from datetime import datetime, timedelta

from shared.auth.claims import LEEWAY, guid, moment, optional_moment, optional_text
from shared.auth.refusal import TokenRefused
from shared.domain.ports import JsonObject

_TENANT_OF = re.compile(
    r"(?:sts\.windows\.net|sts\.chinacloudapi\.cn|login(?:\.partner)?\.microsoftonline\.(?:com|us|cn))/([^/]*)"
)
"""A tenant of Microsoft Entra, in any cloud, as the claim `idp` names it."""


def check_audience(claims: JsonObject, audiences: frozenset[str]) -> None:
    """Whether the token is for us and nobody besides (RFC 7519, section 4.1.3). Raises `TokenRefused`."""
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str) or audience not in audiences:
        raise TokenRefused("audience")


def check_times(claims: JsonObject, now: datetime, longest_age: timedelta) -> datetime:
    """When the token was issued, if it is valid now and not too old (RFC 7519, section 4.1).

    Raises `TokenRefused`.
    """
    issued, expires = moment(claims, "iat"), moment(claims, "exp")
    begins = optional_moment(claims, "nbf") or issued
    if expires <= issued:
        raise TokenRefused("ends_before_it_begins")
    if max(issued, begins) > now + LEEWAY:
        raise TokenRefused("not_yet_valid")
    if now >= expires + LEEWAY:
        raise TokenRefused("expired")
    if now - issued > longest_age + LEEWAY:
        raise TokenRefused("too_old")
    return issued


def check_tenant(claims: JsonObject, tenant_id: str) -> None:
    """Whether `tid` is this tenant. Raises `TokenRefused`."""
    if guid(claims, "tid") != tenant_id.lower():
        raise TokenRefused("tenant")


def check_member(claims: JsonObject) -> None:
    """Whether nothing says that the user is a guest: `acct` is 0 for members, 1 for guests.

    Raises `TokenRefused`. Source: Microsoft's optional claims reference.
    """
    account = claims.get("acct", 0)
    if isinstance(account, bool) or account not in (0, "0"):
        raise TokenRefused("guest")
    for name in ("userType", "ut"):
        if name in claims and (optional_text(claims, name) or "").casefold() == "guest":
            raise TokenRefused("guest")


def entra_tenants(identity_provider: str) -> tuple[str, ...]:
    """The Entra tenants that an `idp` names; none for any other provider."""
    return tuple(_TENANT_OF.findall(identity_provider.lower()))


def client_id(claims: JsonObject) -> str:
    """The app that the token was given to: `azp` (v2.0) or `appid` (v1.0). Raises `TokenRefused`.

    Source: Microsoft's access token claims reference.
    """
    named = {guid(claims, name) for name in ("azp", "appid") if name in claims}
    if len(named) != 1:
        raise TokenRefused("client")
    return named.pop()
