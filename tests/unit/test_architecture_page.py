"""docs/architecture.md draws the plans as they are."""

import re

from shared.domain.states import Kind
from tests.paths import ROOT
from tests.unit.samples import a_request
from tests.unit.world import World

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def steps_of(kind: Kind) -> list[str]:
    """Each once, in the order of the plan, whatever the tenant."""
    steps = World().runner.plans[kind](a_request(kind))
    return list(dict.fromkeys(step.name.partition(":")[0] for step in steps))


def test_the_deletion_is_told_step_by_step() -> None:
    (row,) = re.findall(r"^\| deletion \| (`identify.*) \|$", PAGE, re.MULTILINE)
    assert re.findall(r"`([\w-]+)(?::T)?`", row) == steps_of(Kind.DELETION)


def test_what_each_step_of_a_deletion_does_is_told() -> None:
    chapter = PAGE.partition("## Deletion")[2].partition("\n## ")[0]
    told = " ".join(line.split(" | ")[0] for line in chapter.splitlines() if line.startswith("| `"))
    not_told = {"identify", "identify-again"}  # in the chapter before
    assert set(re.findall(r"`([\w-]+)(?::T)?`", told)) == set(steps_of(Kind.DELETION)) - not_told
