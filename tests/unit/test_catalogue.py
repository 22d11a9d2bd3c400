from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from export_function.report.language import ENGLISH, LANGUAGES, LOCALE, catalogue
from tests.unit.catalogue_texts import texts


def catalogues() -> dict[str, Catalog]:
    files = {path.parts[-3]: path for path in LOCALE.glob("*/LC_MESSAGES/report.po")}
    return {name: read_po(BytesIO(path.read_bytes()), locale=name) for name, path in files.items()}


def test_there_is_a_catalogue_for_every_language_but_english() -> None:
    assert {*catalogues(), ENGLISH} == set(LANGUAGES)


def test_every_text_is_in_every_catalogue_translated_and_no_other() -> None:
    for language, read in catalogues().items():
        held = {
            message.id for message in read if message.id and message.string and all(_strings(message.string))
        }
        assert held == texts(), language


def test_placeholders_survive_translation() -> None:
    for read in catalogues().values():
        assert [message.id for message in read if message.id and any(message.check())] == []


def test_what_is_compiled_is_what_is_written() -> None:
    for language, read in catalogues().items():
        with (LOCALE / language / "LC_MESSAGES" / "report.mo").open("rb") as compiled:
            assert strings(read_mo(compiled)) == strings(read)


def test_a_text_is_said_in_the_language_with_its_plural() -> None:
    german = catalogue("de")
    assert german.gettext("Summary") == "Überblick"
    assert german.ngettext("%(count)s record", "%(count)s records", 1) == "%(count)s Eintrag"


def strings(read: Catalog) -> dict[object, object]:
    return {_strings(message.id): _strings(message.string) for message in read if message.id}


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    if string is None:
        return ()
    return (string,) if isinstance(string, str) else tuple(string)
