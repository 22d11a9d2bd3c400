from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import InvalidTransition
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import FINAL, LEADS_TO, Status
from tests.unit.samples import NOW, a_request

TRANSITIONS: dict[Status, Callable[[PrivacyRequest], PrivacyRequest]] = {
    Status.RUNNING: lambda request: request.claimed(NOW, NOW + timedelta(minutes=11)),
    Status.WAITING: lambda request: request.waiting(NOW, NOW, "throttled"),
    Status.AWAITING_APPROVAL: lambda request: request.awaiting_approval(NOW, "ambiguous_subject"),
    Status.COMPLETED: lambda request: request.completed(NOW),
    Status.REFUSED: lambda request: request.refused(NOW, "subject_not_found"),
    Status.FAILED: lambda request: request.failed(NOW, "throttled"),
    Status.CANCELLED: lambda request: request.cancelled(NOW, "withdrawn", "submitter"),
}


@pytest.mark.parametrize("target", TRANSITIONS)
@pytest.mark.parametrize("status", Status)
def test_each_state_leads_where_the_table_says_and_nowhere_else(status: Status, target: Status) -> None:
    request = replace(a_request(), status=status)
    if target in LEADS_TO[status]:
        assert TRANSITIONS[target](request).status is target
    else:
        with pytest.raises(InvalidTransition):
            TRANSITIONS[target](request)


def test_final_states_lead_nowhere() -> None:
    assert frozenset({Status.COMPLETED, Status.REFUSED, Status.CANCELLED}) == FINAL


def test_a_claim_counts_the_run_and_takes_the_lease() -> None:
    claimed = a_request().claimed(NOW, NOW + timedelta(minutes=11))
    assert (claimed.run, claimed.leased_until) == (1, NOW + timedelta(minutes=11))
    assert claimed.waiting(NOW, NOW, "throttled").leased_until is None


def test_progress_clears_what_counted_against_the_budget() -> None:
    failing = a_request().with_failed_try(NOW).with_failed_try(NOW + timedelta(minutes=1))
    assert (failing.tries, failing.failing_since) == (2, NOW)
    done = failing.with_done("archive", NOW)
    assert done.done == {"archive"}
    assert (done.tries, done.failing_since is None) == (0, True)


def test_the_time_that_an_operator_takes_does_not_count_against_the_budget() -> None:
    failing = a_request().claimed(NOW, NOW + timedelta(minutes=11)).with_failed_try(NOW)
    approved = failing.awaiting_approval(NOW, "approval").approved(NOW + timedelta(days=9), "operator x")
    assert (approved.tries, approved.failing_since) == (0, None)
    paused = failing.clock_paused(NOW, "identity_in_doubt", "operator x")
    later = NOW + timedelta(days=9)
    resumed = paused.clock_resumed(later, later, timedelta(days=9), "operator x")
    assert (resumed.tries, resumed.failing_since) == (0, None)


def test_tenants_not_done_when_the_budget_is_spent_are_told_as_failed() -> None:
    request = replace(a_request(), status=Status.RUNNING).with_progress(
        TenantProgress("contoso", outcome=Outcome.SOFT_DELETED)
    )
    failed = request.failed(NOW, "directory_unavailable")
    assert failed.outcome("contoso") is Outcome.SOFT_DELETED
    assert failed.outcome("fabrikam") is Outcome.FAILED
    assert request.outcome("fabrikam") is None


def test_nothing_personal_is_in_a_requests_text() -> None:
    assert "ada@example.com" not in repr(a_request())
