"""People to export and people around them, with whatever a directory may hold on them."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from tests.end_to_end.crowd_events import events_of
from tests.end_to_end.dealing import Account, Dealer, Human, Json, next_number
from tests.end_to_end.user_properties import (
    LEFT_OUT,
    LIST_PROPERTIES,
    OBJECTS,
    SECRET,
    TEXT_PROPERTIES,
    TIMES,
)

TENANTS = ("contoso", "fabrikam", "litware")
TIMES_WRITTEN = ("2024-02-29T23:59:59Z", "0001-01-01T00:00:00Z", "2026-99-99T99:99:99Z", "soon")


@dataclass(frozen=True)
class Crowd:
    """`humans` but the last are exported; `events` by tenant, `off` are the optional sections not wanted."""

    humans: tuple[Human, ...]
    events: Mapping[str, Sequence[Json]]
    premium: bool
    off: frozenset[str]
    forbidden: frozenset[str]


def crowd_of(deal: Dealer) -> Crowd:
    """One person with everything, perhaps others with something, and one who is never exported."""
    full = _human(deal, TENANTS, full=True)
    others = [
        _human(deal, deal.dice.sample(TENANTS, deal.dice.randint(1, 3)), full=False)
        for _ in range(deal.dice.randint(0, 2))
    ]
    humans = (full, *others, _shadow(deal, full))
    return Crowd(
        humans,
        {tenant: events_of(deal, tenant, humans) for tenant in TENANTS},
        premium=deal.dice.random() < 0.7,
        off=frozenset(deal.some(("extensions", "photo", "riskyUser", "signIns"))),
        forbidden=frozenset(deal.some(("IdentityRiskEvent.Read.All",))),
    )


def _human(deal: Dealer, tenants: Sequence[str], *, full: bool) -> Human:
    tag = f"qz{next_number()}z"
    shown_as = deal.dice.choice(("Ada Lovelace", f"Zoë {tag}", f"<b>{tag}"))
    bare = Human(tag, shown_as, (), deal.dice.choice(("address", "object id", "user name")))
    return replace(bare, accounts=tuple(_account(deal, bare, tenant, full=full) for tenant in tenants))


def _shadow(deal: Dealer, of: Human) -> Human:
    """Somebody who shares what can be shared: name, groups, even the other's address to be written to."""
    human = _human(deal, TENANTS, full=False)
    shared = {"displayName": of.shown_as, "mail": of.address, "otherMails": [of.address]}
    return replace(human, accounts=tuple(replace(one, body={**one.body, **shared}) for one in human.accounts))


def _account(deal: Dealer, human: Human, tenant: str, *, full: bool) -> Account:
    object_id = str(UUID(int=next_number() << 96 | next_number(), version=4))
    name = f"{deal.dice.choice(('', 'ünï', 'o.x-'))}{human.tag}@{tenant}.onmicrosoft.com"
    body: Json = {
        "id": object_id,
        "userPrincipalName": name,
        "displayName": human.shown_as,
        "accountEnabled": deal.dice.random() < 0.5,
        "identities": _identities(deal, human, tenant),
        **_properties(deal, human.tag, full=full),
        **dict.fromkeys(LEFT_OUT, f"{SECRET}{human.tag}"),
        "related": _related(deal, human.tag, object_id, full=full),
    }
    return Account(tenant, object_id, name, body)


def _identities(deal: Dealer, human: Human, tenant: str) -> list[Json]:
    issuer = f"{tenant}.onmicrosoft.com"
    kind = deal.dice.choice(("emailAddress", "emailAddress1", "emailAddress7"))
    address = deal.dice.choice((human.address, human.address.upper()))
    social = (("federated", "google.com", f"10{human.tag}"), ("federated", "x.example", None))
    listed = [(kind, issuer, address), ("userName", issuer, f"u_{human.tag}")]
    names = ("signInType", "issuer", "issuerAssignedId")
    further = social if deal.dice.random() < 0.5 else ()
    return [dict(zip(names, one, strict=True)) for one in (*listed, *further)]


def _properties(deal: Dealer, tag: str, *, full: bool) -> Json:
    def chosen(names: Sequence[str]) -> Sequence[str]:
        return names if full else deal.some(names)

    def text() -> str | None:
        return f"{deal.text()}{tag}" if full or deal.dice.random() < 0.8 else None

    return {
        **{name: text() for name in chosen(TEXT_PROPERTIES)},
        **{name: deal.texts_of(tag) for name in chosen(LIST_PROPERTIES)},
        **{name: deal.dice.choice(TIMES_WRITTEN) for name in chosen(TIMES)},
        **{name: {**deal.extra(), "of": text()} for name in chosen(OBJECTS)},
    }


RELATED_LISTS = (
    *("memberOf", "appRoleAssignments", "oauth2PermissionGrants", "ownedObjects", "ownedDevices"),
    *("registeredDevices", "extensions", "authentication/methods", "riskyUser", "riskDetections", "signIns"),
)


LONG_LISTS = (1, 2, 99, 130)
"""How many groups somebody may be in: a page of a list has 100."""


def _related(deal: Dealer, tag: str, object_id: str, *, full: bool) -> Json:
    held: dict[str, list[Json]] = {
        name: [_record(deal, tag, object_id, number) for number in range(deal.dice.randint(int(full), 2))]
        for name in RELATED_LISTS
    }
    held["riskyUser"] = held["riskyUser"][:1]
    held["memberOf"] = [
        {"@odata.type": "#microsoft.graph.group", "id": "everybody", "displayName": "Everybody"},
        *(_record(deal, tag, object_id, number) for number in range(deal.dice.choice(LONG_LISTS))),
    ]
    photo = b"\xff\xd8" + deal.text().encode(errors="replace") + tag.encode()
    held["photo"] = [{"content": base64.b64encode(photo).decode()}] if full or deal.some(("photo",)) else []
    return {**held}


def _record(deal: Dealer, tag: str, object_id: str, number: int) -> Json:
    """Of whatever kind: the names of all kinds are in each."""
    return {
        **deal.extra(),
        "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
        "id": f"{number}{tag}",
        "userId": object_id,
        "principalId": object_id,
        "displayName": f"{deal.text()}{tag}",
        "password": f"word{tag}",
        "secretKey": f"key{tag}",
        "createdDateTime": f"2026-11-{10 + number % 9:02}T00:00:00.0000000Z",
    }
