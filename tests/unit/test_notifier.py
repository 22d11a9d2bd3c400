"""Telling of a request's end: once, again where it fails, and given up at last."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.domain.errors import (
    Delayed,
    DirectoryUnavailable,
    InvalidTransition,
    Overtaken,
    PrivacyError,
    Undeliverable,
)
from shared.domain.journal import What
from shared.domain.notices import LASTS, LASTS_AT_MOST, Channel, Notice, NoticeState
from shared.domain.notifier import Way
from shared.domain.ports import Stored
from shared.domain.request import CONTACT, PrivacyRequest
from shared.domain.sources import Source
from shared.domain.states import PURGE_FALLS_DUE, Kind, Status
from shared.domain.subject import EmailSubject
from tests.unit.test_collector import fails_at
from tests.unit.test_upkeep import pass_time
from tests.unit.world import World

EMAIL = EmailSubject("ada@example.com")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Telling:
    """A way that notes what it was asked to tell, and raises these faults first, the last for ever."""

    faults: list[PrivacyError] = field(default_factory=list)
    for_ever: PrivacyError | None = None
    told: list[tuple[PrivacyRequest, Notice]] = field(default_factory=list)

    async def send(self, request: PrivacyRequest, notice: Notice) -> None:
        self.told.append((request, notice))
        if self.faults:
            raise self.faults.pop(0)
        if self.for_ever:
            raise self.for_ever

    def way(self) -> Way:
        return Way(lambda request, _notice: request, self.send)


def world_with(telling: Telling, channel: Channel = Channel.WEBHOOK) -> World:
    world = World(channels=(channel,), ways={channel: telling.way()})
    world.person("contoso")
    return world


async def exported(world: World) -> str:
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.settle(accepted.request.id)
    return accepted.request.id


async def notice_of(world: World, request_id: str) -> Notice:
    (notice,) = (await world.request(request_id)).notices
    return notice


async def whats(world: World, request_id: str) -> list[What]:
    return [event.what for event in await world.store.journal(request_id)]


async def test_the_end_is_told_once_and_written_down() -> None:
    telling = Telling()
    world = world_with(telling)
    export = await exported(world)
    assert [request.status for request, _ in telling.told] == [Status.COMPLETED]
    assert (await notice_of(world, export)).state is NoticeState.SENT
    assert (await whats(world, export))[-1] is What.NOTICE_SENT
    await pass_time(world, 9 * HOUR)
    await world.notifier.run(export)
    assert len(telling.told) == 1


async def test_it_is_told_as_soon_as_the_run_ends() -> None:
    telling = Telling()
    world = world_with(telling)
    export = await exported(world)
    ended = (await world.request(export)).ended_at
    assert telling.told[0][1].again_at == (ended or world.clock.now()) + timedelta(seconds=10)


async def test_a_lost_message_costs_no_more_than_a_sweep() -> None:
    telling = Telling()
    world = world_with(telling)
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    while (await world.request(accepted.request.id)).ended_at is None:
        for request_id in world.queue.due():
            await world.runner.run(request_id)
        await world.clock.sleep(timedelta(seconds=30))
    world.queue.messages.clear()
    await pass_time(world, timedelta(minutes=5), timedelta(minutes=1))
    assert len(telling.told) == 1


async def test_what_is_delayed_is_told_again_ever_later_and_is_the_same_notice() -> None:
    telling = Telling([Delayed(), Delayed(), Delayed()])
    world = world_with(telling)
    export = await exported(world)
    await pass_time(world, HOUR, timedelta(minutes=1))
    assert [notice.tries for _, notice in telling.told] == [1, 2, 3, 4]
    assert len({notice.event for _, notice in telling.told}) == 1
    assert (await notice_of(world, export)).state is NoticeState.SENT


async def test_after_three_days_it_is_given_up_and_operators_can_see_it() -> None:
    telling = Telling(for_ever=Delayed())
    world = world_with(telling)
    export = await exported(world)
    await pass_time(world, LASTS + 3 * HOUR)
    assert (await notice_of(world, export)).state is NoticeState.DEAD
    assert (await world.store.journal(export))[-1].detail == "webhook: took_too_long"
    assert ("notice_dead", {"channel": "webhook", "reason": "took_too_long"}) in world.log.lines
    tries = len(telling.told)
    await pass_time(world, DAY)
    assert len(telling.told) == tries < 60


async def test_what_can_never_be_delivered_is_given_up_at_once() -> None:
    world = world_with(Telling(for_ever=Undeliverable("gone")))
    export = await exported(world)
    assert (await notice_of(world, export)).state is NoticeState.DEAD
    assert (await world.store.journal(export))[-1].detail == "webhook: gone"


async def test_time_that_the_other_side_asks_for_is_waiting_and_not_failure() -> None:
    telling = Telling([Delayed(DAY)] * 5)
    world = world_with(telling)
    export = await exported(world)
    await pass_time(world, 5 * DAY + 3 * HOUR)
    assert len(telling.told) == 6
    assert (await notice_of(world, export)).state is NoticeState.SENT


async def test_nobody_is_waited_for_longer_than_a_day_at_once_nor_a_month_in_all() -> None:
    telling = Telling(for_ever=Delayed(timedelta(days=400)))
    world = world_with(telling)
    export = await exported(world)
    await pass_time(world, LASTS_AT_MOST + 2 * DAY)
    assert len(telling.told) in (30, 31)
    assert (await notice_of(world, export)).state is NoticeState.DEAD


async def test_an_operator_has_sent_again_what_was_given_up() -> None:
    telling = Telling([Undeliverable("gone")])
    world = world_with(telling)
    export = await exported(world)
    await world.decisions.notify(export, "operator")
    await world.run_what_is_due()
    assert (await notice_of(world, export)).state is NoticeState.SENT
    assert What.NOTICE_RENEWED in await whats(world, export)
    with pytest.raises(InvalidTransition):
        await world.decisions.notify(export, "operator")


async def test_a_failed_request_is_told_to_the_app_and_not_to_the_person() -> None:
    telling = {channel: Telling() for channel in Channel}
    world = World(channels=tuple(Channel), ways={channel: one.way() for channel, one in telling.items()})
    world.person("contoso")
    fails_at(world, Source.AUTHENTICATION_METHODS, DirectoryUnavailable("x"))
    await exported(world)
    assert [request.status for request, _ in telling[Channel.WEBHOOK].told] == [Status.FAILED]
    assert telling[Channel.MAIL].told == []


async def test_a_second_end_is_told_as_a_second_event() -> None:
    telling = Telling()
    world = world_with(telling)
    given = world.tenants["contoso"].records
    fails_at(world, Source.AUTHENTICATION_METHODS, DirectoryUnavailable("x"))
    export = await exported(world)
    world.tenants["contoso"].records = given  # type: ignore[method-assign] # a fake is mended
    await world.decisions.retry(export, "operator")
    await world.settle(export)
    assert [request.status for request, _ in telling.told] == [Status.FAILED, Status.COMPLETED]
    assert telling.told[0][1].event < telling.told[1][1].event


async def test_a_mail_that_is_given_up_while_a_request_has_failed_leaves_the_address_for_its_end() -> None:
    telling = Telling([Undeliverable("nothing_to_tell")])
    world = world_with(telling, Channel.MAIL)
    deletion = (await world.accept(Kind.DELETION, EMAIL)).request.id
    stored = await world.store.get(deletion)
    now = world.clock.now()
    waits = stored.request.with_sealed(CONTACT, "sealed").claimed(now, now)
    waits = waits.waiting(now, now + DAY, PURGE_FALLS_DUE)
    failed = waits.claimed(now, now).failed(now, "unexpected_error")
    await world.store.save(replace(stored, request=failed))
    await world.notifier.run(deletion)
    request = await world.request(deletion)
    assert (request.notices[0].state, set(request.sealed)) == (NoticeState.DEAD, {CONTACT})
    assert request.forgotten(now).sealed == {}


@pytest.mark.parametrize("kind", Kind)
async def test_a_request_that_operators_end_is_told_of(kind: Kind) -> None:
    telling = Telling()
    world = world_with(telling)
    accepted = await world.accept(kind, EMAIL)
    await world.decisions.cancel(accepted.request.id, "operator")
    await world.run_what_is_due()
    assert [request.status for request, _ in telling.told] == [Status.CANCELLED]


async def test_a_channel_that_settings_no_longer_have_is_given_up() -> None:
    world = World(channels=(Channel.WEBHOOK,))
    world.person("contoso")
    export = await exported(world)
    assert (await notice_of(world, export)).state is NoticeState.DEAD


async def test_without_channels_nothing_is_owed() -> None:
    world = World()
    world.person("contoso")
    export = await exported(world)
    assert (await world.request(export)).notices == ()
    assert (await whats(world, export))[-1] is What.COMPLETED


async def test_two_workers_make_one_try() -> None:
    world = world_with(telling := Telling())
    export = await exported(world)
    request = await world.request(export)
    owed = request.with_notice(request.notices[0].owed(1, world.clock.now()))
    stored = await world.store.save(Stored(owed, world.store.records[export].version))
    telling.told.clear()

    class Meanwhile:
        """Another worker writes the try down first."""

        async def get(self, _request_id: str) -> Stored:
            return stored

        async def save(self, mine: Stored) -> Stored:
            await world.notifier.run(export)
            raise Overtaken(mine.version)

    meanwhile = Meanwhile()
    other = replace(world.notifier, store=meanwhile)  # type: ignore[arg-type] # all that a notifier asks of it
    await other.run(export)
    assert len(telling.told) == 1


async def test_a_notice_that_was_sent_is_written_down_though_others_write_meanwhile() -> None:
    world = World(channels=(Channel.WEBHOOK,))
    world.person("contoso")

    async def minting(request: PrivacyRequest, _notice: Notice) -> None:
        await world.links.mint(request.id, "ticket")

    world.ways = {Channel.WEBHOOK: Way(lambda request, _notice: request, minting)}
    world.wire()
    export = await exported(world)
    assert (await whats(world, export))[-2:] == [What.LINK_MINTED, What.NOTICE_SENT]
