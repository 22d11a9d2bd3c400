"""Why a storage account did not do what was asked: the one place that reads its error codes.

Source: Azure Storage, "Common REST API error codes" and "Authorize requests".
"""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.domain.checks.reason import Found, Reason, found
from shared.domain.checks.storage_reasons import (
    KEY_REFUSED,
    NETWORK_REFUSED,
    NO_IDENTITY,
    NOT_AS_IT_SHOULD,
    ROLE_MISSING,
    SHARED_KEY_DISABLED,
    STORAGE_UNREACHABLE,
    UNKNOWN_KEY,
)
from shared.domain.errors import PrivacyError, UnknownHashKey

_BY_CODE: Mapping[str, Reason] = {
    "KeyBasedAuthenticationNotPermitted": SHARED_KEY_DISABLED,
    "AuthorizationPermissionMismatch": ROLE_MISSING,
    "InsufficientAccountPermissions": ROLE_MISSING,
    "AuthorizationFailure": NETWORK_REFUSED,
    "AuthenticationFailed": KEY_REFUSED,
    "InvalidAuthenticationInfo": KEY_REFUSED,
    "NoAuthenticationInformation": KEY_REFUSED,
}
_UNREACHED = (ServiceRequestError, ServiceResponseError)


@dataclass(frozen=True)
class Home:
    """An account by its settings' prefix, and the role that the app's identity needs there."""

    account: str
    role: str

    async def told(self, work: Awaitable[Sequence[Found]]) -> Sequence[Found]:
        """What the work finds, or why the account did not let it."""
        try:
            return await work
        except (PrivacyError, AzureError) as error:
            return (self.refused(error),)

    def refused(self, error: Exception) -> Found:
        """What the error says of the account; never its text."""
        facts = {"account": self.account, "role": self.role}
        return found(_reason(error), **facts, status=_status(error))


def _reason(error: Exception) -> Reason:
    for one in _behind(error):
        if isinstance(one, UnknownHashKey):
            return UNKNOWN_KEY
        if isinstance(one, HttpResponseError) and one.response is not None:
            return _BY_CODE.get(_code(one), NOT_AS_IT_SHOULD)
        if isinstance(one, ClientAuthenticationError):
            return NO_IDENTITY
        if isinstance(one, _UNREACHED):
            return STORAGE_UNREACHABLE
    return NOT_AS_IT_SHOULD


def _code(error: HttpResponseError) -> str:
    headers = getattr(error.response, "headers", {})
    told = headers.get("x-ms-error-code") or getattr(error, "error_code", None)
    return str(getattr(told, "value", told))


def _status(error: Exception) -> str:
    statuses = [one.status_code for one in _behind(error) if isinstance(one, HttpResponseError)]
    return str(next(filter(None, statuses), "unknown"))


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, the nearest first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__
