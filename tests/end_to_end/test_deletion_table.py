"""Deletions of every kind against the simulator: how each ends, and that nobody else is touched."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field

import pytest

from shared.domain.holds import Answer
from shared.domain.progress import Outcome
from shared.domain.states import Status
from shared.domain.subject import EmailSubject, Subject
from tests.end_to_end import acts
from tests.end_to_end.acts import (
    RECYCLED,
    USER,
    Act,
    admin,
    days,
    every,
    failing,
    held,
    hours,
    in_group,
    in_role_group,
    kim,
    lagging,
    nothing,
    of_kind,
    others,
    settled,
    until,
    waits,
    without,
)
from tests.end_to_end.scene import Scene, scene_of, three_tenants
from tests.running import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")

BLOCKED = ("disable", "revoke")
OPENED_AGAIN = (*BLOCKED, "enable")
SOFT_DELETED = (*BLOCKED, "delete")
PURGED = (*SOFT_DELETED, "purge")
FABRIKAM = "kim of fabrikam"
Ends = Mapping[str, Outcome | None]
Writes = Mapping[str, tuple[str, ...]]


def ends(contoso: Outcome | None, fabrikam: Outcome | None = Outcome.NOT_FOUND) -> Ends:
    """By tenant; Litware is linked to neither."""
    return {"contoso": contoso, "fabrikam": fabrikam, "litware": Outcome.NOT_SEARCHED}


@dataclass(frozen=True)
class Case:
    """How it comes to it, and how it ends.

    `writes` are all that the simulator saw, by whom they were about; `enabled` is who can sign in at the end.
    """

    name: str
    who: Act
    reason: str | None = None
    _: KW_ONLY
    status: Status = Status.COMPLETED
    outcomes: Ends = field(default_factory=lambda: ends(None))
    writes: Writes = field(default_factory=dict)
    named: Callable[[Scene], Subject] = Scene.by_address
    settings: Act = nothing
    then: Act = settled
    enabled: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Completed(Case):
    """Purged in Contoso and read back, unless said otherwise."""

    outcomes: Ends = field(default_factory=lambda: ends(Outcome.PURGED))
    writes: Writes = field(default_factory=lambda: {"kim": PURGED})


@dataclass(frozen=True)
class Refused(Case):
    """Before anything was written."""

    status: Status = Status.REFUSED
    outcomes: Ends = field(default_factory=lambda: ends(Outcome.RETAINED))
    enabled: Mapping[str, bool] = field(default_factory=lambda: {"kim": True})


@dataclass(frozen=True)
class Asks(Case):
    """An operator decides."""

    status: Status = Status.AWAITING_APPROVAL


@dataclass(frozen=True)
class Failed(Case):
    """The retry budget is spent; an operator may have it tried again."""

    status: Status = Status.FAILED
    outcomes: Ends = field(default_factory=lambda: ends(Outcome.FAILED))


ALONE = ends(Outcome.PURGED, Outcome.NOT_SEARCHED)
BOTH = ends(Outcome.PURGED, Outcome.PURGED)
BOTH_WRITTEN = {"kim": PURGED, FABRIKAM: PURGED}
KEPT_ALONE = ends(Outcome.RETAINED, Outcome.NOT_SEARCHED)
IN_BIN = ends(Outcome.ALREADY_SOFT_DELETED, Outcome.NOT_SEARCHED)
two_tenants = every(kim(), kim("fabrikam", FABRIKAM))
blocked = until("block:contoso")
soft_deleted = until("verify:contoso")
no_purge = without("User.DeleteRestore.All", instead=("User.ReadWrite.All",))
hold_between = every(blocked, held(Answer.HELD), settled)


def employee_s_address(scene: Scene) -> Subject:
    return EmailSubject(str(scene.held("kim")["userPrincipalName"]))


IDENTIFIED = (
    Completed("a consumer in one tenant", kim()),
    Completed("one person in two linked tenants", two_tenants, outcomes=BOTH, writes=BOTH_WRITTEN),
    Completed(
        "one named by object id, found in the linked tenant by the address",
        two_tenants,
        named=Scene.by_id,
        outcomes=BOTH,
        writes=BOTH_WRITTEN,
    ),
    Asks(
        "a match in the linked tenant that nobody has accepted",
        two_tenants,
        "cross_tenant_match",
        settings=acts.asking,
        outcomes=ends(None, None),
    ),
    Completed("nobody but namesakes", nothing, outcomes=ends(Outcome.NOT_FOUND), writes={}),
    Completed("one named by user name", acts.by_user_name, named=Scene.by_user_name, outcomes=ALONE),
    Completed(
        "one with a social account",
        acts.by_google,
        named=Scene.by_id,
        outcomes=BOTH,
        writes=BOTH_WRITTEN,
    ),
    Completed("a customer of External ID, in a group", in_group(displayName="Gold customers")),
    Completed("one who was made by nobody's flow", kim(creationType=None)),
)
KEPT = (
    Refused("a guest", of_kind("guest"), "guest_account", named=Scene.by_id, outcomes=KEPT_ALONE),
    Refused("an employee", of_kind("employee"), "not_a_consumer", named=Scene.by_id, outcomes=KEPT_ALONE),
    Refused("an employee's address", of_kind("employee"), "not_a_consumer", named=employee_s_address),
    Refused("an administrator", admin(), "directory_role"),
    Refused("an administrator by a group", in_role_group(), "directory_role"),
    Refused("an administrator by a group in a group", in_role_group(nested=True), "directory_role"),
    Refused("a break-glass account", kim(), "protected_account", settings=acts.keeping_the_account),
    Refused("a protected group's member", in_group(), "protected_group", settings=acts.keeping_the_group),
    Refused(
        "a member of a group in a protected group",
        in_group(nested=True),
        "protected_group",
        settings=acts.keeping_the_group,
    ),
    Completed(
        "a customer whose address is an administrator's in the linked tenant",
        every(kim(), admin("fabrikam", FABRIKAM)),
        outcomes=ends(Outcome.PURGED, Outcome.RETAINED),
        enabled={FABRIKAM: True},
    ),
)
PERMISSIONS = (
    Failed(
        "without the right to delete",
        kim(),
        "permission_missing",
        settings=without("User.DeleteRestore.All"),
        writes={"kim": BLOCKED},
        enabled={"kim": False},
    ),
    Completed(
        "without the right to delete, until it is granted",
        kim(),
        settings=without("User.DeleteRestore.All"),
        then=every(acts.retried(), settled),
        writes={"kim": (*BLOCKED, *PURGED)},
    ),
    Failed(
        "without the right to block",
        kim(),
        "permission_missing",
        settings=without("User.EnableDisableAccount.All"),
        enabled={"kim": True},
    ),
    Failed(
        "without the right to end sessions",
        kim(),
        "permission_missing",
        settings=without("User.RevokeSessions.All"),
        writes={"kim": ("disable", "enable")},
        enabled={"kim": True},
    ),
    Completed("without the right to read the directory", kim(), settings=without("Directory.Read.All")),
    Refused(
        "an administrator, without the right to read the directory",
        admin(),
        "directory_role",
        settings=without("Directory.Read.All"),
    ),
    Failed(
        "without the right to see what an account is",
        kim(),
        "permission_missing",
        then=every(until("held"), without("User.Read.All", "Directory.Read.All"), settled),
        enabled={"kim": True},
    ),
    Failed(
        "with memberships that nobody can read",
        admin(),
        "directory_unavailable",
        settings=failing("/transitiveMemberOf"),
        enabled={"kim": True},
    ),
    Failed(
        "of a group that roles may be given to, though it has none",
        in_group(isAssignableToRole=True),
        "permission_missing",
        enabled={"kim": True},
    ),
)
RECYCLE_BIN = (
    Completed(
        "protected from hard deletion",
        kim(),
        settings=acts.protected,
        then=every(hours(3), waits("purge_falls_due"), days(8)),
    ),
    Completed(
        "without the right to purge",
        kim(),
        settings=no_purge,
        then=every(hours(3), waits("purge_falls_due"), days(8), waits("purge_falls_due"), days(23)),
        writes={"kim": SOFT_DELETED},
    ),
    Completed(
        "in the recycle bin before, until it is emptied",
        acts.recycled,
        named=Scene.by_id,
        then=every(hours(3), waits("purge_falls_due"), days(31)),
        outcomes=ALONE,
        writes={},
    ),
    Asks(
        "restored by somebody",
        kim(),
        "account_restored",
        then=every(soft_deleted, others("POST", f"{RECYCLED}/restore"), settled),
        outcomes=ends(Outcome.RESTORED),
        writes={"kim": (*SOFT_DELETED, "restore")},
    ),
    Completed(
        "restored by somebody, and deleted once more on approval",
        kim(),
        then=every(soft_deleted, others("POST", f"{RECYCLED}/restore"), settled, Scene.approve, hours(3)),
        writes={"kim": (*SOFT_DELETED, "restore", "delete", "purge")},
    ),
    Case(
        "restored by somebody, and kept",
        kim(),
        "retained",
        status=Status.COMPLETED,
        then=every(soft_deleted, others("POST", f"{RECYCLED}/restore"), settled, Scene.close, hours(1)),
        outcomes=ends(Outcome.RESTORED),
        writes={"kim": (*SOFT_DELETED, "restore", "enable")},
        enabled={"kim": True},
    ),
    Completed(
        "deleted by somebody else meanwhile",
        kim(),
        then=every(until("identify:contoso"), others("DELETE", USER), settled),
        writes={"kim": ("delete", "purge")},
    ),
    Completed(
        "deleted and purged by somebody else meanwhile",
        kim(),
        then=every(until("identify:contoso"), others("DELETE", USER), others("DELETE", RECYCLED), settled),
        outcomes=ends(Outcome.ALREADY_GONE),
        writes={"kim": ("delete", "purge")},
    ),
)
REPLICAS = (
    Completed("where reads lag behind", two_tenants, settings=lagging, outcomes=BOTH, writes=BOTH_WRITTEN),
    Completed("who came a moment ago, where reads lag behind", every(lagging, kim())),
    Completed(
        "protected from hard deletion, where reads lag behind",
        kim(),
        settings=every(acts.protected, lagging),
        then=every(hours(3), waits("purge_falls_due"), days(8)),
    ),
    Completed(
        "deleted by somebody else, where reads lag behind",
        kim(),
        settings=lagging,
        then=every(until("identify:contoso"), others("DELETE", USER), settled),
        writes={"kim": ("delete", "purge")},
    ),
)
HELD = (
    Asks(
        "held before",
        kim(),
        "legal_hold",
        settings=held(Answer.HELD),
        enabled={"kim": True},
    ),
    Asks("held after it was blocked", kim(), "legal_hold", then=hold_between, writes={"kim": BLOCKED}),
    Asks(
        "held after it was blocked, and approved while the hold stands",
        kim(),
        "legal_hold",
        then=every(hold_between, Scene.approve, hours(1)),
        writes={"kim": BLOCKED},
    ),
    Case(
        "held after it was blocked, and kept",
        kim(),
        "retained",
        status=Status.COMPLETED,
        then=every(hold_between, Scene.close, hours(1)),
        outcomes=ends(Outcome.RETAINED),
        writes={"kim": OPENED_AGAIN},
        enabled={"kim": True},
    ),
    Completed(
        "held after it was blocked, until the hold is lifted",
        kim(),
        then=every(hold_between, Scene.lift, Scene.approve, settled),
    ),
    Asks(
        "held after the mark",
        kim(),
        "legal_hold",
        then=every(until("mark"), held(Answer.TOO_LATE), settled),
        writes={"kim": BLOCKED},
    ),
    Asks(
        "held after the soft deletion",
        kim(),
        "legal_hold",
        then=every(soft_deleted, held(Answer.TOO_LATE), settled),
        outcomes=ends(Outcome.SOFT_DELETED),
        writes={"kim": SOFT_DELETED},
    ),
)
OPENED = (
    Case(
        "withdrawn after it was blocked",
        kim(),
        "withdrawn",
        status=Status.CANCELLED,
        then=every(blocked, Scene.cancel, hours(1)),
        outcomes=ends(None),
        writes={"kim": OPENED_AGAIN},
        enabled={"kim": True},
    ),
    Case(
        "withdrawn after it was blocked, of one who could not sign in before",
        kim(accountEnabled=False),
        "withdrawn",
        status=Status.CANCELLED,
        then=every(blocked, Scene.cancel, hours(1)),
        outcomes=ends(None),
        writes={"kim": BLOCKED},
        enabled={"kim": False},
    ),
    Case(
        "withdrawn after it was blocked in both tenants",
        two_tenants,
        "withdrawn",
        status=Status.CANCELLED,
        then=every(until("block:fabrikam"), Scene.cancel, hours(1)),
        outcomes=ends(None, None),
        writes={"kim": OPENED_AGAIN, FABRIKAM: OPENED_AGAIN},
        enabled={"kim": True, FABRIKAM: True},
    ),
    Case(
        "refused after it was blocked",
        two_tenants,
        "identity_in_doubt",
        status=Status.REFUSED,
        then=every(blocked, acts.changed_in_fabrikam(), settled, Scene.refuse, hours(1)),
        outcomes=ends(None, None),
        writes={"kim": OPENED_AGAIN},
        enabled={"kim": True, FABRIKAM: True},
    ),
)
CASES = (*IDENTIFIED, *KEPT, *PERMISSIONS, *RECYCLE_BIN, *REPLICAS, *HELD, *OPENED)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with three_tenants(tmp_path_factory.mktemp("table")) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_deletion_ends_as_it_should_and_touches_nobody_else(graph: Simulator, case: Case) -> None:
    async with scene_of(graph) as scene:
        scene.add_homonyms()
        for act in (case.who, case.settings):
            await act(scene)
        await scene.accept(case.named(scene))
        await case.then(scene)
        request = await scene.request()
        assert scene.written() == case.writes
        assert (request.status, request.reason) == (case.status, case.reason)
        assert {name: request.outcome(name) for name in ("contoso", "fabrikam", "litware")} == case.outcomes
        assert {name: scene.held(name)["accountEnabled"] for name in case.enabled} == case.enabled
        await scene.check_truth()
