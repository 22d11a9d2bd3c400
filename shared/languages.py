"""Languages in which people are told things: English is in the code, all others are catalogues of gettext."""

import gettext
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from shared.domain.ports import JsonValue

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
"""Those there are catalogues for. What a profile says is compared to these and never becomes a path."""

Say = Callable[[str], str]
"""Gives a text in the language of whoever reads it."""


def language_of(preferred: Iterable[JsonValue]) -> str:
    """The first that we speak of what profiles call `preferredLanguage` (such as de-CH), else English."""
    spoken = (value.partition("-")[0].lower() for value in preferred if isinstance(value, str))
    return next((language for language in spoken if language in LANGUAGES), ENGLISH)


@cache
def catalogue(domain: str, folder: Path, language: str) -> gettext.NullTranslations:
    """The texts of a domain, whose catalogues are in `folder`, in one of `LANGUAGES`."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(domain, folder, [language])
