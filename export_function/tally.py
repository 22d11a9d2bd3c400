"""Count and hash what goes into a blob."""

import hashlib

from shared.domain.ports import BlobSink


class Tally:
    """Passes bytes on to a sink and knows their number and SHA-256."""

    def __init__(self, sink: BlobSink) -> None:
        self._sink = sink
        self._hash = hashlib.sha256()
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Append `data` to the sink."""
        if data:
            self._hash.update(data)
            self.size += len(data)
            await self._sink.write(data)

    @property
    def sha256(self) -> str:
        """Of everything written so far, in hexadecimal."""
        return self._hash.hexdigest()
