"""What all pages must keep: links that lead somewhere, and commands that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from operate.app import app
from tests.paths import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
OPERATE = re.compile(r"(?:(?<=`)|^(?:\$ )?|xargs -n 1 )(?:scripts/)?operate ([a-z][^`\n|#;]*)", re.MULTILINE)
"""Where one begins a line or stands in backticks."""
WORD = re.compile(r"(?<!\S)(?:--)?[a-z][a-z-]*(?!\S)")
AZD = re.compile(r"azd env (?:set|get-value) (\w+)")
BLOCK = re.compile(r"```.*?```", re.DOTALL)


def anchors(page: Path) -> set[str]:
    """As hosts of Markdown make them of headings."""
    titles = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def broken(page: Path) -> Iterator[str]:
    for link in LINK.findall(page.read_text()):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def unknown(words: list[str]) -> Iterator[str]:
    """What of a command line this program does not know."""
    command: object = get_command(app)
    while members := getattr(command, "commands", None):
        name = words.pop(0) if words else ""
        if name not in members:
            yield name
            return
        command = members[name]
    given = getattr(command, "params", ())
    options = {option for one in given for option in (*one.opts, *one.secondary_opts)}
    yield from (word for word in words if word.startswith("--") and word not in options | {"--help"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_operators_is_one(page: Path) -> None:
    lines = (line.partition("  ")[0] for line in OPERATE.findall(page.read_text()))
    assert [word for line in lines for word in unknown(WORD.findall(line))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_variable_of_a_deployment_is_one(page: Path) -> None:
    parameters = (ROOT / "infra/main.parameters.json").read_text()
    outputs = re.findall(r"^output (\w+)", (ROOT / "infra/main.bicep").read_text(), re.MULTILINE)
    known = {*re.findall(r"\$\{(\w+)", parameters), *outputs}
    assert [name for name in AZD.findall(page.read_text()) if name not in known] == []
