"""Change a record that others may be writing: read, change, save, and anew where somebody was first."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.errors import Overtaken, StorageUnavailable
from shared.domain.ports import RequestStore
from shared.domain.request import PrivacyRequest

TRIES = 10
"""Against a worker that saves at the same time."""

Change = Callable[[PrivacyRequest], PrivacyRequest | None]
"""Makes of a request what is to be saved; None where nothing is."""


async def changed(store: RequestStore, request_id: str, change: Change) -> PrivacyRequest:
    """The request as it stands then. Raises `UnknownRequest`, `StorageUnavailable`, what `change` raises."""
    for _ in range(TRIES):
        stored = await store.get(request_id)
        request = change(stored.request)
        if request is None:
            return stored.request
        try:
            await store.save(replace(stored, request=request))
        except Overtaken:
            continue
        return request
    raise StorageUnavailable
