"""Two readers of lists, the command's and the app's, hold every line to the same rules.

What the command leaves out, the app leaves out. The app knows more (forms of values, tenants, times), so it
may leave out what the command takes, and then the result says so. Who is one person to the one is one to the
other.
"""

import json
from itertools import product

import pytest

from operate.bulk import rules
from operate.bulk.checking import line_text
from shared.domain.bulk.batch import Batch, ListForm
from shared.domain.bulk.ports import BadHeader, BadLine
from shared.domain.bulk.reading import key_of
from shared.list_lines import ListLines
from tests.unit.bulk import handed_of
from tests.unit.samples import NOW, REQUEST_ID, linked_pair

ADA = "aaaaaaaa-0000-4000-8000-000000000001"
APP = ListLines(linked_pair())
BATCH = Batch(REQUEST_ID, "operator x", handed_of(b"email\na@b\n"), NOW, NOW)
VALUES = [
    *("", " ", '"', '""', '"a@b"', '"a""@b"', 'a"@b', " a@b ", "\u00a0a@b\u2003", "a@b\x1f", "\ufeffa@b"),
    *("a@b", "A@b", "A@B", "e\u0301@b", "\u00e9@b", "a@b\r", '"a@b\r"', "a\rb@c", "a@b,", ",a@b", "a;b@c"),
    *("a\0@b", "a\u2028@b", "a\u0085", "null", "0", "=a@b", "'a@b", "x" * 5000 + "@b"),
    *(ADA, ADA.upper(), f" {ADA}", f'"{ADA}"', f"{{{ADA}}}", ADA.replace("-", "")),
    *("contoso", "Contoso", "fabrikam", "2026-11-20T09:30:00Z", "2026-11-20", "20.11.2026"),
]
HEADERS = ("email", "objectId,tenant", "tenant,objectId", "userName,tenant", "email,receivedAt")
CSV = [
    (header, line)
    for header in HEADERS
    for line in (VALUES if "," not in header else map(",".join, product(VALUES, repeat=2)))
]
JSON = [
    *(json.dumps({"email": value}) for value in VALUES),
    *(json.dumps({"objectId": value, "tenant": tenant}) for value, tenant in product(VALUES, repeat=2)),
    *(f'{{"email": {other}}}' for other in ("null", "1", "1.5", "true", "[]", "{}", '["a@b"]')),
    *(json.dumps({"email": "a@b", name: None}) for name in ("objectId", "tenant", "receivedAt")),
    *(json.dumps({"email": "a@b", name: "x"}) for name in ("mail", "Email", "idToken", "object_id", "")),
    *("[]", "{}", "null", '"a@b"', "{", '{"email": "a@b"} {}', '{"email": "a@b"},', "{'email': 'a@b'}"),
    *('{"email": "a@b", "email": "c@d"}', '{"email": "a@b", "email": "a@b"}', '{"email": NaN}'),
    *('{"email": "\\ud800a@b"}', '{"email": "\\u0061@b"}', ' {"email": "a@b"} ', '\ufeff{"email": "a@b"}'),
    "[" * 2000,
]


def by_the_command(form: ListForm, header: str, line: bytes) -> str | None:
    """Whom the line is about, None where it is left out."""
    read = rules.reader_of(rules.Form(form), rules.columns_of(header) if form is ListForm.CSV else ())
    try:
        return rules.who(read(line_text(line)))
    except rules.Bad:
        return None


def by_the_app(form: ListForm, header: str, line: bytes) -> str | None:
    """The same."""
    try:
        return key_of(BATCH, APP.line(form, APP.columns(form, header.encode()), line, NOW))
    except BadLine:
        return None


LINES = [(ListForm.CSV, *one) for one in CSV] + [(ListForm.NDJSON, "", one) for one in JSON]
READ = [
    (line, by_the_command(*line[:2], line[2].encode()), by_the_app(*line[:2], line[2].encode()))
    for line in LINES
]


def test_what_the_command_leaves_out_the_app_leaves_out() -> None:
    assert [line for line, here, there in READ if here is None and there is not None] == []


def test_what_the_command_takes_and_the_app_does_not_is_wrong_in_a_value_alone() -> None:
    """A field's form, the tenant's name, the time: never which fields there are, nor whose."""
    told = {told_by_the_app(*line) for line, here, there in READ if here is not None and there is None}
    assert all(one.split(" ")[0] in rules.FIELDS | {"subject/tenant"} for one in told), told


def told_by_the_app(form: ListForm, header: str, line: str) -> str:
    with pytest.raises(BadLine) as bad:
        APP.line(form, APP.columns(form, header.encode()), line.encode(), NOW)
    return str(bad.value)


def test_who_is_one_person_to_the_one_is_one_to_the_other() -> None:
    pairs = {(here, there) for _, here, there in READ if here is not None and there is not None}
    assert len(pairs) == len({here for here, _ in pairs}) == len({there for _, there in pairs}) > 10


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Email",
        "email,",
        ",email",
        "email,email",
        "email, email",
        '"email"',
        '"email',
        "email;tenant",
        "\ufeffemail",
        " email ",
        "email\r",
        "email\ttenant",
        "objectid,tenant",
        "e\0mail",
        "a@b",
        "\ufeff\ufeffemail",
    ],
)
def test_a_header_is_one_to_both_or_to_neither(header: str) -> None:
    try:
        here: object = tuple(rules.columns_of(line_text(header.encode())))
    except rules.Bad:
        here = None
    try:
        there: object = APP.columns(ListForm.CSV, header.encode())
    except BadHeader:
        there = None
    assert here == there
