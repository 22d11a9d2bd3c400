"""Events as CSV: the quick way gives what the csv module gives of values written anew."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from export_function.event_kinds import AUDIT_EVENTS
from export_function.json_text import compact, line
from export_function.tables import FORMULA, event_rows
from shared.domain.ports import JsonObject, JsonValue

TEXT = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    ['=1+1,"x"', "a\r\nb", "\\u0041", ""]
)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(AUDIT_EVENTS.columns) | TEXT


def by_the_csv_module(event: JsonObject) -> bytes:
    others = {name: value for name, value in event.items() if name not in AUDIT_EVENTS.columns}
    values = [*(event.get(name) for name in AUDIT_EVENTS.columns), others or None]
    text = io.StringIO(newline="")
    csv.writer(text).writerow([cell(value) for value in values])
    return text.getvalue().encode(errors="backslashreplace")


def cell(value: JsonValue) -> str:
    text = "" if value is None else value if isinstance(value, str) else compact(value)
    return f"'{text}" if text.startswith(FORMULA) else text


@given(st.dictionaries(NAMES, VALUES, max_size=8))
@example({"id": "\ud800", "result": {"ü": '"'}})
@example({"additionalDetails": [{"key": "a", "value": '\\",'}], "moved": "ü"})
def test_a_row_is_what_the_csv_module_writes_and_comes_with_its_event(event: JsonObject) -> None:
    rows = event_rows(AUDIT_EVENTS, [line(event).rstrip(b"\n")])
    assert rows.csv == by_the_csv_module(event)
    assert [line(one) for one in rows.events] == [line(event)]


def test_a_line_that_is_no_event_is_kept_as_it_is() -> None:
    for kept in (b"[1]", b"[" * 100_000, b'{"id":1', b'{"id":1}}', b'{"id":1,}', b"nonsense"):
        rows = event_rows(AUDIT_EVENTS, [kept])
        row = next(csv.reader([rows.csv.decode()]))
        assert row == [*[""] * len(AUDIT_EVENTS.columns), kept.decode()]
        assert rows.events == [{}]


def test_a_line_that_somebody_else_wrote_is_read_all_the_same() -> None:
    rows = event_rows(AUDIT_EVENTS, [b'{ "id": "1", "result": {"a": 1} }'])
    assert rows.csv == by_the_csv_module({"id": "1", "result": {"a": 1}})
    assert rows.events == [{"id": "1", "result": {"a": 1}}]
