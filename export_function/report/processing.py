"""How the person's data is used (GDPR Art. 15(1) and (2)): what the company supplies, language by language.

Only the company knows its purposes and recipients: the file is its own, packed with the app. Texts are plain.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.languages import ENGLISH
from shared.marks import N_

Texts = Annotated[tuple[str, ...], Field(min_length=1)]


class ProcessingInformation(BaseModel):
    """In one language; each property is a list of paragraphs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    controller: Texts
    purposes: Texts
    categories: Texts
    recipients: Texts
    storage_periods: Texts = Field(alias="storagePeriods")
    rights: Texts
    complaint: Texts
    source: Texts
    automated_decisions: Texts | None = Field(default=None, alias="automatedDecisions")
    transfers: Texts | None = None


TITLES: Mapping[str, str] = {
    "controller": N_("Who is responsible"),
    "purposes": N_("Why your data is processed"),
    "categories": N_("What kinds of data there are"),
    "recipients": N_("Who receives it"),
    "storage_periods": N_("How long it is kept"),
    "rights": N_("Your rights: correction, deletion, restriction, objection"),
    "complaint": N_("Where you can complain"),
    "source": N_("Where the data comes from"),
    "automated_decisions": N_("Decisions made by machines alone"),
    "transfers": N_("Transfers to other countries"),
}
"""In the order of Art. 15(1) points (a) to (h), and 15(2); the controller first."""
Processing = Mapping[str, ProcessingInformation]
_FILE = TypeAdapter(dict[str, ProcessingInformation])


class NoProcessingInformation(ValueError):
    """The file cannot be read, or does not have its form."""


def load_processing(path: Path) -> Processing:
    """What the file says, by language. Raises `NoProcessingInformation`."""
    try:
        read = _FILE.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise NoProcessingInformation from error
    if ENGLISH not in read:
        raise NoProcessingInformation
    return read


def paragraphs(processing: Processing, language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Titles with their paragraphs, in the language or else in English; nothing where nothing is supplied."""
    told = processing.get(language) or processing.get(ENGLISH)
    if told is None:
        return ()
    found = ((title, getattr(told, name)) for name, title in TITLES.items())
    return tuple((title, texts) for title, texts in found if texts)
