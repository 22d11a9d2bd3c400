from dataclasses import replace
from datetime import timedelta

import pytest

from delete_function.guard_rails import GuardRails
from delete_function.guarding import Policy
from shared.domain.accept import Submission
from shared.domain.account import Account, Identity, RecycledAccount
from shared.domain.callers import Operator
from shared.domain.deadlines import Regulation
from shared.domain.errors import DirectoryUnavailable, InvalidTransition, PermissionMissing, Throttled
from shared.domain.ports import AuditRole, JsonObject
from shared.domain.progress import Outcome
from shared.domain.receipts import claims_in
from shared.domain.states import Kind, Proof, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject, UserNameSubject
from shared.domain.topology import CrossTenantMatch
from tests.fake_directory import CONSUMER, FakeDirectory
from tests.unit.samples import CONTOSO, FABRIKAM, NOW, linked_pair
from tests.unit.test_upkeep import pass_time
from tests.unit.world import ADA, AUDITS_KEPT, WINDOW, World

EMAIL = EmailSubject("ada@example.com")
HOUR = timedelta(hours=1)
CHANGES = {"disable", "enable", "revoke_sessions", "soft_delete", "purge"}
TWIN = "bbbbbbbb-0000-4000-8000-000000000002"


async def test_a_person_is_purged_in_every_tenant_and_read_back_twice() -> None:
    world = World()
    world.person("contoso")
    world.person("fabrikam", TWIN)
    request = await world.ended(Kind.DELETION, EMAIL)
    assert request.status is Status.COMPLETED
    for tenant, object_id in (("contoso", ADA), ("fabrikam", TWIN)):
        directory = world.tenants[tenant]
        assert request.outcome(tenant) is Outcome.PURGED
        assert request.progress(tenant).audits_until == (request.ended_at or NOW) + AUDITS_KEPT
        assert object_id not in {**directory.users, **directory.recycle_bin}
        assert directory.calls[-2:] == [("account", object_id), ("recycled", object_id)]
    assert request.updated_at - NOW >= WINDOW


async def test_before_it_is_deleted_an_account_is_blocked_and_its_sessions_are_ended() -> None:
    world = World()
    world.person("contoso")
    await world.ended(Kind.DELETION, EMAIL)
    done = [name for name, _ in world.tenants["contoso"].calls if name in CHANGES]
    assert done == ["disable", "revoke_sessions", "soft_delete", "purge"]


async def test_without_the_right_to_purge_the_request_waits_for_the_recycle_bin_and_says_until_when() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.purge_protected = {ADA}
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await pass_time(world, 3 * HOUR)
    waiting = await world.request(accepted.request.id)
    assert (waiting.status, waiting.reason) == (Status.WAITING, "purge_falls_due")
    assert waiting.outcome("contoso") is Outcome.SOFT_DELETED
    falls_due = waiting.progress("contoso").restorable_until
    assert falls_due
    assert waiting.until == falls_due - timedelta(days=23)
    await pass_time(world, timedelta(days=8), 6 * HOUR)
    assert (await world.request(accepted.request.id)).until == falls_due
    assert directory.calls.count(("purge", ADA)) == 2
    await pass_time(world, timedelta(days=21), 6 * HOUR)
    del directory.recycle_bin[ADA]
    await pass_time(world, timedelta(days=2), HOUR)
    request = await world.request(accepted.request.id)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)


async def test_a_protection_of_seven_days_is_waited_for_and_then_the_account_is_purged() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.purge_protected = {ADA}
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await pass_time(world, timedelta(days=6), 6 * HOUR)
    directory.purge_protected = set()
    await pass_time(world, timedelta(days=2), HOUR)
    request = await world.request(accepted.request.id)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)


async def test_a_purge_whose_look_met_a_replica_behind_is_made_good_later() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    seen, looks = directory.recycled, 0

    async def behind(object_id: str) -> RecycledAccount | None:
        nonlocal looks
        looks += 1
        return None if looks == 2 else await seen(object_id)  # the first is of the soft delete

    directory.recycled = behind  # type: ignore[method-assign] # the fake is what a test may bend
    request = await world.ended(Kind.DELETION, EMAIL)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert directory.calls.count(("purge", ADA)) == 1
    assert directory.recycle_bin == {}


