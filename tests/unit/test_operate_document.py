"""docs/operate.md says what the command line does."""

import re

from typer.main import get_command

from operate.app import app
from operate.exits import Exit
from shared.domain.bulk.answers import Answer
from tests.paths import ROOT
from tests.unit.operating import Terminal

DOCUMENT = (ROOT / "docs/operate.md").read_text()


def chapter(title: str) -> str:
    return DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def names(group: object, before: str = "") -> set[str]:
    members = getattr(group, "commands", None)
    if members is None:
        return {before.strip()}
    return {name for member, one in members.items() for name in names(one, f"{before} {member}")}


def test_every_command_is_in_the_table() -> None:
    rows = set(re.findall(r"^\| `([a-z -]+?)(?: [A-Z_ ]+)?` \|", chapter("Commands"), re.MULTILINE))
    assert rows == names(get_command(app))


def test_every_answer_to_a_line_of_a_list_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", chapter("Lists"), re.MULTILINE)
    assert sorted(rows) == sorted(["answer", *Answer])


def test_every_exit_code_is_in_the_table() -> None:
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", DOCUMENT, re.MULTILINE)
    assert [(int(code), name) for code, name in rows] == [(code.value, code.name) for code in Exit]


def test_every_variable_that_is_read_is_in_a_table_and_no_other() -> None:
    read = set()
    for path in (*(ROOT / "operate").rglob("*.py"), ROOT / "scripts/operate"):
        read |= set(re.findall(r"OPERATE_[A-Z_]+", path.read_text()))
    assert set(re.findall(r"OPERATE_[A-Z_]+", DOCUMENT)) == read


def test_a_shell_is_told_what_it_may_complete() -> None:
    asked = {"_OPERATE_COMPLETE": "complete_bash", "COMP_WORDS": "operate re", "COMP_CWORD": "1"}
    done = Terminal().run(environment=asked)
    assert set(done.out.split()) == {"retry", "resume", "refuse", "report", "receipt"}
