"""A check of the key that signs receipts: it signs a throw-away text, which nobody gets."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.adapters.receipt_signer import signed
from shared.domain.checks.reason import Found, Reason, found
from shared.domain.checks.storage_reasons import (
    NO_SIGNATURE,
    SIGNS,
    VAULT_KEY_MISSING,
    VAULT_NO_IDENTITY,
    VAULT_ROLE_MISSING,
    VAULT_UNREACHABLE,
)
from shared.domain.errors import SigningUnavailable
from shared.domain.receipts import SigningKey

_BY_STATUS: Mapping[int, Reason] = {
    401: VAULT_ROLE_MISSING,
    403: VAULT_ROLE_MISSING,
    404: VAULT_KEY_MISSING,
}
_UNREACHED = (ServiceRequestError, ServiceResponseError, TimeoutError)
_SHUT_OUT = re.compile("ForbiddenBy(Firewall|Connection)")
"""The inner code of a 403 that no role would mend (Azure Key Vault, "Error codes")."""


@dataclass(frozen=True)
class ReceiptCheck:
    """Signs with the very key of receipts."""

    key: SigningKey

    async def ask(self) -> Sequence[Found]:
        """See `Check.ask`."""
        try:
            await signed(self.key, await self.key.public(), {"check": secrets.token_hex(16)})
        except SigningUnavailable as error:
            return (found(_reason(error.__cause__)),)
        return (found(SIGNS),)


def _reason(cause: BaseException | None) -> Reason:
    if isinstance(cause, _UNREACHED) or _SHUT_OUT.search(str(cause)):
        return VAULT_UNREACHABLE
    if isinstance(cause, HttpResponseError) and cause.status_code:
        return _BY_STATUS.get(cause.status_code, NO_SIGNATURE)
    return VAULT_NO_IDENTITY if isinstance(cause, ClientAuthenticationError) else NO_SIGNATURE
