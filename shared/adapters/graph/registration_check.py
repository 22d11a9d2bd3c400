"""When the secret of a registration ends, as far as the tenant tells."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared.adapters.graph.accounts import moment
from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import SECRET_ENDS, SECRET_GOOD, SECRET_UNTOLD
from shared.domain.ports import JsonObject, JsonValue

NOTICE = timedelta(days=30)
HINT = 3
"""Letters of a secret that Graph tells (passwordCredential, `hint`)."""


def secret_found(registrations: Iterable[JsonObject], secret: str, tenant: str, now: datetime) -> Found:
    """When the secret in use ends: of several that begin alike, the last to end."""
    secrets = [one for registration in registrations for one in _objects(registration["passwordCredentials"])]
    ours = [one for one in secrets if one.get("hint") == secret[:HINT]] or secrets
    ends = max(filter(None, (moment(one.get("endDateTime")) for one in ours)), default=None)
    if ends is None:
        return found(SECRET_UNTOLD)
    reason = SECRET_ENDS if ends - now < NOTICE else SECRET_GOOD
    return found(reason, day=f"{ends:%Y-%m-%d}", tenant=tenant.upper())


def _objects(value: JsonValue) -> Iterator[JsonObject]:
    yield from (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))