async def test_an_account_that_is_restored_between_the_two_looks_waits_for_an_operator() -> None:
    world = World()
    account = world.person("contoso")
    directory = world.tenants["contoso"]
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "verify-purge:contoso")
    directory.users[ADA] = account
    request = await world.settle(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    await world.decisions.approve(deletion, Operator("operator", may_act=True))
    approved_at = world.clock.now()
    request = await world.settle(deletion)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert (directory.users, directory.recycle_bin) == ({}, {})
    assert request.ended_at
    assert request.ended_at - approved_at >= WINDOW


async def test_an_account_that_stays_in_the_recycle_bin_for_too_long_is_reported() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].purge_protected = {ADA}
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await pass_time(world, timedelta(days=33), 6 * HOUR)
    request = await world.request(accepted.request.id)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "purge_overdue")
    assert request.outcome("contoso") is Outcome.SOFT_DELETED


async def restored(world: World) -> str:
    """A deletion whose account was brought back from the recycle bin by somebody."""
    account = world.person("contoso")
    directory = world.tenants["contoso"]
    directory.purge_protected = {ADA}
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await pass_time(world, 3 * HOUR)
    del directory.recycle_bin[ADA]
    directory.users[ADA] = account
    await pass_time(world, timedelta(days=8), 6 * HOUR)
    return accepted.request.id


async def test_an_account_that_was_restored_waits_for_an_operator_and_is_never_called_purged() -> None:
    world = World()
    request = await world.request(await restored(world))
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    assert request.outcome("contoso") is Outcome.RESTORED
    closed = await world.decisions.close(request.id, "operator")
    assert (closed.status, closed.outcome("contoso")) == (Status.COMPLETED, Outcome.RESTORED)
    assert ADA in world.tenants["contoso"].users


async def test_a_restored_account_that_is_kept_can_be_used_again() -> None:
    world = World()
    deletion = await restored(world)
    assert ADA in world.tenants["contoso"].disabled
    await world.decisions.close(deletion, "operator")
    await world.settle(deletion)
    assert ADA not in world.tenants["contoso"].disabled


async def test_an_operator_may_have_a_restored_account_deleted_once_more() -> None:
    world = World()
    deletion = await restored(world)
    world.tenants["contoso"].purge_protected = set()
    await world.decisions.approve(deletion, Operator("operator", may_act=True))
    await pass_time(world, 3 * HOUR, timedelta(minutes=5))
    request = await world.request(deletion)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert world.tenants["contoso"].users == {}


async def restored_with_another(world: World) -> str:
    """A deletion in two tenants: in one the account was brought back, the other awaits its last look."""
    account = world.person("contoso")
    world.person("fabrikam", TWIN)
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "verify:fabrikam")
    world.tenants["contoso"].recycle_bin.clear()
    world.tenants["contoso"].users[ADA] = account
    return deletion


async def test_an_account_that_was_restored_holds_up_no_other_tenant_and_not_the_archives() -> None:
    world = World(linked_pair())
    request = await world.settle(await restored_with_another(world))
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    assert request.outcome("fabrikam") is Outcome.PURGED
    assert "erase-archives" in request.done


async def test_a_question_to_an_operator_does_not_wait_for_a_tenant_that_is_throttled_without_end() -> None:
    world = World(linked_pair())
    deletion = await restored_with_another(world)
    world.tenants["fabrikam"].faults = [Throttled("read_user", timedelta(minutes=1))] * 1000
    await pass_time(world, 2 * HOUR, timedelta(minutes=1))
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    assert request.outcome("fabrikam") is Outcome.SOFT_DELETED


async def test_a_question_to_an_operator_does_not_wait_until_the_recycle_bin_is_emptied() -> None:
    world = World(linked_pair())
    world.tenants["fabrikam"].purge_protected = {TWIN}
    deletion = await restored_with_another(world)
    await pass_time(world, HOUR, timedelta(minutes=5))
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    assert request.outcome("fabrikam") is Outcome.SOFT_DELETED


async def test_an_account_that_is_restored_a_second_time_waits_for_an_operator_a_second_time() -> None:
    world = World()
    deletion = await restored(world)
    directory = world.tenants["contoso"]
    account = directory.users[ADA]
    await world.decisions.approve(deletion, Operator("operator", may_act=True))
    await pass_time(world, 3 * HOUR)
    del directory.recycle_bin[ADA]
    directory.users[ADA] = account
    await pass_time(world, timedelta(days=8), 6 * HOUR)
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_restored")
    assert ADA in directory.users


