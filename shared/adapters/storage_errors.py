"""Faults of the storage services, translated once."""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError

from shared.domain.errors import AlreadyRecorded, Overtaken, PrivacyError, StorageUnavailable, UnknownRequest

_NO_HOME = frozenset(
    {
        *("ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"),
        *("QueueNotFound", "QueueBeingDeleted", "QueueDisabled"),
        *("TableNotFound", "TableBeingDeleted"),
    }
)
_MEANINGS: dict[int | None, type[PrivacyError]] = {404: UnknownRequest, 409: AlreadyRecorded, 412: Overtaken}


class HomeMissing(StorageUnavailable):
    """The container, queue or table itself is not there: what was in it is not known to be absent."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise our errors in place of the SDK's; their texts hold no address."""
    try:
        yield
    except HttpResponseError as error:
        code = getattr(error, "error_code", None)
        if getattr(code, "value", code) in _NO_HOME:  # tables give an enum, the others its text
            raise HomeMissing from error
        raise _MEANINGS.get(error.status_code, StorageUnavailable) from error
    except AzureError as error:
        raise StorageUnavailable from error
