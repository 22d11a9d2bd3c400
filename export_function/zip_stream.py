"""A ZIP written straight into a blob, in flat memory: the same content gives the same bytes."""

import zipfile
from collections.abc import AsyncIterator

from export_function.aside import aside
from shared.domain.ports import BlobSink

FULL = 256 * 1024
"""Bytes that wait for more before they are written: many small files are one write."""
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the bytes depend on the content alone


class _Outlet:
    """What zipfile writes to: no seek, no tell, so that it never goes back."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


class ZipStream:
    """Adds files one after the other; `close` writes the directory."""

    def __init__(self, sink: BlobSink) -> None:
        self._sink = sink
        self._outlet = _Outlet()
        self._zip = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=6)  # type: ignore[call-overload] # zipfile needs write and flush alone, its stub asks for more

    async def add(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Add a file from its pieces; compression leaves the event loop."""
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as entry:
            async for piece in pieces:
                await aside(entry.write, piece)
                await self._drain(FULL)

    async def close(self) -> None:
        """Write the ZIP's directory; nothing can be added any more."""
        self._zip.close()
        await self._drain(1)

    async def _drain(self, least: int) -> None:
        if len(self._outlet) >= least:
            await self._sink.write(self._outlet.take())