@pytest.mark.parametrize("elsewhere", [False, True], ids=["by-us", "elsewhere"])
async def test_a_deletion_that_failed_at_the_purge_goes_on_when_it_is_tried_again(*, elsewhere: bool) -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    purges = directory.purge

    async def down(object_id: str) -> None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("purge_user")

    directory.purge = down  # type: ignore[method-assign] # the fake is what a test may bend
    failed = await world.ended(Kind.DELETION, EMAIL)
    assert (failed.status, failed.outcome("contoso")) == (Status.FAILED, Outcome.SOFT_DELETED)
    directory.purge = purges  # type: ignore[method-assign] # as above
    if elsewhere:
        directory.recycle_bin.clear()
    await world.decisions.retry(failed.id, "operator")
    request = await world.settle(failed.id)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert directory.recycle_bin == {}


async def test_a_receipt_does_not_say_that_nothing_was_done_about_an_account_that_is_gone() -> None:
    world = World()
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "soft-delete:contoso")
    world.tenants["contoso"].recycle_bin.clear()  # somebody else has emptied it
    request = await world.settle(deletion)
    assert (request.outcome("contoso"), bool(request.receipt)) == (Outcome.ALREADY_GONE, True)
    assert "before anything was done" not in str(claims_in(request.receipt or ".")["tenants"])


async def test_an_account_that_was_sent_for_deletion_is_never_called_kept() -> None:
    world = World()
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "soft-delete:contoso")
    stored = await world.store.get(deletion)
    asking = stored.request.awaiting_approval(world.clock.now(), "legal_hold")
    await world.store.save(replace(stored, request=asking))
    closed = await world.decisions.close(deletion, "operator")
    assert ADA in world.tenants["contoso"].recycle_bin
    assert (closed.status, closed.outcome("contoso")) == (Status.COMPLETED, Outcome.FAILED)
    assert closed.to_unblock == ("contoso",)  # it may have been restored


async def test_an_account_whose_delete_was_sent_and_never_answered_is_not_called_kept() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    original = directory.soft_delete

    async def lost(object_id: str) -> None:
        await original(object_id)
        directory.account = gone  # type: ignore[method-assign] # the fake is what a test may bend
        raise DirectoryUnavailable("delete_user")

    async def gone(object_id: str) -> Account | None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("read_user")

    directory.soft_delete = lost  # type: ignore[method-assign] # as above
    failed = await world.ended(Kind.DELETION, EMAIL)
    closed = await world.decisions.close(failed.id, "operator")
    assert ADA in directory.recycle_bin
    assert (failed.status, closed.outcome("contoso")) == (Status.FAILED, Outcome.FAILED)


async def test_nor_is_one_that_was_seen_and_sent_only_when_it_was_read_back() -> None:
    world = World()
    account = world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "holds:contoso")
    del world.tenants["contoso"].users[ADA]  # a replica that lags behind
    await world.settle_until(deletion, "soft-delete:contoso")
    world.tenants["contoso"].users[ADA] = account
    stored = await world.store.get(deletion)
    asking = stored.request.awaiting_approval(world.clock.now(), "legal_hold")
    await world.store.save(replace(stored, request=asking))
    closed = await world.decisions.close(deletion, "operator")
    assert closed.outcome("contoso") is Outcome.FAILED


async def test_an_account_that_became_another_before_anything_was_sent_is_called_kept() -> None:
    world = World()
    account = world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "holds:contoso")
    world.tenants["contoso"].users[ADA] = replace(account, created_at=NOW + timedelta(seconds=1))
    await world.settle(deletion)
    closed = await world.decisions.close(deletion, "operator")
    assert ADA in world.tenants["contoso"].users
    assert closed.outcome("contoso") is Outcome.RETAINED


async def test_a_restored_account_that_is_another_by_now_is_left_alone() -> None:
    world = World()
    deletion = await restored(world)
    directory = world.tenants["contoso"]
    directory.users[ADA] = replace(directory.users[ADA], created_at=NOW + timedelta(days=1))
    await world.decisions.approve(deletion, Operator("operator", may_act=True))
    await pass_time(world, 3 * HOUR, timedelta(minutes=5))
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_changed")
    assert ADA in directory.users


async def test_nobody_else_is_touched() -> None:
    world = World()
    world.person("contoso")
    world.person("contoso", TWIN, email="bob@example.com")
    await world.ended(Kind.DELETION, EMAIL)
    assert set(world.tenants["contoso"].users) == {TWIN}


