"""The life of requests as a state machine: whatever happens in whatever order, these things hold."""

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.domain.agenda import ready_at
from shared.domain.callers import Operator
from shared.domain.decisions import Decisions
from shared.domain.errors import (
    DirectoryUnavailable,
    InvalidTransition,
    KeyReused,
    PermissionMissing,
    PrivacyError,
    Throttled,
    TooManyRequests,
)
from shared.domain.journal import What, check
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import FINAL, PURGE_FALLS_DUE, Kind, Proof, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject
from tests.unit.points import Killed, Points
from tests.unit.world import World

Result = TypeVar("Result")
PEOPLE = {
    "ada@example.com": (
        ("contoso", "aaaaaaaa-0000-4000-8000-000000000001"),
        ("fabrikam", "aaaaaaaa-0000-4000-8000-000000000002"),
    ),
    "bob@example.com": (("contoso", "bbbbbbbb-0000-4000-8000-000000000001"),),
    "eve@example.com": (("fabrikam", "eeeeeeee-0000-4000-8000-000000000001"),),
}
FAULTS = (
    Throttled("find_users", timedelta(seconds=20)),
    Throttled("find_users", None),
    DirectoryUnavailable("find_users"),
    PermissionMissing("find_users"),
)
BOSS = "operator x"
GONE = {Outcome.SOFT_DELETED, Outcome.PURGED, Outcome.ALREADY_GONE}
DECISIONS: dict[str, Callable[[Decisions, str], Coroutine[object, object, PrivacyRequest]]] = {
    "approve": lambda decisions, one: decisions.approve(one, Operator("x", may_act=True)),
    "cancel": lambda decisions, one: decisions.cancel(one, BOSS),
    "close": lambda decisions, one: decisions.close(one, BOSS),
    "extend": lambda decisions, one: decisions.extend(one, BOSS, "complexity"),
    "pause": lambda decisions, one: decisions.pause(one, BOSS, "identity_in_doubt"),
    "refuse": lambda decisions, one: decisions.refuse(one, BOSS, "identity_not_shown"),
    "resume": lambda decisions, one: decisions.resume(one, BOSS),
    "retry": lambda decisions, one: decisions.retry(one, BOSS),
}
REDELIVERED_AFTER = timedelta(minutes=10)
keys = st.sampled_from([None, "k1", "k2"])
people, kinds, points = st.sampled_from(sorted(PEOPLE)), st.sampled_from(Kind), st.integers(0, 40)


@dataclass
class Frozen:
    """A worker that stands still in the middle of a call, until it is thawed."""

    task: "asyncio.Task[None]"
    thawed: asyncio.Event = field(default_factory=asyncio.Event)


