"""What App Service authentication says of a caller, in place of a token.

The header `X-MS-CLIENT-PRINCIPAL` is base64 of JSON with a list of claims. It is worth something only where
the platform sets it and drops what callers send (Microsoft: user identities in App Service authentication),
which is why a setting must say so. The claims are then held to the rules of a token; signature, audience and
times were checked by the platform.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime

from shared.auth.checks import check_member, check_tenant, client_id, entra_tenants
from shared.auth.claims import guid
from shared.auth.refusal import TokenRefused
from shared.auth.workforce import WorkforceToken
from shared.domain.ports import JsonObject

PROVIDER = "aad"
LONGEST = 32 * 1024
_SPELLINGS: Mapping[str, str] = {
    "http://schemas.microsoft.com/identity/claims/identityprovider": "idp",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "oid",
    "http://schemas.microsoft.com/identity/claims/tenantid": "tid",
    "http://schemas.microsoft.com/identity/claims/scope": "scp",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "roles",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier": "sub",
}
"""Long names that the platform gives claims, by those of the token."""


def read_principal(header: str, tenant_id: str, now: datetime) -> WorkforceToken:
    """What the platform says of the caller. Raises `TokenRefused`."""
    claims, roles = _claims(_principal(header))
    check_tenant(claims, tenant_id)
    is_app = claims.get("idtyp") == "app" or ("scp" not in claims and claims.get("sub") == claims.get("oid"))
    if not is_app:
        check_member(claims)
        _check_home(claims, tenant_id)
    return WorkforceToken(is_app, client_id(claims), guid(claims, "oid"), roles, now)


def _check_home(claims: Mapping[str, str], tenant_id: str) -> None:
    """`idp` is there where the account is of elsewhere: a guest. Raises `TokenRefused`."""
    if "idp" in claims and entra_tenants(claims["idp"]) != (tenant_id.lower(),):
        raise TokenRefused("guest")


def _principal(header: str) -> JsonObject:
    if len(header) > LONGEST:
        raise TokenRefused("principal")
    try:
        principal = json.loads(base64.b64decode(header, validate=True))
    except (ValueError, RecursionError) as error:
        raise TokenRefused("principal") from error
    if not isinstance(principal, dict) or principal.get("auth_typ") != PROVIDER:
        raise TokenRefused("principal")
    return principal


def _claims(principal: JsonObject) -> tuple[dict[str, str], frozenset[str]]:
    """Claims that are there once, and the roles, of which there may be many."""
    listed = principal.get("claims")
    claims: dict[str, str] = {}
    roles: set[str] = set()
    for claim in listed if isinstance(listed, list) else ():
        kind, value = (claim.get("typ"), claim.get("val")) if isinstance(claim, dict) else (None, None)
        if not isinstance(kind, str) or not isinstance(value, str):
            raise TokenRefused("principal")
        name = _SPELLINGS.get(kind, kind)
        if name == "roles":
            roles.add(value)
        elif claims.setdefault(name, value) != value:
            raise TokenRefused("principal")
    return claims, frozenset(roles)
