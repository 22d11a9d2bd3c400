"""Sections are compressed while they lie in staging, as gzip (RFC 1952).

Events repeat themselves: to send, encrypt and hash all of their bytes costs more than to compress them.
"""

import zlib
from collections.abc import Iterator

from shared.domain.errors import PrivacyError

SUFFIX = ".gz"
BITE = 128 * 1024
"""Bytes that are unpacked, and worked on, at a time."""
_LEVEL = 1
_GZIP = zlib.MAX_WBITS | 16
"""With a header and a checksum (zlib manual, `inflateInit2`)."""


class StagingDamaged(PrivacyError):
    """A staged section is not what was recorded of it: of another size or checksum, or no gzip at all."""

    code = "staging_damaged"


def packer() -> "zlib._Compress":
    """Compresses a part; `flush` gives its end."""
    return zlib.compressobj(_LEVEL, wbits=_GZIP)


class Unpacker:
    """Gives back what was packed, `BITE` bytes at most at a time: a little of it may hold very much."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_GZIP)

    def bites(self, packed: bytes) -> Iterator[bytes]:
        """What some more of a part holds. Raises `StagingDamaged` for what cannot be unpacked."""
        while packed and (bite := self._bite(packed)):
            yield bite
            packed = self._zlib.unconsumed_tail

    def _bite(self, packed: bytes) -> bytes:
        try:
            return self._zlib.decompress(packed, BITE)
        except zlib.error as error:
            raise StagingDamaged from error
