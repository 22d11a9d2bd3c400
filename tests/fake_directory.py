"""A tenant in memory that keeps the promises of `ports.Directory`, for tests of plans."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from shared.domain.account import Account, Identity, RecycledAccount, Standing
from shared.domain.errors import DirectoryFault, NotOffered, PermissionMissing
from shared.domain.ports import AuditRole, Clock, JsonObject
from shared.domain.sources import Source

CONSUMER = Standing(
    enabled=True, user_type="Member", creation_type="LocalAccount", roles=frozenset(), groups=frozenset()
)


@dataclass
class FakeDirectory:
    """Set users and events, name faults to be raised by the next calls, and read `calls` afterwards."""

    clock: Clock | None = None
    users: dict[str, Account] = field(default_factory=dict)
    profiles: dict[str, JsonObject] = field(default_factory=dict)
    recycle_bin: dict[str, RecycledAccount] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    purge_protected: set[str] = field(default_factory=set)
    events: list[tuple[str, AuditRole, JsonObject]] = field(default_factory=list)
    related: dict[tuple[str, Source], list[JsonObject]] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    signed_in: list[tuple[str, JsonObject]] = field(default_factory=list)
    not_offered: dict[Source, str] = field(default_factory=dict)
    without_sign_ins: bool = False
    page_size: int = 1000
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: list[DirectoryFault] = field(default_factory=list)

    def add(self, account: Account, profile: JsonObject | None = None) -> Account:
        self.users[account.object_id] = account
        self.profiles[account.object_id] = {"id": account.object_id, **(profile or {})}
        return account

    async def account(self, object_id: str) -> Account | None:
        self._called("account", object_id)
        return self.users.get(object_id)

    async def accounts_signing_in_as(self, identity: Identity) -> tuple[Account, ...]:
        self._called("accounts_signing_in_as", identity.issuer_assigned_id)
        return tuple(account for account in self.users.values() if account.holds(identity))

    async def accounts_with_mail(self, address: str) -> tuple[Account, ...]:
        self._called("accounts_with_mail", address)
        return tuple(one for one in self.users.values() if address in self._mails(one))

    def _mails(self, account: Account) -> tuple[object, ...]:
        profile = self.profiles[account.object_id]
        others = profile.get("otherMails")
        return (profile.get("mail"), *(others if isinstance(others, list) else ()))

    async def recycled(self, object_id: str) -> RecycledAccount | None:
        self._called("recycled", object_id)
        return self.recycle_bin.get(object_id)

    async def soft_delete(self, object_id: str) -> None:
        self._called("soft_delete", object_id)
        if self.users.pop(object_id, None):
            now = self.clock.now() if self.clock else datetime.now(UTC)
            self.recycle_bin[object_id] = RecycledAccount(object_id, now)

    async def standing(self, object_id: str) -> Standing | None:
        self._called("standing", object_id)
        return self.standings.get(object_id, CONSUMER) if object_id in self.users else None

    async def disable(self, object_id: str) -> None:
        self._called("disable", object_id)
        self._set_enabled(object_id, enabled=False)

    async def enable(self, object_id: str) -> None:
        self._called("enable", object_id)
        self._set_enabled(object_id, enabled=True)

    async def revoke_sessions(self, object_id: str) -> None:
        self._called("revoke_sessions", object_id)
        if object_id in self.users:
            self.revoked.append(object_id)

    async def purge(self, object_id: str) -> None:
        self._called("purge", object_id)
        if object_id in self.recycle_bin and object_id in self.purge_protected:
            raise PermissionMissing("purge_user")
        self.recycle_bin.pop(object_id, None)

    @property
    def disabled(self) -> set[str]:
        """Who cannot sign in."""
        return {object_id for object_id, standing in self.standings.items() if not standing.enabled}

    def _set_enabled(self, object_id: str, *, enabled: bool) -> None:
        if object_id in self.users:
            now = self.standings.get(object_id, CONSUMER)
            self.standings[object_id] = replace(now, enabled=enabled)

    async def profile(self, object_id: str) -> JsonObject | None:
        self._called("profile", object_id)
        return self.profiles[object_id] if object_id in self.users else None

    async def records(self, object_id: str, source: Source) -> tuple[JsonObject, ...]:
        self._called(source.value, object_id)
        if source in self.not_offered:
            raise NotOffered(source.value, self.not_offered[source])
        return tuple(self.related.get((object_id, source), ()))

    async def photo(self, object_id: str) -> bytes | None:
        self._called("photo", object_id)
        return self.photos.get(object_id)

    async def sign_ins(self, object_id: str, until: str | None) -> AsyncGenerator[Sequence[JsonObject], None]:
        self._called("sign_ins", object_id)
        if self.without_sign_ins:
            raise NotOffered("sign_ins", "licence")
        mine = [event for about, event in self.signed_in if about == object_id]
        asked = [event for event in mine if until is None or str(event["createdDateTime"]) <= until]
        asked.sort(key=lambda event: str(event["createdDateTime"]), reverse=True)
        for start in range(0, len(asked), self.page_size):
            yield asked[start : start + self.page_size]

    async def audit_events(
        self, object_id: str, role: AuditRole, until: str | None
    ) -> AsyncGenerator[Sequence[JsonObject], None]:
        self._called("audit_events", object_id)
        mine = [event for about, in_role, event in self.events if (about, in_role) == (object_id, role)]
        asked = [event for event in mine if until is None or str(event["activityDateTime"]) <= until]
        asked.sort(key=lambda event: str(event["activityDateTime"]), reverse=True)
        for start in range(0, len(asked), self.page_size):
            self._called("audit_page", f"{role.value} {until} {start}")
            yield asked[start : start + self.page_size]

    def _called(self, name: str, argument: str) -> None:
        self.calls.append((name, argument))
        if self.faults:
            raise self.faults.pop(0)
