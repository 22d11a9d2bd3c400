"""docs/privacy.md names everything that is kept, and nothing that is not there."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import yaml

import shared.adapters
from operations_function.acts import ACTS
from shared.adapters.request_rows import personal_keys, rows_of
from shared.domain.account import Account
from shared.domain.agenda import TIDY_AFTER
from shared.domain.challenges import LIFE
from shared.domain.holds import FIELDS
from shared.domain.notices import LASTS_AT_MOST
from shared.domain.request import MOST_NOTES
from shared.settings import Settings
from tests.paths import ROOT
from tests.unit.samples import a_request_with_everything

PAGE = (ROOT / "docs" / "privacy.md").read_text()
PLACES = frozenset({"TABLE", "PASSING", "BATCHES", "QUEUE", "BATCH_QUEUE", "CONTAINER", "LISTS"})
"""What adapters call the constant that names where they keep something."""
KEPT_BY = {
    *("RETENTION_GDPR", "RETENTION_CCPA", "FAILED_KEEP", "ARCHIVE_KEPT", "LINK_LIFETIME", "EXPORT_EVERY"),
    "AUDIT_RETENTION",
}
NOTHING_KEPT = {
    *("REPLICATION_WINDOW", "RETRY_BUDGET", "EXPORT_PATIENCE", "DELETION_COOLING_OFF", "PERSON_TOKEN_AGE"),
}
"""Times that say when something is done, not how long something is kept."""


def places() -> Iterator[str]:
    for module in pkgutil.iter_modules(shared.adapters.__path__, "shared.adapters."):
        names = vars(importlib.import_module(module.name))
        yield from (str(names[name]) for name in PLACES & set(names))


def table_rows(page: str = PAGE) -> list[list[str]]:
    lines = (line for line in page.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_row_of_a_request_is_named_and_no_other() -> None:
    account = Account("aaaaaaaa-0000-4000-8000-000000000001", "", (), None)
    request = a_request_with_everything()
    contoso = replace(request.progress("contoso"), account=account)
    rows = {*rows_of(request.with_progress(contoso)), *personal_keys(request)}
    named = re.search(r"### Table `requests`.*?###", PAGE, re.DOTALL)
    assert named
    kinds = {re.sub(r"-(contoso|fabrikam)$", "-NAME", re.sub(r"-\d+$", "-NNNNNN", row)) for row in rows}
    assert set(re.findall(r"^\| `([\w-]+)`", named[0], re.MULTILINE)) == kinds


def test_every_table_queue_and_container_is_named() -> None:
    found = set(places())
    assert {"requests", "subjects", "due", "passing", "privacy-requests", "exports"} <= found
    assert {place for place in found if f"`{place}`" not in PAGE} == set()


def test_every_setting_that_says_how_long_is_named() -> None:
    times = {name.upper() for name, field in Settings.model_fields.items() if field.annotation is timedelta}
    assert times == KEPT_BY | NOTHING_KEPT
    assert {name for name in KEPT_BY if f"`{name}`" not in PAGE} == set()


def test_the_times_that_are_given_are_those_of_the_settings() -> None:
    told = re.findall(r"`([A-Z_]+)` \(P(\d+)D\)", PAGE)
    assert {name for name, _ in told} == {"RETENTION_GDPR", "RETENTION_CCPA", "FAILED_KEEP", "ARCHIVE_KEPT"}
    for name, days in told:
        assert Settings.model_fields[name.lower()].default == timedelta(days=int(days)), name
    assert Settings.model_fields["link_lifetime"].default == timedelta(minutes=15)
    assert "`LINK_LIFETIME` (PT15M)" in PAGE
    assert Settings.model_fields["export_every"].default == timedelta(hours=24)
    assert "`EXPORT_EVERY` (PT24H)" in PAGE


def test_the_times_that_nobody_sets_are_those_of_the_code() -> None:
    assert (TIDY_AFTER, "an hour after the end" in PAGE) == (timedelta(hours=1), True)
    assert (LIFE, "| 10 minutes |" in PAGE) == (timedelta(minutes=10), True)
    assert (LASTS_AT_MOST, "30 days after the end at most" in PAGE) == (timedelta(days=30), True)
    assert f"at most {MOST_NOTES} notes" in PAGE


def test_a_hold_is_told_field_by_field() -> None:
    told = {
        "hold-basis": "basis",
        "hold-article": "article",
        "hold-review": "when it is looked at again",
        "hold-since": "since when",
        "hold-by": "the operator who placed it",
    }
    assert set(told) == set(FIELDS)
    (row,) = [row for row in table_rows() if "legal hold" in row[0]]
    assert all(words in row[1] for words in told.values())


def test_every_setting_that_is_named_is_one() -> None:
    known = {
        *Settings.model_fields,
        "azurewebjobsstorage",
        "client_secret",
        "client_certificate",
        "data_region",
    }
    named = {name.partition("__")[0] for name in re.findall(r"`([A-Z][A-Z_]{2,}[\w…]*)`", PAGE)}
    assert {"RETENTION_GDPR", "MAIL", "WEBHOOKS", "EXPORTS"} <= named
    assert {name for name in named if name.lower() not in known} == set()


def test_the_routes_that_the_runbook_calls_are_in_the_contract() -> None:
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text())["paths"]
    called = re.findall(r"`(GET|POST) /api(/[\w/-]+)`", PAGE)
    assert called
    for method, path in called:
        template = path.replace("/ID/end-archive", "/{id}/{act}").replace("/ID", "/{id}")
        assert method.lower() in contract[template], path


def test_the_act_that_the_runbook_begins_with_is_one() -> None:
    assert "`POST /api/operations/requests/ID/end-archive`" in PAGE
    assert "end-archive" in ACTS
