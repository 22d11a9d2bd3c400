"""The texts of a report, in its language."""

import gettext
from collections.abc import Mapping
from pathlib import Path

from shared import languages
from shared.languages import ENGLISH
from shared.marks import N_

LOCALE = Path(__file__).with_name("locale")

THOUSANDS: Mapping[str, str] = {ENGLISH: ",", "de": "."}
"""What stands between the thousands of a number."""

WORDS = (N_("yes"), N_("no"))


def catalogue(language: str) -> gettext.NullTranslations:
    """The report's texts in one of the languages."""
    return languages.catalogue("report", LOCALE, language)


def number(count: int, language: str) -> str:
    """A whole number as people of one of the languages write it."""
    return f"{count:,}".replace(",", THOUSANDS[language])
