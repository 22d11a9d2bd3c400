"""Attempts to have the wrong person deleted: names that move on, between any two steps, and look-alikes.

The app has the real adapter for Graph; the simulator says who was written to.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import pytest

from shared.domain.progress import Outcome
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject
from tests.end_to_end.acts import USER, admin, by_user_name, kim
from tests.end_to_end.scene import Scene, identity, scene_of, three_tenants
from tests.running import Simulator
from tests.unit.samples import a_request
from tests.unit.world import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")

BLOCKED = ("disable", "revoke")
PURGED = (*BLOCKED, "delete", "purge")
CHANGED = (Status.AWAITING_APPROVAL, "account_changed")


def steps_before(step: str) -> tuple[str, ...]:
    """The steps of a deletion in Contoso, linked to Fabrikam, up to this one."""
    plan = World().runner.plans[Kind.DELETION](a_request(Kind.DELETION))
    names = [one.name for one in plan]
    return tuple(names[: names.index(step)])


BEFORE_DELETE = steps_before("soft-delete:contoso")
BEFORE_BLOCK = steps_before("block:contoso")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with three_tenants(tmp_path_factory.mktemp("wrong-person")) as running:
        yield running


@pytest.fixture
async def scene(graph: Simulator) -> AsyncIterator[Scene]:
    """Kim, whom the request is about, Eve, and everybody who is easily taken for Kim."""
    async with scene_of(graph) as made:
        made.add_homonyms()
        await kim()(made)
        made.add("eve", "contoso", identities=[made.email("contoso", f"eve.{made.tag}@example.com")])
        yield made


def swapped(scene: Scene) -> None:
    """Kim and Eve have each other's sign-ins."""
    kims, eves = scene.held("kim")["identities"], scene.held("eve")["identities"]
    scene.changed("kim", identities=eves)
    scene.changed("eve", identities=kims)


def moved(scene: Scene) -> None:
    """Eve has got Kim's address, beside her own."""
    theirs = scene.held("eve")["identities"]
    assert isinstance(theirs, list)
    scene.changed("kim", identities=[scene.email("contoso", f"other.{scene.tag}@example.com")])
    scene.changed("eve", identities=[*theirs, scene.email("contoso")])


def renewed(scene: Scene) -> None:
    """Kim's account is somebody's who came after the request."""
    scene.changed("kim", createdDateTime=scene.later())


async def ended(scene: Scene) -> tuple[Status, str | None]:
    await scene.settle()
    await scene.check_truth()
    request = await scene.request()
    return request.status, request.reason


@pytest.mark.parametrize("step", BEFORE_DELETE)
@pytest.mark.parametrize("change", [swapped, moved, renewed], ids=lambda change: change.__name__)
async def test_a_sign_in_that_moves_on_between_any_two_steps_stops_it(
    scene: Scene, step: str, change: Callable[[Scene], None]
) -> None:
    await scene.accept(scene.by_address())
    await scene.until(step)
    change(scene)
    assert await ended(scene) == CHANGED
    assert scene.written() == ({} if step in BEFORE_BLOCK else {"kim": BLOCKED})


@pytest.mark.parametrize("step", BEFORE_DELETE)
async def test_a_new_account_of_the_same_names_is_not_the_old_one(scene: Scene, step: str) -> None:
    """Somebody else deletes the old one meanwhile; the one that was pinned is purged, and no other."""
    await scene.accept(scene.by_address())
    await scene.until(step)
    principal = scene.held("kim")["userPrincipalName"]
    scene.act("DELETE", USER)
    scene.others_changed.add("new")
    await kim(name="new", userPrincipalName=principal, createdDateTime=scene.later())(scene)
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {
        "kim": ("delete", "purge") if step in BEFORE_BLOCK else (*BLOCKED, "delete", "purge")
    }
    assert scene.graph.state("contoso", scene.people["new"].object_id) == "active"


async def test_a_sign_in_that_was_given_to_a_new_account_before_the_first_look_stops_it(scene: Scene) -> None:
    await scene.accept(scene.by_address())
    scene.act("DELETE", USER)
    scene.others_changed.add("new")
    await kim(name="new", createdDateTime=scene.later())(scene)
    assert await ended(scene) == CHANGED
    assert scene.written() == {"kim": ("delete",)}


async def test_who_had_the_name_before_stays_in_the_recycle_bin(scene: Scene) -> None:
    deleted = f"{scene.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    await kim(name="before", deletedDateTime=deleted)(scene)
    await scene.accept(scene.by_address())
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}