async def test_a_person_found_nowhere_completes_with_not_found_after_the_second_look() -> None:
    world = World()
    request = await world.ended(Kind.DELETION, EMAIL)
    assert request.status is Status.COMPLETED
    assert {request.outcome(tenant) for tenant in request.tenants} == {Outcome.NOT_FOUND}
    assert request.updated_at - NOW >= WINDOW


async def test_a_match_in_another_tenant_waits_for_an_operator_unless_settings_accept_it() -> None:
    world = World(linked_pair(CrossTenantMatch.ASK))
    world.person("contoso")
    world.person("fabrikam", TWIN)
    request = await world.ended(Kind.DELETION, ObjectIdSubject("contoso", ADA))
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "cross_tenant_match")
    assert ADA in world.tenants["contoso"].users


async def test_a_person_already_in_the_recycle_bin_is_told_as_such() -> None:
    world = World()
    world.tenants["contoso"].recycle_bin[ADA] = RecycledAccount(ADA, NOW - timedelta(days=3))
    accepted = await world.accept(Kind.DELETION, ObjectIdSubject("contoso", ADA))
    await pass_time(world, HOUR)
    waiting = await world.request(accepted.request.id)
    assert (waiting.status, waiting.reason) == (Status.WAITING, "purge_falls_due")
    assert waiting.outcome("contoso") is Outcome.ALREADY_SOFT_DELETED
    assert waiting.progress("contoso").restorable_until == NOW + timedelta(days=27)
    assert CHANGES.isdisjoint(name for name, _ in world.tenants["contoso"].calls)
    await pass_time(world, timedelta(days=27), 6 * HOUR)
    del world.tenants["contoso"].recycle_bin[ADA]
    await pass_time(world, timedelta(days=2), HOUR)
    request = await world.request(accepted.request.id)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)


@pytest.mark.parametrize(
    "changed",
    [
        lambda account: replace(account, identities=(Identity("emailAddress", CONTOSO, "eve@example.com"),)),
        lambda account: replace(account, created_at=NOW + timedelta(seconds=1)),
    ],
    ids=["other identities", "made after the request"],
)
async def test_an_account_that_is_not_the_one_identified_is_left_alone(changed: object) -> None:
    world = World()
    account = world.person("contoso")
    directory = world.tenants["contoso"]
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await world.run_what_is_due()  # contoso is identified; fabrikam waits for its second look
    assert callable(changed)
    becomes = changed(account)
    assert isinstance(becomes, Account)
    directory.users[ADA] = becomes
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_changed")
    assert ("soft_delete", ADA) not in directory.calls


async def test_an_account_made_after_the_person_asked_is_left_alone_however_late_an_app_submits_it() -> None:
    world = World()
    world.person("contoso")  # nine days old
    letter = Submission(Kind.DELETION, Regulation.GDPR, EMAIL, "key:0", received_at=NOW - timedelta(days=10))
    accepted = await world.acceptance(letter)
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "account_changed")
    assert CHANGES.isdisjoint(name for name, _ in world.tenants["contoso"].calls)


async def test_a_lost_answer_to_the_delete_is_read_back_not_repeated_blindly() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    original = directory.soft_delete

    async def lost(object_id: str) -> None:
        await original(object_id)
        raise DirectoryUnavailable("delete_user")

    directory.soft_delete = lost  # type: ignore[method-assign] # the fake is what a test may bend
    request = await world.ended(Kind.DELETION, EMAIL)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.PURGED)
    assert directory.calls.count(("soft_delete", ADA)) == 1


async def test_an_account_that_somebody_else_removed_is_gone_after_two_looks_and_two_windows() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await world.run_what_is_due()
    del directory.users[ADA]
    request = await world.settle(accepted.request.id)
    assert (request.status, request.outcome("contoso")) == (Status.COMPLETED, Outcome.ALREADY_GONE)
    assert request.updated_at - NOW >= 3 * WINDOW


