"""The letters: when there is one, what it says under each law, and that it promises nothing beyond."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deadlines import Regulation
from shared.domain.progress import Archive, Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import FINAL, Kind, Status
from shared.letters import EXTENSION_REASONS, REFUSAL_REASONS, Letters, Sender
from tests.unit.samples import NOW, REQUEST_ID, a_request

BERLIN = ZoneInfo("Europe/Berlin")
LETTERS = Letters(Sender("Contoso GmbH", "privacy@contoso.example", "the authority of Berlin"), BERLIN)
BARE = Letters(Sender("the controller", None, None), BERLIN)
LATE = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)
"""Already the 25th in Berlin."""
OWN_REASONS = ("subject_not_found", "subject_soft_deleted", "being_deleted")


def text_of(request: PrivacyRequest, letters: Letters = LETTERS) -> str:
    letter = letters.about(request)
    assert letter is not None
    return f"{letter.subject}\n{letter.text}"


def done(outcome: Outcome, kind: Kind = Kind.DELETION) -> PrivacyRequest:
    progress = TenantProgress("contoso", outcome=outcome, restorable_until=LATE)
    return replace(a_request(kind), status=Status.COMPLETED, tenants={"contoso": progress})


def refused(reason: str, regulation: Regulation = Regulation.GDPR) -> PrivacyRequest:
    return replace(a_request(), status=Status.REFUSED, reason=reason, regulation=regulation)


def extended(status: Status = Status.WAITING) -> PrivacyRequest:
    return replace(a_request(), status=status, extended_for="complexity", due_at=LATE)


def test_there_is_nothing_to_tell_while_a_request_is_on_its_way_in_time() -> None:
    for status in set(Status) - {Status.COMPLETED, Status.REFUSED}:
        assert LETTERS.about(replace(a_request(), status=status)) is None


def test_an_extension_is_told_with_its_reason_and_the_new_date_until_the_end() -> None:
    for status in set(Status) - FINAL - {Status.FAILED}:
        assert "your request is complex. You will have it by 2026-12-25." in text_of(extended(status))
    ended = replace(extended(Status.CANCELLED), ended_at=NOW)
    assert LETTERS.about(ended) is None


@pytest.mark.parametrize("reason", EXTENSION_REASONS)
def test_each_reason_to_extend_has_its_words(reason: str) -> None:
    assert EXTENSION_REASONS[reason] in text_of(replace(extended(), extended_for=reason))


@pytest.mark.parametrize("reason", [*REFUSAL_REASONS, *OWN_REASONS])
def test_a_refusal_under_the_gdpr_has_its_reason_the_complaint_and_the_remedy(reason: str) -> None:
    text = text_of(refused(reason))
    assert REFUSAL_REASONS.get(reason, "account") in text
    assert ("(GDPR Art. " in text) is (reason in REFUSAL_REASONS)
    assert "complaint with the authority of Berlin, and you may seek a judicial remedy" in text


@pytest.mark.parametrize("reason", [*REFUSAL_REASONS, *OWN_REASONS])
def test_a_letter_under_the_ccpa_cites_no_european_law(reason: str) -> None:
    text = text_of(refused(reason, Regulation.CCPA))
    assert REFUSAL_REASONS.get(reason, "account") in text
    assert "complain to the authority of Berlin" in text
    assert not [word for word in ("GDPR", "Art.", "judicial", "supervisory") if word in text]


def test_where_settings_name_no_authority_the_law_s_own_is_named() -> None:
    assert "supervisory authority of your place" in text_of(refused("excessive"), BARE)
    assert "California Privacy Protection Agency" in text_of(refused("excessive", Regulation.CCPA), BARE)


def test_a_reason_without_words_of_its_own_is_not_shown() -> None:
    assert "we tell you the reason on request" in text_of(refused("some_code"))
    assert "some_code" not in text_of(refused("some_code"))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.FAILED])
def test_the_end_is_told_directory_by_directory(kind: Kind, outcome: Outcome) -> None:
    text = text_of(done(outcome, kind))
    assert f"On {NOW.date()} you asked for" in text
    assert re.search(r"^- contoso: \w", text, re.MULTILINE)
    assert "not decided" not in text
    assert ("2026-12-25" in text) is (outcome in {Outcome.SOFT_DELETED, Outcome.ALREADY_SOFT_DELETED})


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_deletion_and_whatever_was_kept_is_told_with_the_right_to_complain(
    outcome: Outcome, kind: Kind
) -> None:
    due = kind is Kind.DELETION or outcome is Outcome.RETAINED
    assert ("lodge a complaint" in text_of(done(outcome, kind))) is due


def test_a_copy_is_told_with_the_local_day_until_which_it_can_be_had_and_then_in_the_past() -> None:
    archive = Archive("b", 1, "0" * 64, LATE)
    export = replace(done(Outcome.COLLECTED, Kind.EXPORT), archive=archive)
    assert "You can download the copy until 2026-12-25." in text_of(export)
    gone = replace(export, archive=replace(archive, removed_at=LATE))
    assert "You could download the copy until 2026-12-25." in text_of(gone)


def test_days_are_those_of_the_place() -> None:
    request = replace(refused("excessive"), received_at=LATE)
    assert "On 2026-12-25 you asked" in text_of(request)
    assert "On 2026-12-24 you asked" in text_of(request, Letters(LETTERS.sender, ZoneInfo("UTC")))


def test_a_letter_says_who_writes_and_where_to_turn_to() -> None:
    assert text_of(extended()).endswith("You reach us at privacy@contoso.example.\n\nContoso GmbH")
    assert text_of(extended(), BARE).endswith("\n\nthe controller")


NOT_GONE = [outcome for outcome in Outcome if outcome not in {Outcome.PURGED, Outcome.ALREADY_GONE}]
MORE_THAN_WAS_VERIFIED = re.compile(
    r"\b(deleted|erased|purged|destroyed|removed|gone|forever|permanently)\b", re.IGNORECASE
)


@given(
    kind=st.sampled_from(Kind),
    regulation=st.sampled_from(Regulation),
    status=st.sampled_from(Status),
    outcomes=st.lists(st.one_of(st.none(), st.sampled_from(NOT_GONE)), max_size=4),
    reason=st.sampled_from([None, "retained", *REFUSAL_REASONS, *OWN_REASONS]),
    extended_for=st.sampled_from([None, *EXTENSION_REASONS]),
)
def test_no_letter_says_more_than_was_verified_nor_whom_it_is_about(
    kind: Kind,
    regulation: Regulation,
    status: Status,
    outcomes: list[Outcome | None],
    reason: str | None,
    extended_for: str | None,
) -> None:
    until = NOW + timedelta(days=30)
    tenants = {
        f"t{number}": TenantProgress(f"t{number}", outcome=outcome, restorable_until=until)
        for number, outcome in enumerate(outcomes)
    }
    request = replace(
        a_request(kind),
        regulation=regulation,
        status=status,
        tenants=tenants,
        reason=reason,
        extended_for=extended_for,
    )
    letter = LETTERS.about(request)
    if letter is not None:
        text = f"{letter.subject} {letter.text}"
        assert not MORE_THAN_WAS_VERIFIED.search(text)
        assert not [word for word in ("ada@example.com", REQUEST_ID, "{", "None") if word in text]
        assert letter.text.count("- t") == (len(tenants) if status is Status.COMPLETED else 0)
