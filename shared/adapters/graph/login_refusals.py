"""Why the login endpoint gave no token: the one place that reads its codes.

Source: Microsoft Entra authentication and authorization error codes. The sentences around a code may name the
app, the tenant or a key, and go nowhere.
"""

import re
from collections.abc import Mapping

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import CredentialUnavailableError

from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, Reason, found

_BY_CODE: Mapping[str, Reason] = {
    "AADSTS7000215": reasons.WRONG_SECRET,
    "AADSTS7000222": reasons.SECRET_EXPIRED,
    "AADSTS700024": reasons.ASSERTION_OFF_TIME,
    "AADSTS700027": reasons.CERTIFICATE_UNKNOWN,
    "AADSTS70021": reasons.NOT_TRUSTED,
    "AADSTS700211": reasons.NOT_TRUSTED,
    "AADSTS700212": reasons.NOT_TRUSTED,
    "AADSTS700213": reasons.NOT_TRUSTED,
    "AADSTS700016": reasons.UNKNOWN_APP,
    "AADSTS7000229": reasons.UNKNOWN_APP,
    "AADSTS7000112": reasons.APP_DISABLED,
    "AADSTS90002": reasons.UNKNOWN_TENANT,
    "AADSTS900023": reasons.UNKNOWN_TENANT,
    "AADSTS53003": reasons.BLOCKED_BY_POLICY,
}
_CODE = re.compile(r"AADSTS\d{1,9}")
_EXPIRED_KEY = "The key used is expired"
"""What 700027 says beside of a certificate that the registration has, but no longer takes."""


def login_refused(error: AzureError, tenant: str, registration: str) -> Found:
    """What the error says of the credential of a registration, of which settings have this prefix."""
    code = _CODE.search(str(error))
    facts = {"tenant": tenant.upper(), "registration": registration, "code": code.group() if code else ""}
    return found(_reason(error, facts["code"]), **facts)


def _reason(error: AzureError, code: str) -> Reason:
    if isinstance(error, CredentialUnavailableError):
        return reasons.IDENTITY_MISSING
    if not code or not isinstance(error, ClientAuthenticationError):
        return reasons.LOGIN_UNAVAILABLE
    if code == "AADSTS700027" and _EXPIRED_KEY in str(error):
        return reasons.CERTIFICATE_EXPIRED
    return _BY_CODE.get(code) or _other(error)


def _other(error: ClientAuthenticationError) -> Reason:
    is_outage = (error.status_code or 0) >= 500
    return reasons.LOGIN_UNAVAILABLE if is_outage else reasons.LOGIN_REFUSED
