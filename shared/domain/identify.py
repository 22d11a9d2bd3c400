"""Find the person, tenant by tenant, and pin who they are.

Absence is believed only when it was seen twice, a replication window apart: a user that was made a
moment ago may not show yet (Graph, user list). Later steps use the pinned object ids alone.
"""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from shared.domain.account import Account, Identity
from shared.domain.directories import Directories
from shared.domain.errors import AskOperator, RetryLater
from shared.domain.notices import Channel
from shared.domain.plan import Step, names
from shared.domain.ports import Clock, Seal
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import CONTACT, PrivacyRequest
from shared.domain.subject import EmailSubject, ObjectIdSubject, UserNameSubject
from shared.domain.topology import Topology
from shared.domain.turn import Turn

RECYCLE_BIN_KEEPS = timedelta(days=30)
"""Graph, user-delete: a user can be restored within 30 days."""


@dataclass(frozen=True)
class Identification:
    """The first steps of both plans."""

    directories: Directories
    topology: Topology
    clock: Clock
    window: timedelta
    seal: Seal

    def steps(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """Two looks in each tenant; linked tenants after those in which the person was named."""
        named = self._looks(request.named, frozenset())
        return named + self._looks(request.linked, names(named))

    def _looks(self, tenants: tuple[str, ...], needs: frozenset[str]) -> tuple[Step, ...]:
        return tuple(step for tenant in tenants for step in self._two_looks(tenant, needs))

    def _two_looks(self, tenant: str, needs: frozenset[str]) -> tuple[Step, Step]:
        async def first(request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
            return self._pinned(request, await self._look(request, tenant))

        async def again(request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
            return self._pinned(request, await self._look_again(request, tenant))

        look = Step(f"identify:{tenant}", first, needs)
        return look, Step(f"identify-again:{tenant}", again, frozenset({look.name}))

    def _pinned(self, request: PrivacyRequest, progress: TenantProgress) -> PrivacyRequest:
        """The account stays on the record; where the person gets mail does too, sealed, if mail is sent."""
        account = progress.account
        if account is None or account.contact is None:
            return request.with_progress(progress)
        bare = replace(progress, account=replace(account, contact=None))
        mails = Channel.MAIL in {notice.channel for notice in request.notices}
        if not mails or CONTACT in request.sealed:
            return request.with_progress(bare)
        sealed = self.seal.close(request.id, CONTACT, asdict(account.contact))
        return request.with_progress(bare).with_sealed(CONTACT, sealed)

    async def _look(self, request: PrivacyRequest, tenant: str) -> TenantProgress:
        progress = request.progress(tenant)
        if not (asked := self._asked_for(request, tenant)) and tenant in request.linked:
            return replace(progress, outcome=Outcome.NOT_SEARCHED)  # nothing that means anything there
        account = await self._find(request, progress, asked)
        if account is not None:
            return replace(progress, account=account, absent_since=None)
        recycled = await self._in_recycle_bin(request, progress)
        return recycled or replace(progress, absent_since=self.clock.now())

    async def _look_again(self, request: PrivacyRequest, tenant: str) -> TenantProgress:
        before = request.progress(tenant)
        if before.account or before.outcome:
            return before
        wait_for_window(before, self.clock, self.window)
        now = await self._look(request, tenant)
        if now.account or now.outcome:
            return now
        return replace(before, outcome=Outcome.NOT_FOUND)

    async def _find(
        self, request: PrivacyRequest, progress: TenantProgress, asked: tuple[Identity, ...]
    ) -> Account | None:
        subject, directory = request.subject, self.directories.of(progress)
        if isinstance(subject, ObjectIdSubject) and subject.tenant == progress.tenant:
            return await directory.account(subject.object_id)
        found = {
            account.object_id: account
            for identity in asked
            for account in await directory.accounts_signing_in_as(identity)
            if account.holds(identity)
        }
        if len(found) > 1:
            raise AskOperator("ambiguous_subject")
        return next(iter(found.values()), None)

    def _asked_for(self, request: PrivacyRequest, tenant: str) -> tuple[Identity, ...]:
        subject, domain = request.subject, request.progress(tenant).domain
        if isinstance(subject, EmailSubject):
            return (Identity("emailAddress", domain, subject.email),)
        if isinstance(subject, UserNameSubject) and subject.tenant == tenant:
            return (Identity("userName", domain, subject.user_name),)
        pinned = request.progress(request.named[0]).account
        held = pinned.identities if pinned else ()
        crossing = (self.topology.translated(identity, domain) for identity in held)
        return tuple(identity for identity in crossing if identity)

    async def _in_recycle_bin(
        self, request: PrivacyRequest, progress: TenantProgress
    ) -> TenantProgress | None:
        # Only an object id can be looked up there: identities are not searchable in the bin.
        subject = request.subject
        if not (isinstance(subject, ObjectIdSubject) and subject.tenant == progress.tenant):
            return None
        recycled = await self.directories.of(progress).recycled(subject.object_id)
        if recycled is None:
            return None
        return replace(
            progress,
            outcome=Outcome.ALREADY_SOFT_DELETED,
            restorable_until=recycled.soft_deleted_at + RECYCLE_BIN_KEEPS,
        )


def wait_for_window(progress: TenantProgress, clock: Clock, window: timedelta) -> None:
    """Raise `RetryLater` until the window since the first look has passed."""
    if progress.absent_since is None:
        return
    left = progress.absent_since + window - clock.now()
    if left > timedelta():
        raise RetryLater(left, "replication")
