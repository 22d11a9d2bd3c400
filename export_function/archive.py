"""Make `export.zip` from staging alone: no Graph call, and the same bytes for the same staging."""

from dataclasses import dataclass, field
from datetime import timedelta

from export_function.contents import Contents, Entry, at_once
from export_function.gathered import gather
from export_function.json_text import pretty
from export_function.manifest import CHECKSUMS, MANIFEST, File, Measured, checksums, manifest_of
from export_function.report.processing import Processing
from export_function.staging import Staging
from export_function.tally import Tally
from export_function.zip_stream import ZipStream
from shared.domain.ports import Clock, ExportBlobs
from shared.domain.progress import Archive, Outcome
from shared.domain.request import CLAIMS, PrivacyRequest
from shared.domain.states import Kind
from shared.domain.turn import Turn


@dataclass(frozen=True)
class Archivist:
    """Builds the archive and clears staging; `processing` is what the company says of its use of data."""

    blobs: ExportBlobs
    clock: Clock
    kept: timedelta
    processing: Processing = field(default_factory=dict)

    async def archive(self, request: PrivacyRequest, turn: Turn) -> PrivacyRequest:
        """Write the archive; there is none of nobody."""
        if not request.has_account:
            return request
        blob = f"{request.id}/{request.run}/export.zip"
        async with self.blobs.create(blob) as sink:
            tally = Tally(sink)
            await self._write(request, turn, ZipStream(tally))
            turn.check_lease()
        archive = Archive(blob, tally.size, tally.sha256, self.clock.now() + self.kept)
        return _all_collected(request).with_archive(archive).without_sealed(CLAIMS)

    async def clear_staging(self, request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
        """Remove what the archive was made from, of this run and of those before."""
        for run in range(1, request.run + 1):
            await self.blobs.remove(f"{request.id}/{run}/staging/")
        return request

    async def _write(self, request: PrivacyRequest, turn: Turn, archive: ZipStream) -> None:
        """Everything but the manifest is listed in it; the checksums are of it, too."""
        staging = Staging(self.blobs)
        gathered = await gather(request, staging)
        files: list[File] = []
        for entry in Contents(request, staging, gathered, self.processing).entries():
            turn.check_lease()
            files.append(await _added(archive, entry))
        manifest = pretty(manifest_of(request, files, gathered.language))
        files.append(await _added(archive, Entry(MANIFEST, at_once(manifest), {})))
        await archive.add(CHECKSUMS, at_once(checksums(files)))
        await archive.close()


async def _added(archive: ZipStream, entry: Entry) -> File:
    measured = Measured(entry.pieces)
    await archive.add(entry.path, measured.read())
    return File(entry.path, measured.size, measured.digest.hexdigest(), entry.facts)


def _all_collected(request: PrivacyRequest) -> PrivacyRequest:
    """That is how an export ends in a tenant; of a deletion it is only the beginning."""
    if request.kind is not Kind.EXPORT:
        return request
    for progress in tuple(request.tenants.values()):
        if progress.account is not None:
            request = request.with_progress(progress.with_outcome(Outcome.COLLECTED))
    return request
