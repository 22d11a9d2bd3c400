"""The language of a report: English is in the code, all others are catalogues of gettext."""

import gettext
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from export_function.marks import N_
from shared.domain.ports import JsonValue

LOCALE = Path(__file__).with_name("locale")
ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
"""Those there is a catalogue for. What a profile says is compared to these and never becomes a path."""

Say = Callable[[str], str]
"""Gives a text in the language of the report."""

THOUSANDS: Mapping[str, str] = {ENGLISH: ",", "de": "."}
"""What stands between the thousands of a number."""

WORDS = (N_("yes"), N_("no"))


def language_of(preferred: Iterable[JsonValue]) -> str:
    """The first that we speak of what profiles call `preferredLanguage` (such as de-CH), else English."""
    spoken = (value.partition("-")[0].lower() for value in preferred if isinstance(value, str))
    return next((language for language in spoken if language in LANGUAGES), ENGLISH)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The texts of one of `LANGUAGES`."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("report", LOCALE, [language])


def number(count: int, language: str) -> str:
    """A whole number as people of one of `LANGUAGES` write it."""
    return f"{count:,}".replace(",", THOUSANDS[language])