class Life(RuleBasedStateMachine):
    """One deployment over two tenants, its callers, its workers and its bad luck."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ids = itertools.count(1)
        self.world = World(new_id=self.new_id)
        for address, accounts in PEOPLE.items():
            for tenant, object_id in accounts:
                self.world.person(tenant, object_id, email=address)
        self.about: dict[str, str] = {}
        self.final: dict[str, Status] = {}
        self.events: Counter[str] = Counter()
        self.frozen: list[Frozen] = []

    def new_id(self) -> UUID:
        """The same for the same steps, unlike a random one; spread over the shards all the same."""
        return UUID(int=next(self.ids), version=4)

    def do(self, work: Coroutine[object, object, Result]) -> Result:
        return self.loop.run_until_complete(work)

    @property
    def requests(self) -> list[PrivacyRequest]:
        return [stored.request for stored in self.world.store.records.values()]

    def named(self, index: int) -> PrivacyRequest:
        return self.requests[index % len(self.requests)]

    @rule(kind=kinds, address=people, key=keys, by=st.sampled_from(["address", "id"]))
    def submit(self, kind: Kind, address: str, key: str | None, by: str) -> None:
        tenant, object_id = PEOPLE[address][0]
        subject: Subject = ObjectIdSubject(tenant, object_id) if by == "id" else EmailSubject(address)
        with contextlib.suppress(KeyReused):
            accepted = self.do(self.world.accept(kind, subject, key))
            self.about[accepted.request.id] = address

    @rule(kind=kinds, address=people)
    def submit_by_the_person(self, kind: Kind, address: str) -> None:
        with contextlib.suppress(TooManyRequests):
            subject = ObjectIdSubject(*PEOPLE[address][0])
            accepted = self.do(self.world.accept(kind, subject, proof=Proof.PERSON))
            self.about[accepted.request.id] = address

    @rule(kind=kinds, address=people, point=st.integers(0, 4))
    def crash_while_accepting(self, kind: Kind, address: str, point: int) -> None:
        shaken = self.shaken(Points(point, before=die))
        with contextlib.suppress(Killed):
            accepted = self.do(shaken.accept(kind, EmailSubject(address)))
            self.about[accepted.request.id] = address
        for request in self.requests:
            self.about.setdefault(request.id, address)

    @precondition(lambda self: self.world.queue.messages)
    @rule()
    def deliver(self) -> None:
        self.do(self.deliver_to(self.world))

    @precondition(lambda self: self.world.queue.messages)
    @rule(point=points)
    def deliver_to_a_worker_that_is_killed(self, point: int) -> None:
        self.do(self.deliver_to(self.shaken(Points(point, before=die))))

    @precondition(lambda self: self.world.queue.messages)
    @rule(point=points)
    def deliver_to_a_worker_that_is_killed_before_it_sees_the_answer(self, point: int) -> None:
        self.do(self.deliver_to(self.shaken(Points(point, after=die))))

    @precondition(lambda self: self.world.queue.messages and len(self.frozen) < 3)
    @rule(point=points)
    def deliver_to_a_worker_that_freezes(self, point: int) -> None:
        self.do(self.freeze(point))

    @precondition(lambda self: self.frozen)
    @rule()
    def thaw(self) -> None:
        worker = self.frozen.pop(0)
        worker.thawed.set()
        self.do(ended(worker.task))

    @precondition(lambda self: self.world.queue.messages)
    @rule(index=st.integers(0, 9))
    def lose_a_message(self, index: int) -> None:
        self.world.queue.messages.pop(index % len(self.world.queue.messages))

    @precondition(lambda self: self.world.queue.messages)
    @rule()
    def repeat_a_message(self) -> None:
        self.world.queue.messages.append(self.world.queue.messages[0])

    @rule(minutes=st.sampled_from([0.2, 1, 5, 12, 60, 24 * 60]))
    def pass_time(self, minutes: float) -> None:
        self.do(self.world.clock.sleep(timedelta(minutes=minutes)))

    @rule()
    def sweep(self) -> None:
        self.do(self.world.upkeep.sweep())

    @rule(tenant=st.sampled_from(["contoso", "fabrikam"]), index=st.integers(0, 3), times=st.integers(1, 4))
    def have_graph_fail(self, tenant: str, index: int, times: int) -> None:
        self.world.tenants[tenant].faults += [FAULTS[index]] * times

    @precondition(lambda self: self.requests)
    @rule(index=st.integers(0, 9), what=st.sampled_from(sorted(DECISIONS)))
    def decide(self, index: int, what: str) -> None:
        with contextlib.suppress(InvalidTransition):
            self.do(DECISIONS[what](self.world.decisions, self.named(index).id))

    @invariant()
    def a_final_state_never_changes(self) -> None:
        for request in self.requests:
            if request.status in FINAL:
                assert self.final.setdefault(request.id, request.status) is request.status

    @invariant()
    def the_journal_only_grows_and_its_chain_holds(self) -> None:
        for request in self.requests:
            journal = self.do(self.world.store.journal(request.id))
            check(request.id, journal, request.last)
            assert len(journal) >= self.events[request.id]
            self.events[request.id] = len(journal)

    @invariant()
    def each_run_was_started_once(self) -> None:
        for request in self.requests:
            journal = self.do(self.world.store.journal(request.id))
            runs = [event.by for event in journal if event.what is What.RUN_STARTED]
            assert runs == [f"run {number + 1}" for number in range(request.run)]

    @invariant()
    def at_most_one_open_request_of_a_kind_is_past_its_claim_of_an_account(self) -> None:
        past = Counter(
            (request.kind, key)
            for request in self.requests
            for key in request.claims
            if request.binds and "claim" in request.done
        )
        assert all(count == 1 for count in past.values())

    @invariant()
    def nobody_is_gone_but_by_a_deletion_past_its_mark(self) -> None:
        marked = {self.about[one.id] for one in self.requests if one.irreversible_at}
        meant = {account for address in marked for account in PEOPLE[address]}
        for account in itertools.chain(*PEOPLE.values()):
            assert account in meant or account[1] in self.world.tenants[account[0]].users

    @invariant()
    def what_is_said_of_an_account_is_so(self) -> None:
        for request in self.requests:
            for tenant, object_id in PEOPLE[self.about[request.id]]:
                directory, outcome = self.world.tenants[tenant], request.outcome(tenant)
                assert not (outcome in GONE and object_id in directory.users)
                assert not (outcome is Outcome.PURGED and object_id in directory.recycle_bin)

    @invariant()
    def nothing_marked_was_cancelled_or_refused(self) -> None:
        for request in self.requests:
            assert not (request.irreversible_at and request.status in {Status.CANCELLED, Status.REFUSED})

    def teardown(self) -> None:
        """In the end every request has ended, has failed, or waits for somebody to decide."""
        for directory in self.world.tenants.values():
            directory.faults.clear()
        while self.frozen:
            self.thaw()
        for request in self.requests:
            if request.paused_at:
                self.do(self.world.decisions.resume(request.id, BOSS))
        self.do(self.let_everything_end())
        for request in self.requests:
            stands = (request.kind, request.status, request.reason, request.until, self.world.clock.now())
            waits = {PURGE_FALLS_DUE}  # nobody empties the recycle bin here
            if any(one.status is Status.AWAITING_APPROVAL for one in self.requests):
                waits.add("another_request")  # which somebody has in hand
            decided = request.ended_at or request.status is Status.AWAITING_APPROVAL
            assert decided or request.reason in waits, stands
            gone = request.status in {Status.CANCELLED, Status.REFUSED}
            assert not (gone and self.do(self.world.blobs.names(request.id)))
        self.a_final_state_never_changes()
        self.what_is_said_of_an_account_is_so()
        self.whoever_is_there_can_sign_in()
        self.loop.close()

    def whoever_is_there_can_sign_in(self) -> None:
        """But for those whose deletion is past its mark or waits for somebody to decide."""
        open_still = (one for one in self.requests if one.status not in FINAL and one.irreversible_at)
        waiting = (one for one in self.requests if one.status is Status.AWAITING_APPROVAL)
        may_not = {
            account for one in itertools.chain(open_still, waiting) for account in PEOPLE[self.about[one.id]]
        }
        for tenant, object_id in set(itertools.chain(*PEOPLE.values())) - may_not:
            directory = self.world.tenants[tenant]
            assert object_id not in directory.disabled & set(directory.users)

    async def let_everything_end(self) -> None:
        for _ in range(400):
            await self.world.run_what_is_due()
            if all(ready_at(request, self.world.timing.margin) is None for request in self.requests):
                break
            await self.world.clock.sleep(timedelta(minutes=10))
            await self.world.upkeep.sweep()
        for _ in range(3):
            await self.world.clock.sleep(timedelta(hours=2))
            await self.world.upkeep.sweep()
            await self.world.run_what_is_due()

    def shaken(self, at: Points) -> World:
        """A process of its own over the same storage and directories, each of its calls a point."""
        world = World(clock=self.world.clock, new_id=self.new_id)
        for name in ("store", "register", "passing", "due", "blobs", "queue"):
            setattr(world, name, at.wrapped(getattr(self.world, name), name))
        world.tenants = {
            name: at.wrapped(directory, f"graph {name}") for name, directory in self.world.tenants.items()
        }
        world.wire()
        return world

    async def deliver_to(self, worker: World) -> None:
        """Hand the first message to a worker, whenever it may be seen; it comes back if that fails."""
        _, request_id = self.world.queue.messages.pop(0)
        try:
            await worker.work(request_id)
        except PrivacyError:
            await self.world.queue.send(request_id, timedelta(seconds=30))
        except Killed:
            await self.world.queue.send(request_id, REDELIVERED_AFTER)

    async def freeze(self, point: int) -> None:
        thawed, reached = asyncio.Event(), asyncio.Event()

        async def stand_still() -> None:
            reached.set()
            await thawed.wait()

        _, request_id = self.world.queue.messages[0]
        worker = self.shaken(Points(point, before=stand_still))
        task = asyncio.get_running_loop().create_task(self.deliver_to(worker))
        waiting = asyncio.get_running_loop().create_task(reached.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            return await task
        await self.world.queue.send(request_id, REDELIVERED_AFTER)
        self.frozen.append(Frozen(task, thawed))
        return None


async def ended(task: "asyncio.Task[None]") -> None:
    await task


async def die() -> None:
    raise Killed


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=40)
