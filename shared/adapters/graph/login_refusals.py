"""Why the login endpoint gave no token: the one place that reads its codes.

Source: Microsoft Entra authentication and authorization error codes. The sentences around a code may name the
app, the tenant or a key, and go nowhere.
"""

import re
from collections.abc import Mapping

from azure.core.exceptions import AzureError, ClientAuthenticationError

from shared.domain.checks import tenant_reasons as reasons
from shared.domain.checks.reason import Found, Reason, found

_BY_CODE: Mapping[str, Reason] = {
    "AADSTS7000215": reasons.WRONG_SECRET,
    "AADSTS7000222": reasons.SECRET_EXPIRED,
    "AADSTS700024": reasons.ASSERTION_OFF_TIME,
    "AADSTS700027": reasons.CERTIFICATE_UNKNOWN,
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


def login_refused(error: AzureError, tenant: str) -> Found:
    """What the error says of the tenant's credential."""
    text = str(error)
    code = _CODE.search(text)
    if code is None or not isinstance(error, ClientAuthenticationError):
        return found(reasons.LOGIN_UNAVAILABLE)
    reason = _BY_CODE.get(code.group(), reasons.LOGIN_REFUSED)
    if reason is reasons.CERTIFICATE_UNKNOWN and _EXPIRED_KEY in text:
        reason = reasons.CERTIFICATE_EXPIRED
    if reason is reasons.LOGIN_REFUSED and _is_outage(error):
        reason = reasons.LOGIN_UNAVAILABLE
    return found(reason, tenant=tenant.upper(), code=code.group())


def _is_outage(error: ClientAuthenticationError) -> bool:
    return (error.status_code or 0) >= 500