async def test_a_tenant_that_cannot_be_reached_holds_up_no_other() -> None:
    world = World()
    world.person("contoso")
    world.person("fabrikam", TWIN)
    accepted = await world.accept(Kind.DELETION, EMAIL)
    original = world.tenants["contoso"].account

    async def unreachable(object_id: str) -> Account | None:  # noqa: ARG001 - the port names it
        raise DirectoryUnavailable("read_user")

    world.tenants["contoso"].account = unreachable  # type: ignore[method-assign] # the fake is what a test may bend
    await world.run_what_is_due()
    held_up = (await world.store.get(accepted.request.id)).request
    assert held_up.outcome("fabrikam") is Outcome.SOFT_DELETED
    assert TWIN not in world.tenants["fabrikam"].recycle_bin
    assert (held_up.status, held_up.reason) == (Status.WAITING, "directory_unavailable")
    world.tenants["contoso"].account = original  # type: ignore[method-assign] # the fake is what a test may bend
    request = await world.settle(accepted.request.id)
    assert request.outcome("contoso") is Outcome.PURGED


async def test_a_look_that_met_a_replica_behind_is_made_good_later() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await world.run_what_is_due()  # contoso is identified; fabrikam waits for its second look
    seen = directory.account
    looks = 0

    async def behind(object_id: str) -> Account | None:
        nonlocal looks
        looks += 1
        return None if looks == 1 else await seen(object_id)

    directory.account = behind  # type: ignore[method-assign] # the fake is what a test may bend
    request = await world.settle(accepted.request.id)
    assert request.outcome("contoso") is Outcome.PURGED
    assert ADA not in directory.users


@pytest.mark.parametrize("becomes", ["another tenant under the name", "no tenant of the name"])
async def test_settings_that_change_under_way_delete_nobody_else(becomes: str) -> None:
    world = World(linked_pair())
    world.person("contoso")
    accepted = await world.accept(Kind.DELETION, EMAIL)
    topology = world.topology
    domains = {"fabrikam": FABRIKAM, "acme": "acme.onmicrosoft.com"}
    if becomes == "another tenant under the name":
        domains["contoso"] = "stranger.onmicrosoft.com"
    world.topology = replace(topology, domains=domains, customer_bases=(frozenset(domains),))
    world.tenants = {name: world.tenants.get(name) or FakeDirectory(world.clock) for name in domains}
    world.wire()
    world.person("acme", TWIN)
    request = await world.settle(accepted.request.id)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "topology_changed")
    assert set(request.tenants) == {"contoso", "fabrikam"}
    assert TWIN in world.tenants["acme"].users


async def test_a_linked_tenant_in_which_nothing_could_be_asked_was_not_searched() -> None:
    world = World()
    directory = world.tenants["contoso"]
    directory.add(Account(ADA, f"x@{CONTOSO}", (Identity("userName", CONTOSO, "ada"),), NOW))
    request = await world.ended(Kind.DELETION, UserNameSubject("contoso", "ada"))
    assert request.outcome("fabrikam") is Outcome.NOT_SEARCHED
    assert world.tenants["fabrikam"].calls == []
    binned = World()
    binned.tenants["contoso"].recycle_bin[ADA] = RecycledAccount(ADA, NOW)
    accepted = await binned.accept(Kind.DELETION, ObjectIdSubject("contoso", ADA))
    await binned.run_what_is_due()
    again = await binned.request(accepted.request.id)
    assert again.outcome("fabrikam") is Outcome.NOT_SEARCHED


async def test_after_the_mark_a_deletion_can_be_neither_cancelled_nor_refused() -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].faults = []
    accepted = await world.accept(Kind.DELETION, EMAIL)
    await world.settle_until(accepted.request.id, "mark")
    with pytest.raises(InvalidTransition):
        await world.decisions.cancel(accepted.request.id, "submitter")
    assert (await world.settle(accepted.request.id)).status is Status.COMPLETED


async def test_an_account_that_became_another_before_it_was_blocked_is_not_opened_either() -> None:
    """Somebody else may have blocked it, and for a reason."""
    world = World()
    account = world.person("contoso")
    directory = world.tenants["contoso"]
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "guard-rails:fabrikam")
    theirs = (Identity("emailAddress", CONTOSO, "eve@example.com"),)
    directory.users[ADA] = replace(account, identities=theirs)
    assert (await world.settle(deletion)).reason == "account_changed"
    await world.decisions.refuse(deletion, "operator", "identity_not_shown")
    await pass_time(world, 3 * HOUR)
    assert CHANGES.isdisjoint(name for name, _ in directory.calls)


