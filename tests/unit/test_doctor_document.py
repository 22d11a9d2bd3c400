"""docs/doctor.md has every check and every finding, as the code says them."""

import re
from collections.abc import Iterable, Iterator

from operate.findings import SEEN_FROM_HERE
from shared.adapters.graph.check_calls import CHECK_CALLS
from shared.domain.checks.check import Name, Place
from shared.domain.checks.common_reasons import COMMON_REASONS
from shared.domain.checks.reason import Reason
from shared.domain.checks.storage_reasons import STORAGE_REASONS
from shared.domain.checks.tenant_reasons import TENANT_REASONS
from tests.contract_of_api import OPENAPI
from tests.paths import ROOT

PAGE = (ROOT / "docs/doctor.md").read_text()
Row = tuple[str, str, str, str]


def row(code: str, result: str, meaning: str, remedy: str) -> Row:
    """As the page has it: what stands for a fact is in capitals."""
    told = (re.sub(r"\{(\w+)\}", lambda fact: fact[1].upper(), text) for text in (meaning, remedy or "–"))
    return (code, result.replace("_", " "), *told)  # type: ignore[return-value] # four


def of_the_app(reasons: Iterable[Reason]) -> Iterator[Row]:
    return (row(one.code, one.result, one.meaning, one.remedy) for one in reasons)


def of_the_command() -> Iterator[Row]:
    return (row(code, result, meaning, remedy) for code, (result, meaning, remedy) in SEEN_FROM_HERE.items())


def rows(title: str) -> list[Row]:
    chapter = PAGE.partition(f"\n### {title}\n")[2].partition("\n#")[0]
    return re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", chapter, re.MULTILINE)


def test_every_finding_is_told_as_it_is_shown() -> None:
    assert rows("The app") == list(of_the_command())
    assert rows("Anywhere") == list(of_the_app(COMMON_REASONS))
    assert rows("Storage and receipts") == list(of_the_app(STORAGE_REASONS))
    assert rows("Tenants") == list(of_the_app(TENANT_REASONS))


def test_no_two_findings_have_the_same_code() -> None:
    codes = re.findall(r"^\| `(\w+)` \| (?:ok|warning|fault|not checked) \|", PAGE, re.MULTILINE)
    assert len(codes) == len(set(codes))


def test_every_check_is_told() -> None:
    told = re.findall(r"^\| `([\w-]+)` \| (\w+) \|", PAGE.partition("## What is checked")[2], re.MULTILINE)
    names = [name for name, place in told if place in set(Place)]
    assert names == ["answer", *Name]


def test_the_calls_that_only_checks_make_are_told_with_their_permissions() -> None:
    told = re.findall(r"^\| `(\w+)` \| `(\w+) (/[^`]+)` \| `([\w.]+)` \|", PAGE, re.MULTILINE)
    assert told == [(one.name, one.method, one.path, *one.permissions) for one in CHECK_CALLS]


def test_the_places_are_those_of_the_contract() -> None:
    schemas: dict[str, dict[str, object]] = OPENAPI["components"]["schemas"]  # type: ignore[assignment] # YAML
    assert schemas["CheckedPlace"]["enum"] == list(Place)
