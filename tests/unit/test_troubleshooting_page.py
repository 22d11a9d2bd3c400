"""docs/troubleshooting.md has every code that the app can produce, and none that it cannot."""

import re

from delete_function import guard_rails
from export_function.collector import SWITCHED_OFF
from shared.domain.errors import DirectoryFault, PrivacyError
from shared.domain.journal import What
from shared.phrases import REFUSAL_REASONS
from tests import codes
from tests.paths import ROOT

PAGE = (ROOT / "docs/troubleshooting.md").read_text()
ROOTS = {PrivacyError.code, DirectoryFault.code}
"""Nothing raises these themselves."""
ANSWERED = {"invalid_transition", "too_many_requests"}
"""Codes of answers that are the error's own."""
KEPT = {getattr(guard_rails, name) for name in ("ROLE", "ACCOUNT", "GROUP", "GUEST", "EMPLOYEE")}
UNAVAILABLE = {"storage_unavailable", "keys_unavailable", "unknown_hash_key", "no_eraser"}
"""Answers of 503, each logged under its code."""
SYMPTOMS = ("Nothing answers", "Calls are refused", "Requests do not go on", "Exports, links, deletions")


def chapter(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(title: str) -> list[str]:
    """The first cells of a chapter's tables, their heads left out."""
    lines = [line for line in chapter(title).splitlines() if line.startswith("| ")]
    return [
        line.split(" | ")[0] for line in lines if not re.match(r"\| (symptom|\w+) \| [a-z]+( \||$)", line)
    ]


def told(title: str) -> list[str]:
    """The codes in the first cells."""
    return [code for row in rows(title) for code in re.findall(r"`([a-z0-9_]+(?::?…)?)`", row)]


def check(title: str, wanted: set[str]) -> None:
    found = told(title)
    assert set(found) == wanted
    assert len(found) == len(set(found))


def test_every_reason_of_a_request_is_told() -> None:
    check("Reasons of a request", codes.made_by(codes.REASONS) | set(REFUSAL_REASONS) | KEPT)


def test_every_error_is_told() -> None:
    check("Errors", codes.errors_of(PrivacyError) - ROOTS)


def test_every_answer_is_told() -> None:
    check("Answers", codes.made_by(codes.PROBLEMS) | ANSWERED)


def test_every_refusal_of_a_caller_is_told() -> None:
    written = codes.logged_with("caller_refused", "code")
    check("Refused callers", codes.made_by(codes.REFUSALS) | written | {"challenge_refused"})


def test_every_end_of_a_notice_is_told() -> None:
    check("Given up notices", codes.made_by(codes.NOTICES) | {"address_refused"})


def test_every_absence_of_a_section_is_told() -> None:
    other = {SWITCHED_OFF, "permission_missing", "refused"}
    check("Sections of an export", codes.made_by(codes.ABSENCES) | other)


def test_every_event_of_the_log_is_told() -> None:
    check("Events of the log", codes.logged() | UNAVAILABLE)


def test_every_event_of_a_journal_is_told() -> None:
    check("Events of a journal", {str(what) for what in What})


def test_there_is_a_row_for_what_goes_wrong_at_night() -> None:
    assert sum(len(rows(title)) for title in SYMPTOMS) >= 30
