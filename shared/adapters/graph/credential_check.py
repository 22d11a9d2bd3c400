"""When what proves a registration ends: a secret as the tenant tells, a certificate by itself."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared.adapters.graph.accounts import moment
from shared.adapters.graph.certificates import ClientCertificate
from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, found
from shared.domain.ports import JsonObject, JsonValue

NOTICE = timedelta(days=30)
HINT = 3
"""Letters of a secret that Graph tells (passwordCredential, `hint`)."""


def certificate_found(certificate: ClientCertificate, registration: str, now: datetime) -> Found:
    """Whether the certificate is good, and for how long."""
    begins, ends = certificate.not_before, certificate.not_after
    if now < begins:
        return found(reasons.CERTIFICATE_NOT_YET, day=f"{begins:%Y-%m-%d}", registration=registration)
    if now >= ends:
        return found(reasons.CERTIFICATE_EXPIRED, registration=registration)
    reason = reasons.CERTIFICATE_ENDS if ends - now < NOTICE else reasons.CERTIFICATE_GOOD
    return found(reason, day=f"{ends:%Y-%m-%d}", registration=registration)


def secret_found(applications: Iterable[JsonObject], secret: str, registration: str, now: datetime) -> Found:
    """When the secret in use ends: of several that begin alike, the last to end."""
    secrets = [one for app in applications for one in _objects(app.get("passwordCredentials"))]
    ours = [one for one in secrets if one.get("hint") == secret[:HINT]] or secrets
    ends = max(filter(None, (moment(one.get("endDateTime")) for one in ours)), default=None)
    if ends is None:
        return found(reasons.SECRET_UNTOLD)
    reason = reasons.SECRET_ENDS if ends - now < NOTICE else reasons.SECRET_GOOD
    return found(reason, day=f"{ends:%Y-%m-%d}", registration=registration)


def _objects(value: JsonValue) -> Iterator[JsonObject]:
    yield from (one for one in (value if isinstance(value, list) else ()) if isinstance(one, dict))
