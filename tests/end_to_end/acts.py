"""What may happen around a deletion, to be put together in tables."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from delete_function.guard_rails import GuardRails
from local.graph.kinds import USER_ADMINISTRATOR
from shared.domain.holds import Answer
from shared.domain.states import Status
from shared.domain.topology import CrossTenantMatch
from tests.end_to_end.scene import GOOGLE, Scene, identity
from tests.running import Json

Act = Callable[[Scene], Awaitable[None]]
USER, RECYCLED = "/users/{}", "/directory/deletedItems/{}"


def every(*acts: Act) -> Act:
    """One after the other."""

    async def act(scene: Scene) -> None:
        for one in acts:
            await one(scene)

    return act


async def nothing(_scene: Scene) -> None:
    pass


# Who is there.


def kim(tenant: str = "contoso", name: str = "kim", **properties: object) -> Act:
    """A consumer who signs in with the address."""

    async def come(scene: Scene) -> None:
        scene.add(name, tenant, **{"identities": [scene.email(tenant)], **properties})

    return come


def of_kind(kind: str) -> Act:
    async def come(scene: Scene) -> None:
        scene.add("kim", "contoso", kind=kind)

    return come


def in_group(*, nested: bool = False, member_of: tuple[Json, ...] = (), **group: object) -> Act:
    """A consumer who is in a group, or in one that is in it."""

    async def come(scene: Scene) -> None:
        outer = inner = scene.graph.add_group("contoso", memberOf=member_of, **group)
        if nested:
            inner = scene.graph.add_group(memberOf=[outer])
        scene.group = str(outer["id"])
        await kim(related={"memberOf": [inner]})(scene)

    return come


def admin(tenant: str = "contoso", name: str = "kim") -> Act:
    """A consumer who has been given a directory role; the app could delete them all the same."""

    async def come(scene: Scene) -> None:
        scene.graph.ask("POST", "rank", outranks=True)
        await kim(tenant, name, related={"memberOf": [USER_ADMINISTRATOR]})(scene)

    return come


def in_role_group(*, nested: bool = False) -> Act:
    """A consumer who has a directory role by a group; the app could delete them all the same."""

    async def come(scene: Scene) -> None:
        scene.graph.ask("POST", "rank", outranks=True)
        role = (USER_ADMINISTRATOR,)
        await in_group(nested=nested, member_of=role, isAssignableToRole=True)(scene)

    return come


async def by_user_name(scene: Scene) -> None:
    own = identity("userName", scene.domain("contoso"), scene.user_name)
    scene.add("kim", "contoso", identities=[own])


async def by_google(scene: Scene) -> None:
    """The provider's subject is the same in the linked tenant; in other letters it is somebody else's."""
    subject = f"Subject-{scene.tag}"
    own, other = identity("federated", GOOGLE, subject), identity("federated", GOOGLE, subject.upper())
    scene.add("kim", "contoso", identities=[own])
    scene.add("kim of fabrikam", "fabrikam", identities=[own])
    scene.add("other letters", "fabrikam", identities=[other])
    scene.add("other provider", "fabrikam", identities=[{**own, "issuer": "facebook.com"}])


async def recycled(scene: Scene) -> None:
    """A consumer who was deleted a moment ago."""
    await kim(deletedDateTime=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))(scene)


# How the app is set up.


async def lagging(scene: Scene) -> None:
    scene.clock.lag()


async def asking(scene: Scene) -> None:
    scene.match(CrossTenantMatch.ASK)


async def keeping_the_account(scene: Scene) -> None:
    scene.keep(GuardRails(accounts=frozenset({scene.people["kim"].object_id})))


async def keeping_the_group(scene: Scene) -> None:
    scene.keep(GuardRails(groups=frozenset({scene.group})))


async def protected(scene: Scene) -> None:
    """From hard deletion, for 7 days."""
    person = scene.people["kim"]
    scene.graph.ask("POST", "protection", tenant=person.tenant, object_id=person.object_id)


def without(*roles: str, instead: tuple[str, ...] = ()) -> Act:
    """The registration in Contoso lacks permissions."""
    return lambda scene: scene.withhold(*roles, instead=instead)


def failing(path: str) -> Act:
    """Graph answers 503 to these calls, however often they come."""

    async def fail(scene: Scene) -> None:
        scene.graph.fault("503", path=path, times=None)

    return fail


# What happens then.


async def settled(scene: Scene) -> None:
    await scene.settle()


def until(step: str) -> Act:
    return lambda scene: scene.until(step)


def hours(number: float) -> Act:
    return lambda scene: scene.hours(number)


def days(number: float) -> Act:
    return lambda scene: scene.days(number)


def waits(reason: str) -> Act:
    """It waits by now, and says why."""

    async def check(scene: Scene) -> None:
        request = await scene.request()
        assert (request.status, request.reason) == (Status.WAITING, reason)
        await scene.check_truth()

    return check


def held(answer: Answer) -> Act:
    """An operator places a hold and is told whether it comes in time."""

    async def place(scene: Scene) -> None:
        assert await scene.hold() is answer

    return place


def others(method: str, path: str) -> Act:
    """Somebody else calls Graph about the account."""

    async def call(scene: Scene) -> None:
        scene.act(method, path)

    return call


def retried() -> Act:
    """The permissions are granted, and an operator has it tried again."""

    async def again(scene: Scene) -> None:
        await scene.settle()
        await scene.grant_all()
        await scene.world.decisions.retry(scene.request_id, "operator")

    return again


def changed_in_fabrikam() -> Act:
    async def change(scene: Scene) -> None:
        scene.changed("kim of fabrikam", identities=[scene.email("fabrikam", f"eve.{scene.tag}@example.com")])

    return change
