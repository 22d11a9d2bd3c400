"""Texts from elsewhere as a terminal may show them: without characters that steer it."""

import unicodedata

STEERING = frozenset({"Cc", "Cf"})
"""Unicode's categories of control and format characters, the latter with what turns the direction."""


def plain(text: str) -> str:
    """On one line."""
    return "".join(" " if unicodedata.category(one) in STEERING else one for one in text)
