"""What people read in another language: the report's texts, and the phrases of letters and e-mails."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from export_function.report import language as report
from shared import phrases
from shared.languages import ENGLISH, LANGUAGES
from tests.unit.catalogue_texts import texts

FOLDERS = {"report": report.LOCALE, "phrases": phrases.LOCALE}
every_domain = pytest.mark.parametrize("domain", FOLDERS)


def catalogues(domain: str) -> dict[str, Catalog]:
    files = {path.parts[-3]: path for path in FOLDERS[domain].glob(f"*/LC_MESSAGES/{domain}.po")}
    return {name: read_po(BytesIO(path.read_bytes()), locale=name) for name, path in files.items()}


@every_domain
def test_there_is_a_catalogue_for_every_language_but_english(domain: str) -> None:
    assert {*catalogues(domain), ENGLISH} == set(LANGUAGES)


@every_domain
def test_every_text_is_in_every_catalogue_translated_and_no_other(domain: str) -> None:
    for language, read in catalogues(domain).items():
        held = {
            message.id for message in read if message.id and message.string and all(_strings(message.string))
        }
        assert held == texts(domain), language


@every_domain
def test_placeholders_survive_translation(domain: str) -> None:
    for read in catalogues(domain).values():
        assert [message.id for message in read if message.id and any(message.check())] == []


@every_domain
def test_what_has_a_placeholder_is_marked_so_that_it_is_checked(domain: str) -> None:
    for read in catalogues(domain).values():
        held = [message for message in read if "%(" in str(message.id)]
        assert [message.id for message in held if "python-format" not in message.flags] == []


@every_domain
def test_what_is_compiled_is_what_is_written(domain: str) -> None:
    for language, read in catalogues(domain).items():
        with _compiled(domain, language).open("rb") as compiled:
            assert strings(read_mo(compiled)) == strings(read)


def test_a_text_is_said_in_the_language_with_its_plural() -> None:
    german = report.catalogue("de")
    assert german.gettext("Summary") == "Überblick"
    assert german.ngettext("%(count)s record", "%(count)s records", 1) == "%(count)s Eintrag"
    assert phrases.speaking("de")("Hello,") == "Guten Tag,"


def _compiled(domain: str, language: str) -> Path:
    return FOLDERS[domain] / language / "LC_MESSAGES" / f"{domain}.mo"


def strings(read: Catalog) -> dict[object, object]:
    return {_strings(message.id): _strings(message.string) for message in read if message.id}


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    if string is None:
        return ()
    return (string,) if isinstance(string, str) else tuple(string)
