"""What a token permits, against the table of calls."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set

import jwt

from shared.adapters.graph.calls import CALLS, Quota
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, found

NEEDED: Mapping[str, tuple[str, ...]] = {
    permission: tuple(call.name for call in CALLS if permission in call.permissions)
    for permission in sorted({permission for call in CALLS for permission in call.permissions})
}
"""The calls that each permission is for."""
_READING = {permission for call in CALLS if call.method == "GET" for permission in call.permissions}
FOR_DELETIONS = frozenset(NEEDED) - _READING
FOR_RISK = frozenset(
    permission for call in CALLS if call.quota is Quota.IDENTITY_PROTECTION for permission in call.permissions
)
"""An export does without these."""
MOST_TOLD = 20
_NAME = re.compile(r"[A-Za-z][\w.-]{1,99}")


def permissions_found(token: str) -> Sequence[Found]:
    """What the token lacks and what it has too much of. A token that is not a JWT is nobody's to read."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return (found(reasons.ROLES_UNTOLD),)
    given = claims.get("roles", [])
    roles = {str(role) for role in given} if isinstance(given, list) else set()
    return tuple(_differences(roles)) or (found(reasons.PERMITTED),)


def _differences(roles: Set[str]) -> Iterator[Found]:
    missing = NEEDED.keys() - roles
    if missing >= FOR_DELETIONS:
        yield found(reasons.DELETION_NOT_PERMITTED, permissions=", ".join(sorted(FOR_DELETIONS)))
        missing -= FOR_DELETIONS
    for permission in sorted(missing):
        reason = reasons.SECTION_NOT_PERMITTED if permission in FOR_RISK else reasons.PERMISSION_MISSING
        yield found(reason, permission=permission, calls=", ".join(NEEDED[permission]))
    for permission in sorted(filter(_NAME.fullmatch, roles - NEEDED.keys()))[:MOST_TOLD]:
        yield found(reasons.PERMISSION_NOT_USED, permission=permission)
