"""Links to finished archives, each an event of the request's journal before it exists."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.changed import changed
from shared.domain.errors import StorageUnavailable
from shared.domain.ports import Clock, DownloadLinks, Link, RequestStore
from shared.domain.progress import Archive
from shared.domain.request import PrivacyRequest
from shared.domain.states import Status


class NotReady(Exception):
    """There is no archive: the export has not come to its end, or it ended without one."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class Expired(Exception):
    """There was an archive, and it is gone."""


@dataclass(frozen=True)
class ArchiveLinks:
    """Mints links that live for `lifetime`, or until the archive expires."""

    store: RequestStore
    links: DownloadLinks
    clock: Clock
    lifetime: timedelta

    async def mint(self, request_id: str, by: str) -> tuple[Archive, Link]:
        """A fresh link. Raises `NotReady`, `Expired`, `UnknownRequest`, `StorageUnavailable`."""
        now = self.clock.now()

        def noted(request: PrivacyRequest) -> PrivacyRequest:
            _archive(request, now)
            if request.is_leased(now):  # to write now would cost a worker its run
                raise StorageUnavailable
            return request.with_link_minted(now, by)

        archive = _archive(await changed(self.store, request_id, noted), now)
        return archive, await self.links.mint(archive.blob, min(now + self.lifetime, archive.expires_at))


def _archive(request: PrivacyRequest, now: datetime) -> Archive:
    archive = request.archive
    ready = request.status is Status.COMPLETED or request.copy_first
    if archive is None or not ready or request.paused_at is not None:  # paused: it is in doubt who asks
        raise NotReady(request.status)
    if archive.removed_at is not None or archive.expires_at <= now:
        raise Expired
    return archive
