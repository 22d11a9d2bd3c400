"""Who stood in a list before, in memory that the number of lines bounds: 24 MB for a million."""

import secrets
from array import array
from hashlib import blake2b

LEAST = 1024


class Seen:
    """A hash table of first lines, by 64 bits of a keyed hash: no two of a million people share them."""

    def __init__(self, lines: int) -> None:
        slots = LEAST
        while slots < 2 * lines:
            slots *= 2
        self._slots = slots
        self._key = secrets.token_bytes(16)
        self._hashes = array("Q", bytes(8 * slots))
        self._lines = array("I", bytes(4 * slots))

    def first(self, who: str, line: int) -> int:
        """The line that named them first, this one where none did; lines are counted from 1."""
        digest = blake2b(who.encode(), digest_size=8, key=self._key).digest()
        mark = int.from_bytes(digest) or 1
        place = mark % self._slots
        while self._hashes[place] not in {0, mark}:
            place = (place + 1) % self._slots
        if not self._hashes[place]:
            self._hashes[place], self._lines[place] = mark, line
        return self._lines[place]