async def test_two_accounts_with_the_address_stop_it(scene: Scene) -> None:
    second = {**scene.email("contoso"), "signInType": "emailAddress2"}
    scene.add("second", "contoso", identities=[second])
    await scene.accept(scene.by_address())
    assert await ended(scene) == (Status.AWAITING_APPROVAL, "ambiguous_subject")
    assert scene.written() == {}


@pytest.mark.parametrize(
    ("lives", "named"), [("contoso", "fabrikam"), ("contoso", "litware"), ("litware", "contoso")]
)
async def test_an_object_id_means_nobody_in_another_tenant(scene: Scene, lives: str, named: str) -> None:
    await kim(lives, "elsewhere")(scene)
    await scene.accept(ObjectIdSubject(named, scene.people["elsewhere"].object_id))
    assert await ended(scene) == (Status.COMPLETED, None)
    assert (await scene.request()).outcome(named) is Outcome.NOT_FOUND
    assert scene.written() == {}


async def test_an_object_id_of_nobody_deletes_nobody(scene: Scene) -> None:
    await scene.accept(ObjectIdSubject("contoso", str(uuid4())))
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {}


async def test_a_user_name_does_not_cross_to_a_linked_tenant(scene: Scene) -> None:
    own = identity("userName", scene.domain("contoso"), scene.user_name)
    scene.changed("kim", identities=[own, scene.email("contoso")])
    await kim("fabrikam", "kim of fabrikam")(scene)
    await scene.accept(scene.by_user_name())
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED, "kim of fabrikam": PURGED}  # found by the address


async def test_a_user_name_alone_is_looked_for_in_no_linked_tenant(scene: Scene) -> None:
    scene.changed("kim", identities=[scene.email("contoso", f"gone.{scene.tag}@example.com")])
    await by_user_name(scene)
    await scene.accept(scene.by_user_name())
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}
    assert (await scene.request()).outcome("fabrikam") is Outcome.NOT_SEARCHED


LOOK_ALIKES = {
    "Kelvin sign": "\N{KELVIN SIGN}im",
    "dotless i": "k\N{LATIN SMALL LETTER DOTLESS I}m",
    "dotted I": "k\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}m",
    "full-width m": "ki\N{FULLWIDTH LATIN SMALL LETTER M}",
    "Cyrillic k": "\N{CYRILLIC SMALL LETTER KA}im",
    "zero-width joiner": "ki\N{ZERO WIDTH JOINER}m",
    "combining mark": "ki\N{COMBINING DOT BELOW}m",
}


@pytest.mark.parametrize("look_alike", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
async def test_a_look_alike_is_somebody_else(scene: Scene, look_alike: str) -> None:
    theirs = f"{look_alike}.{scene.tag}@example.com"
    await scene.accept(EmailSubject(theirs))
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {}
    scene.add("look-alike", "contoso", identities=[scene.email("contoso", theirs)])
    scene.add("linked look-alike", "fabrikam", identities=[scene.email("fabrikam", theirs)])
    await scene.accept(scene.by_address())
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}


async def test_capitals_are_the_same_person(scene: Scene) -> None:
    await scene.accept(EmailSubject(scene.address.upper()))
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}


async def test_an_administrator_with_the_customer_s_address_is_kept(scene: Scene) -> None:
    await admin("fabrikam", "administrator")(scene)
    await scene.accept(scene.by_id())
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}


async def test_an_account_restored_for_somebody_else_is_not_deleted_once_more(scene: Scene) -> None:
    await scene.accept(scene.by_address())
    await scene.until("verify:contoso")
    scene.act("POST", "/directory/deletedItems/{}/restore")
    assert await ended(scene) == (Status.AWAITING_APPROVAL, "account_restored")
    swapped(scene)
    await scene.approve()
    assert await ended(scene) == CHANGED
    assert scene.written() == {"kim": (*BLOCKED, "delete", "restore")}


async def test_an_account_of_the_same_names_that_is_made_after_the_deletion_stays(scene: Scene) -> None:
    await scene.accept(scene.by_address())
    principal = scene.held("kim")["userPrincipalName"]
    await scene.until("soft-delete:contoso")
    scene.others_changed.add("new")
    await kim(name="new", userPrincipalName=principal, createdDateTime=scene.later())(scene)
    assert await ended(scene) == (Status.COMPLETED, None)
    assert scene.written() == {"kim": PURGED}
