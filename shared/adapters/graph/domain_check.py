"""Whether a domain is the one under which a tenant's local accounts sign in."""

import re
from collections.abc import Sequence

from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import DOMAIN_NOT_ISSUER, DOMAIN_RIGHT, DOMAIN_WRONG
from shared.domain.ports import JsonObject

_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")


def domain_found(verified: Sequence[JsonObject], domain: str, tenant: str) -> Found:
    """What the tenant's `verifiedDomains` say. The issuer of local sign-in names is the initial domain."""
    mine = next((one for one in verified if str(one.get("name")).lower() == domain.lower()), None)
    facts = {"tenant": tenant.upper(), "domain": _initial(verified)}
    if mine is None:
        return found(DOMAIN_WRONG, **facts)
    is_issuer = mine.get("isInitial") is True or mine.get("isDefault") is True
    return found(DOMAIN_RIGHT) if is_issuer else found(DOMAIN_NOT_ISSUER, **facts)


def _initial(verified: Sequence[JsonObject]) -> str:
    names = [str(one.get("name")) for one in verified if one.get("isInitial") is True]
    known = [name for name in names if _DOMAIN.fullmatch(name)]
    return known[0] if known else "the tenant's initial domain"