async def test_with_a_check_of_audit_events_it_ends_once_none_is_left() -> None:
    world = World(checks_audits=True)
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.events = [(ADA, AuditRole.TARGET, {"id": "e", "activityDateTime": "2026-11-24T00:00:00Z"})]
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await pass_time(world, timedelta(days=9), 6 * HOUR)
    waiting = await world.request(deletion)
    assert (waiting.status, waiting.reason) == (Status.WAITING, "audit_events_expire")
    assert waiting.outcome("contoso") is Outcome.PURGED
    directory.events = []
    await pass_time(world, timedelta(days=2), 6 * HOUR)
    request = await world.request(deletion)
    assert request.status is Status.COMPLETED
    assert request.progress("contoso").audits_gone_at


async def test_audit_events_that_stay_are_reported_and_an_operator_may_leave_it_at_that() -> None:
    world = World(checks_audits=True)
    world.person("contoso")
    event: JsonObject = {"id": "e", "activityDateTime": "2026-11-24T00:00:00Z"}
    world.tenants["contoso"].events = [(ADA, AuditRole.INITIATOR, event)]
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await pass_time(world, timedelta(days=17), 6 * HOUR)
    request = await world.request(deletion)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "audit_events_remain")
    await world.decisions.approve(deletion, Operator("operator", may_act=True))
    await world.run_what_is_due()
    ended = await world.request(deletion)
    assert (ended.status, ended.progress("contoso").audits_gone_at) == (Status.COMPLETED, None)


@pytest.mark.parametrize("late", [False, True])
async def test_a_purge_after_the_due_date_is_said_on_the_day_of_the_soft_delete(*, late: bool) -> None:
    world = World()
    world.person("contoso")
    world.tenants["contoso"].purge_protected = {ADA}
    received = NOW - timedelta(days=5 if late else 0)
    submission = Submission(Kind.DELETION, Regulation.CCPA, EMAIL, "key:0", received_at=received)
    if late:
        submission = replace(submission, regulation=Regulation.GDPR)
    deletion = (await world.acceptance(submission)).request.id
    await pass_time(world, 3 * HOUR)
    assert (await world.request(deletion)).purge_after_due is late
    assert (("purge_after_due", {"tenant": "contoso"}) in world.log.lines) is late


async def test_a_deletion_that_an_operator_must_approve_waits_before_anything_is_changed() -> None:
    world = World(policy=Policy(asks=True))
    world.person("contoso")
    request = await world.ended(Kind.DELETION, EMAIL)
    assert (request.status, request.reason) == (Status.AWAITING_APPROVAL, "approval")
    assert CHANGES.isdisjoint(name for name, _ in world.tenants["contoso"].calls)
    await world.decisions.approve(request.id, Operator("operator", may_act=True))
    assert (await world.settle(request.id)).outcome("contoso") is Outcome.PURGED


async def test_a_deletion_cools_off_first_and_can_be_withdrawn_meanwhile() -> None:
    world = World(policy=Policy(cooling_off=timedelta(days=3)))
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await pass_time(world, 3 * HOUR)
    waiting = await world.request(deletion)
    assert (waiting.reason, waiting.until) == ("cooling_off", NOW + timedelta(days=3))
    assert CHANGES.isdisjoint(name for name, _ in world.tenants["contoso"].calls)
    await world.decisions.cancel(deletion, "ticket")
    await pass_time(world, timedelta(days=4), 6 * HOUR)
    assert ADA in world.tenants["contoso"].users


async def test_after_cooling_off_it_goes_on_by_itself() -> None:
    world = World(policy=Policy(cooling_off=timedelta(days=3)))
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await pass_time(world, timedelta(days=4), HOUR)
    assert (await world.request(deletion)).outcome("contoso") is Outcome.PURGED


PROTECTED = {
    "directory_role": replace(CONSUMER, roles=frozenset({"User Administrator"})),
    "guest_account": replace(CONSUMER, user_type="Guest", creation_type="Invitation"),
    "protected_group": replace(CONSUMER, groups=frozenset({TWIN})),
}


