import json
from pathlib import Path

import pytest

from export_function.report.processing import NoProcessingInformation, load_processing, paragraphs
from function_app import build
from shared.settings import SettingsFault, load_settings
from tests.paths import ROOT
from tests.unit.test_settings import environment

SAMPLE = ROOT / "processing-information.sample.json"


def test_the_sample_has_the_form_and_speaks_both_languages() -> None:
    told = load_processing(SAMPLE)
    assert set(told) == {"en", "de"}
    titles = [title for title, _ in paragraphs(told, "en")]
    assert titles[:2] == ["Who is responsible", "Why your data is processed"]
    assert len(titles) == 10


def test_a_language_that_is_not_supplied_is_told_in_english() -> None:
    assert paragraphs(load_processing(SAMPLE), "fr") == paragraphs(load_processing(SAMPLE), "en")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"en": {}}', '{"en": {"purposes": "x"}}', "\x00"])
def test_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(content)
    with pytest.raises(NoProcessingInformation):
        load_processing(path)


def test_english_is_required(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"de": json.loads(SAMPLE.read_bytes())["de"]}))
    with pytest.raises(NoProcessingInformation):
        load_processing(path)


def test_a_file_that_is_not_there_is_a_fault_of_the_setting() -> None:
    with pytest.raises(SettingsFault) as caught:
        build(load_settings(environment(PROCESSING_INFORMATION="nowhere.json")))
    assert [fault.setting for fault in caught.value.faults] == ["PROCESSING_INFORMATION"]


def test_the_sample_can_be_named_as_it_is() -> None:
    app = build(load_settings(environment(PROCESSING_INFORMATION=SAMPLE.name)))
    assert app.get_functions()
