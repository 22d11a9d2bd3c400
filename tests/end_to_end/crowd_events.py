"""Audit events of a crowd: of everybody about everybody, with what Graph may say or leave out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.end_to_end.dealing import Account, Dealer, Human, Json, next_number


def events_of(deal: Dealer, tenant: str, humans: Sequence[Human]) -> list[Json]:
    """Of everybody about everybody who is in the tenant, some at the very same time."""
    there = [human for human in humans if any(one.tenant == tenant for one in human.accounts)]
    return [
        _event(
            tenant,
            deal.dice.sample(there, deal.dice.randint(0, min(2, len(there)))),
            deal.dice.choice((None, *there)),
            _plot(deal),
        )
        for _ in range(deal.dice.choice((0, 12, 25, 90)))
    ]


@dataclass(frozen=True)
class Plot:
    """What is said of an event beside who did it to whom; `nobody` stands where an app acted."""

    minutes: int
    text: str
    extra: Json
    without: Sequence[str]
    nobody: Json | None
    app_first: bool
    abroad: bool


NOBODY: Sequence[Json | None] = (
    None,
    {},
    {"id": None, "displayName": None},
    {"id": "", "userPrincipalName": ""},
)
"""What Graph may write for the user where an app acted."""


def _plot(deal: Dealer) -> Plot:
    dice = deal.dice
    return Plot(
        dice.choice((5, 6, 7, 60, 600, 6000, dice.randint(2, 9000))),
        deal.text(),
        deal.extra(),
        deal.some(("result", "resultReason", "category", "additionalDetails", "correlationId")),
        dice.choice(NOBODY),
        app_first=dice.random() < 0.3,
        abroad=dice.random() < 0.3,
    )


def _event(tenant: str, targets: Sequence[Human], actor: Human | None, plot: Plot) -> Json:
    when = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=plot.minutes)
    aimed = [_target(_in(human, tenant), human, plot) for human in targets]
    acting = _user(_account_of(actor, tenant, abroad=plot.abroad), actor, plot) if actor else plot.nobody
    event: Json = {
        **plot.extra,
        "id": f"Directory_{next_number()}",
        "category": "UserManagement",
        "correlationId": str(UUID(int=next_number())),
        "result": "success",
        "resultReason": _repeated(targets, actor, tenant),
        "activityDisplayName": plot.text,
        "activityDateTime": f"{when:%Y-%m-%dT%H:%M:%S}.1234567Z",
        "initiatedBy": {"user": acting, "app": None if actor else {"appId": "shop", "displayName": "Shop"}},
        "targetResources": [_granted(targets, tenant), *aimed] if plot.app_first else aimed,
        "additionalDetails": _details(targets, actor, plot),
    }
    return {name: value for name, value in event.items() if name not in plot.without}


def _in(human: Human, tenant: str) -> Account:
    return next(one for one in human.accounts if one.tenant == tenant)


def _account_of(human: Human, tenant: str, *, abroad: bool) -> Account:
    """The account that acts: one of another tenant, where there is one and it is asked for."""
    elsewhere = [one for one in human.accounts if one.tenant != tenant]
    return elsewhere[0] if abroad and elsewhere else _in(human, tenant)


def _user(account: Account, human: Human, plot: Plot) -> Json:
    return {
        "@odata.type": "#microsoft.graph.auditUserIdentity",
        "id": account.object_id,
        "displayName": human.shown_as,
        "userPrincipalName": account.name,
        "ipAddress": human.ip,
        "userType": "Member",
        "homeTenantId": None,
        "mail": f"{plot.text}{human.tag}",
    }


def _target(account: Account, human: Human, plot: Plot) -> Json:
    changed = {"displayName": "City", "oldValue": None, "newValue": json.dumps([f"{plot.text}{human.tag}"])}
    return {
        "id": account.object_id,
        "displayName": human.shown_as,
        "type": "User",
        "userPrincipalName": account.name if plot.abroad else None,
        "groupType": None,
        "telephone": f"+49 {human.tag}",
        "modifiedProperties": [changed],
    }


def _granted(targets: Sequence[Human], tenant: str) -> Json:
    """As Graph tells that somebody was given a role in an application: among the application's changes."""
    ids = [
        {"displayName": "User.ObjectID", "oldValue": None, "newValue": f'"{_in(one, tenant).object_id}"'}
        for one in targets
    ]
    return {"id": "shop", "displayName": "Shop", "type": "ServicePrincipal", "modifiedProperties": ids}


def _repeated(targets: Sequence[Human], actor: Human | None, tenant: str) -> str:
    names = [_in(one, tenant).object_id for one in targets]
    return f"{', '.join(names)} from {actor.ip if actor else 'nowhere'}"


def _details(targets: Sequence[Human], actor: Human | None, plot: Plot) -> list[Json]:
    """The client is that of whoever acted, or of the one whom an app served."""
    served = actor or (targets[0] if len(targets) == 1 else None)
    client = f"{plot.text}{served.tag}" if served else "a machine"
    address = served.ip if served else "::1"
    said = {"User-Agent": client, "ClientIpAddress": address, "PolicyId": plot.text}
    return [{"key": key, "value": value} for key, value in said.items()]