@pytest.mark.parametrize("reason", [*PROTECTED, "protected_account", "not_a_consumer"])
async def test_an_account_that_must_not_be_deleted_is_refused_untouched(reason: str) -> None:
    accounts = frozenset({ADA} if reason == "protected_account" else set())
    world = World(policy=Policy(guard_rails=GuardRails(accounts, frozenset({TWIN}))))
    account = world.person("contoso")
    directory = world.tenants["contoso"]
    directory.standings[ADA] = PROTECTED.get(reason, CONSUMER)
    if reason == "not_a_consumer":
        principal = (Identity("userPrincipalName", CONTOSO, account.user_principal_name),)
        directory.users[ADA] = replace(account, identities=principal)
    request = await world.ended(Kind.DELETION, ObjectIdSubject("contoso", ADA))
    assert (request.status, request.reason) == (Status.REFUSED, reason)
    assert CHANGES.isdisjoint(name for name, _ in directory.calls)


async def test_a_protected_account_in_another_tenant_is_retained_and_the_consumer_is_deleted() -> None:
    world = World()
    world.person("contoso")
    world.person("fabrikam", TWIN)
    world.tenants["fabrikam"].standings[TWIN] = PROTECTED["directory_role"]
    request = await world.ended(Kind.DELETION, EMAIL)
    assert request.outcome("contoso") is Outcome.PURGED
    kept = request.progress("fabrikam")
    assert (kept.outcome, kept.reason) == (Outcome.RETAINED, "directory_role")
    assert CHANGES.isdisjoint(name for name, _ in world.tenants["fabrikam"].calls)


@pytest.mark.parametrize("enabled", [True, False])
async def test_a_deletion_that_ends_before_its_mark_leaves_sign_in_as_it_was(*, enabled: bool) -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.standings[ADA] = replace(CONSUMER, enabled=enabled)
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "block:contoso")
    assert ADA in directory.disabled
    await world.decisions.cancel(deletion, "ticket")
    await world.run_what_is_due()
    assert (ADA in directory.disabled) is not enabled


async def test_an_account_that_cannot_be_opened_now_is_opened_later() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "block:contoso")
    await world.decisions.cancel(deletion, "ticket")
    directory.faults = [DirectoryUnavailable("enable_user")]
    await world.run_what_is_due()
    assert ADA in directory.disabled
    await pass_time(world, 3 * HOUR)
    assert directory.disabled == set()
    assert (await world.request(deletion)).subject is None


async def test_an_account_that_is_being_blocked_when_the_request_is_withdrawn_can_be_used_again() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    accepted = await world.accept(Kind.DELETION, EMAIL)
    original = directory.disable

    async def late(object_id: str) -> None:
        await world.decisions.cancel(accepted.request.id, "submitter")
        await world.unblocker.run(accepted.request.id)  # as another worker would
        await original(object_id)

    directory.disable = late  # type: ignore[method-assign] # the fake is what a test may bend
    await world.run_what_is_due()
    await pass_time(world, 3 * HOUR, timedelta(minutes=5))
    request = await world.request(accepted.request.id)
    assert (request.status, request.to_unblock) == (Status.CANCELLED, ())
    assert directory.disabled == set()


async def test_an_account_stays_blocked_while_another_deletion_has_it_and_is_opened_when_that_ends() -> None:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    subject = ObjectIdSubject("contoso", ADA)
    app_s = (await world.accept(Kind.DELETION, subject)).request.id
    await world.settle_until(app_s, "block:contoso")
    hers = (await world.accept(Kind.DELETION, subject, "hers", Proof.PERSON)).request.id
    await world.settle_until(hers, "block:fabrikam")
    assert (await world.request(app_s)).reason == "superseded"
    await pass_time(world, timedelta(minutes=6), timedelta(minutes=1))
    assert ADA in directory.disabled
    await world.decisions.cancel(hers, "ticket")
    await pass_time(world, 3 * HOUR)
    assert directory.disabled == set()


async def test_an_account_that_cannot_be_opened_for_a_month_is_left_to_an_administrator() -> None:
    world = World()
    world.person("contoso")
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    await world.settle_until(deletion, "block:contoso")

    async def forbidden(object_id: str) -> None:  # noqa: ARG001 - the port names it
        raise PermissionMissing("enable_user")

    world.tenants["contoso"].enable = forbidden  # type: ignore[method-assign] # the fake is what a test may bend
    await world.decisions.cancel(deletion, "ticket")
    await pass_time(world, timedelta(days=29), 6 * HOUR)
    assert (await world.request(deletion)).subject is not None
    await pass_time(world, timedelta(days=3), 6 * HOUR)
    request = await world.request(deletion)
    assert (request.subject, request.to_unblock) == (None, ())
    assert ("unblock_given_up", {"tenant": "contoso", "code": "permission_missing"}) in world.log.lines
