"""What a token permits, against the table of calls."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set

import jwt

from shared.adapters.graph.calls import CALLS, ERASING, Principal, Quota
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, found

FOR_RISK = frozenset(
    permission for call in CALLS if call.quota is Quota.IDENTITY_PROTECTION for permission in call.permissions
)
"""An export does without these."""
MOST_TOLD = 20
_NAME = re.compile(r"[A-Za-z][\w.-]{1,99}")

Needed = Mapping[str, Sequence[str]]
"""The names of the calls that each permission is for."""


def needed(principals: Set[Principal], lacks: Set[str]) -> Needed:
    """What a registration needs that serves as these, in a cloud that does not have the calls of `lacks`."""
    calls = [call for call in CALLS if call.principal in principals and call.name not in lacks]
    permissions = sorted({permission for call in calls for permission in call.permissions})
    return {one: [call.name for call in calls if one in call.permissions] for one in permissions}


def permissions_found(token: str, wanted: Needed, tenant: str) -> Sequence[Found]:
    """What the token lacks and what it has too much of. A token that is not a JWT is nobody's to read."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return (found(reasons.ROLES_UNTOLD),)
    given = claims.get("roles", [])
    roles = {str(role) for role in given} if isinstance(given, list) else set()
    return (*_missing(roles, wanted, tenant), *_unused(roles, wanted)) or (found(reasons.PERMITTED),)


def _missing(roles: Set[str], wanted: Needed, tenant: str) -> Iterator[Found]:
    for permission in sorted(wanted.keys() - roles):
        reason = reasons.SECTION_NOT_PERMITTED if permission in FOR_RISK else reasons.PERMISSION_MISSING
        reason = reasons.DELETION_NOT_PERMITTED if permission in ERASING else reason
        calls = ", ".join(wanted[permission])
        yield found(reason, permission=permission, calls=calls, tenant=tenant.upper())


def _unused(roles: Set[str], wanted: Needed) -> Iterator[Found]:
    for permission in sorted(filter(_NAME.fullmatch, roles - wanted.keys()))[:MOST_TOLD]:
        yield found(reasons.PERMISSION_NOT_USED, permission=permission)
