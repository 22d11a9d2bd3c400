"""The texts of a report, in its language."""

import gettext
from pathlib import Path

from shared import languages
from shared.marks import N_

LOCALE = Path(__file__).with_name("locale")

WORDS = (N_("yes"), N_("no"))


def catalogue(language: str) -> gettext.NullTranslations:
    """The report's texts in one of the languages."""
    return languages.catalogue("report", LOCALE, language)
