"""What it means when signing in did not succeed, in one line; Microsoft's own texts may name people."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, ServiceRequestError
from azure.identity import CredentialUnavailableError

from operate.causes import causes
from operate.exits import Exit, Failed

NO_KEY_STORE = "Cache encryption is impossible"
"""How azure-identity begins where the system has no key store."""


@contextmanager
def told() -> Iterator[None]:
    """Raise `Failed` for whatever azure-identity raises."""
    try:
        yield
    except (AzureError, ValueError) as error:
        raise _refusal(error) from None


def _refusal(error: Exception) -> Failed:
    behind = tuple(_behind(error))
    if any(isinstance(one, ssl.SSLError) for one in behind):
        return Failed(Exit.TLS, "The connection to the login endpoint cannot be trusted.")
    if any(isinstance(one, ServiceRequestError) for one in behind):
        return Failed(Exit.UNREACHABLE, "The login endpoint cannot be reached.")
    return Failed(Exit.SIGN_IN, _line(error))


def _behind(error: Exception) -> Iterator[BaseException]:
    """The SDK keeps some causes aside."""
    for one in causes(error):
        yield one
        if isinstance(one, AzureError) and one.inner_exception is not None:
            yield from causes(one.inner_exception)


def _line(error: Exception) -> str:
    if NO_KEY_STORE in str(error):
        return "Not signed in: OPERATE_REMEMBER=1 needs the system's key store, which cannot be used here."
    if isinstance(error, CredentialUnavailableError):
        return "Not signed in: the Azure command line has no sign-in; run az login."
    if isinstance(error, AzureError):
        return f"The sign-in did not succeed{_code(str(error))}."
    return "Not signed in: OPERATE_TENANT_ID, OPERATE_CLIENT_ID or OPERATE_AUTHORITY is not as it must be."


def _code(text: str) -> str:
    found = re.search(r"AADSTS\d+", text)
    return f" ({found.group()})" if found else ""
