"""At most one export and one deletion at a time about an account.

The register has one entry an account, naming its open export and its open deletion; it changes only under
the version that was read, so two requests cannot both get past. An entry that names a request which has
ended or failed is free: nothing has to be released.

Only a verified request blocks another: one that rests on an app's word alone gives way to the person's own,
as long as nothing irreversible was done for it. Before its mark a deletion closes its accounts to exports, by
a write that an export which is claiming at this moment does not survive.
"""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.endings import Endings
from shared.domain.errors import (
    AlreadyRecorded,
    Overtaken,
    Refuse,
    RetryLater,
    StorageUnavailable,
    UnknownRequest,
)
from shared.domain.keyed_hash import KeyedHash
from shared.domain.plan import Step
from shared.domain.ports import Clock, Entry, ExportBlobs, Register, RequestStore, Stored
from shared.domain.promises import Promises
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.turn import Turn

ACCOUNT = "account"
CLOSED = f"{Kind.DELETION}-closes"
"""Names the deletion that is about to set its mark."""
LOOK_AGAIN = timedelta(minutes=1)
TRIES = 5


ARCHIVE = "archive-"


def archive_entry(request_id: str) -> str:
    """The name of the entry, beside an account's, for an export that holds its data."""
    return f"{ARCHIVE}{request_id}"


@dataclass(frozen=True)
class Claims:
    """Makes the step that claims a request's accounts."""

    register: Register
    store: RequestStore
    blobs: ExportBlobs
    keyed_hash: KeyedHash
    promises: Promises
    clock: Clock
    patience: timedelta
    """How long a deletion waits for a running export of the same account."""
    endings: Endings

    def step(self, needs: frozenset[str]) -> Step:
        """Claim every account found, one by one in the order of their keys."""
        return Step("claim", self._claim, needs)

    async def _claim(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        keys = sorted(
            self.keyed_hash.account(name, progress.account.object_id)
            for name, progress in request.tenants.items()
            if progress.account is not None
        )
        for key in keys:
            await self._one(key, request)
            if request.kind is Kind.EXPORT or request.copy_first:
                await self._announce(key, request)
        return request.with_claims(tuple(keys))

    async def _announce(self, key: str, request: PrivacyRequest) -> None:
        """Before the first byte is read: the account names the exports that hold its data."""
        with contextlib.suppress(AlreadyRecorded):
            await self.register.insert(key, archive_entry(request.id), {Kind.EXPORT: request.id})

    async def _one(self, key: str, request: PrivacyRequest) -> None:
        for _ in range(TRIES):
            try:
                entry = await self._written(key, request)
                if request.kind is Kind.DELETION:
                    await self._outwait_export(entry, request)
            except Overtaken:
                continue
            return
        raise StorageUnavailable

    async def _written(self, key: str, request: PrivacyRequest) -> Entry:
        """The account's entry once it names this request. Raises `RetryLater`, `Refuse`, `Overtaken`."""
        mine = {request.kind: request.id, f"{request.kind}-since": self.clock.now().isoformat()}
        try:
            return await self.register.insert(key, ACCOUNT, mine)
        except AlreadyRecorded:  # most accounts have none
            entry = await self.register.read(key, ACCOUNT)
        if entry is None:
            raise Overtaken
        if request.kind is Kind.EXPORT:
            await self._pass_deletion(entry, request)
        if entry.value.get(request.kind) == request.id:
            return entry
        if same_kind := await self._open(entry, request.kind):
            if not _gives_way(same_kind.request, request):
                raise RetryLater(LOOK_AGAIN, "another_request")
            await self._supersede(same_kind, request)
        return await self.register.replace(replace(entry, value={**entry.value, **mine}))

    async def _pass_deletion(self, entry: Entry, request: PrivacyRequest) -> None:
        """Let an export go on beside a deletion that waits for it. Raises `Refuse`, `RetryLater`."""
        named = await self._named(entry, Kind.DELETION)
        deletion = named.request if named else None
        if deletion is None or not (deletion.binds or _came_between(deletion, request)):
            return
        if not _gives_way(deletion, request):
            raise Refuse("being_deleted")
        if entry.value.get(CLOSED) == deletion.id:
            raise RetryLater(LOOK_AGAIN, "another_request")

    async def _open(self, entry: Entry, kind: Kind) -> Stored | None:
        """The request of this kind that the entry names, if it still binds others."""
        named = await self._named(entry, kind)
        return named if named and named.request.binds else None

    async def _named(self, entry: Entry, kind: Kind) -> Stored | None:
        named = entry.value.get(kind)
        try:
            return await self.store.get(named) if named else None
        except UnknownRequest:
            return None

    async def are_with_another(self, request: PrivacyRequest, tenant: str) -> bool:
        """Whether the account in this tenant is now dealt with by another open request of this kind."""
        account = request.progress(tenant).account
        key = self.keyed_hash.account(tenant, account.object_id) if account else ""
        entry = await self.register.read(key, ACCOUNT) if key else None
        if entry is None or entry.value.get(request.kind) == request.id:
            return False
        return await self._open(entry, request.kind) is not None

    async def close_to_exports(self, request: PrivacyRequest) -> None:
        """Let no export claim this deletion's accounts any more, and wait for one that has since it did.

        Raises `RetryLater`, `Overtaken`.
        """
        for key in request.claims:
            await self._close(key, request)

    async def _close(self, key: str, request: PrivacyRequest) -> None:
        for _ in range(TRIES):
            entry = await self.register.read(key, ACCOUNT)
            if entry is None or entry.value.get(Kind.DELETION) != request.id:
                raise Overtaken  # another deletion has taken the account from this one
            try:
                await self._outwait_export(entry, request)
                await self.register.replace(replace(entry, value={**entry.value, CLOSED: request.id}))
            except Overtaken:  # by an export: look again
                continue
            return
        raise StorageUnavailable

    async def _outwait_export(self, entry: Entry, request: PrivacyRequest) -> None:
        """Wait for the account's open export, at most `patience`; then cancel it. Raises `RetryLater`.

        Counted from when both are there: a deletion may have cooled off for weeks before the export came.
        """
        export = await self._open(entry, Kind.EXPORT)
        if export is None:
            return
        since = max(datetime.fromisoformat(entry.value[f"{kind}-since"]) for kind in Kind)
        left = since + self.patience - self.clock.now()
        if left > timedelta():
            raise RetryLater(min(left, LOOK_AGAIN), "another_request")
        await self._supersede(export, request)

    async def _supersede(self, stored: Stored, by: PrivacyRequest) -> None:
        """Cancel a request that gives way, and remove what it had made. Raises `Overtaken`."""
        cancelled = stored.request.cancelled(self.clock.now(), "superseded", f"{by.kind} {by.id}")
        await self.store.save(replace(stored, request=cancelled))
        self.endings.note(cancelled)
        await self.promises.renew(cancelled)  # what follows an end must not wait for what it waited for
        await self.blobs.remove(f"{stored.request.id}/")


def _came_between(deletion: PrivacyRequest, request: PrivacyRequest) -> bool:
    """Whether a deletion past its mark has ended since the request was accepted: the account is gone."""
    ended = deletion.ended_at if deletion.status is Status.COMPLETED else None
    return deletion.irreversible_at is not None and ended is not None and ended >= request.accepted_at


def _gives_way(standing: PrivacyRequest, request: PrivacyRequest) -> bool:
    return request.verified and not standing.verified and standing.irreversible_at is None
