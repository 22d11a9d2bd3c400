"""Who can sign in: the people of a customer tenant and the staff of the company's own."""

import calendar
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from local.graph.directory import Json, Tenant


@dataclass(frozen=True)
class Account:
    """What tokens say of somebody; `not_before` is when their sessions were last revoked."""

    object_id: str
    name: str
    user_name: str
    emails: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    enabled: bool = True
    not_before: int = 0

    def admits(self, signed_in_at: int) -> bool:
        """Whether a sign-in of then still counts."""
        return self.enabled and signed_in_at > self.not_before


class Directory(Protocol):
    """Accounts under the names of a tenant."""

    @property
    def name(self) -> str:
        """What tests call it."""

    @property
    def tenant_id(self) -> str:
        """Its GUID."""

    @property
    def domain(self) -> str:
        """Its default domain."""

    def by_user_name(self, typed: str) -> Account | None:
        """Who signs in with that name; nobody who is in the recycle bin."""

    def by_id(self, object_id: str) -> Account | None:
        """Who has that object id; nobody who is in the recycle bin."""


@dataclass(frozen=True)
class Customers:
    """The people of a tenant that Graph serves, as of now: replication lag is Graph's alone."""

    tenant: Tenant

    @property
    def name(self) -> str:
        """The tenant's."""
        return self.tenant.name

    @property
    def tenant_id(self) -> str:
        """The tenant's."""
        return self.tenant.tenant_id

    @property
    def domain(self) -> str:
        """The tenant's."""
        return self.tenant.domain

    def by_user_name(self, typed: str) -> Account | None:
        """By a local identity or the user principal name, in any letter case."""
        wanted = typed.strip().lower()
        users = self.tenant.held.users.values()
        found = (user for user in users if wanted in map(str.lower, _sign_in_names(user)))
        return next(map(_account, found), None)

    def by_id(self, object_id: str) -> Account | None:
        """By object id."""
        user = self.tenant.held.users.get(object_id)
        return _account(user) if user else None


@dataclass(frozen=True)
class Staff:
    """The company's own people."""

    tenant_id: str
    domain: str
    people: tuple[Account, ...]
    name: str = "workforce"

    def by_user_name(self, typed: str) -> Account | None:
        """By user name, in any letter case."""
        wanted = typed.strip().lower()
        return next((one for one in self.people if one.user_name == wanted), None)

    def by_id(self, object_id: str) -> Account | None:
        """By object id."""
        return next((one for one in self.people if one.object_id == object_id), None)


def _account(user: Json) -> Account:
    others = user.get("otherMails")
    emails = [*_local(user, "emailAddress"), *(others if isinstance(others, list) else ())]
    return Account(
        object_id=str(user["id"]),
        name=str(user.get("displayName") or "unknown"),
        user_name=next(_sign_in_names(user)),
        emails=tuple(dict.fromkeys(map(str, emails))),
        enabled=user.get("accountEnabled") is not False,
        not_before=_moment(user.get("signInSessionsValidFromDateTime")),
    )


def _sign_in_names(user: Json) -> Iterator[str]:
    yield from _local(user, "emailAddress")
    yield from _local(user, "userName")
    yield str(user["userPrincipalName"])


def _local(user: Json, kind: str) -> Iterator[str]:
    """The names that local identities of a kind sign in with: emailAddress, emailAddress1 and so on."""
    identities = user.get("identities")
    for identity in identities if isinstance(identities, list) else ():
        if str(identity["signInType"]).startswith(kind):
            yield str(identity["issuerAssignedId"])


def _moment(text: object) -> int:
    return calendar.timegm(time.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ")) if text else 0
