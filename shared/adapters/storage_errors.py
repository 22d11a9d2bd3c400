"""Faults of the storage services, translated once."""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError

from shared.domain.errors import AlreadyRecorded, Overtaken, PrivacyError, StorageUnavailable, UnknownRequest

_MEANINGS: dict[int | None, type[PrivacyError]] = {404: UnknownRequest, 409: AlreadyRecorded, 412: Overtaken}


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors in place of the SDK's; their texts hold no address."""
    try:
        yield
    except HttpResponseError as error:
        raise _MEANINGS.get(error.status_code, StorageUnavailable) from error
    except AzureError as error:
        raise StorageUnavailable from error
