"""`show` and `follow`."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.live import Live

from operate.answers import Json, View
from operate.commands.command import command
from operate.commands.parameters import RequestId
from operate.exits import Exit
from operate.following import Following, came_to, is_at_rest
from operate.listing import REQUESTS
from operate.one_request import followed, line_of, view_parts
from operate.session import Session

Patience = Annotated[
    float, typer.Option("--for", min=1, metavar="SECONDS", help="How long to wait for its end.")
]


@command
def show(session: Session, request_id: RequestId) -> Exit:
    """One request with its tenants, journal and notices."""
    raw = session.client.get(f"{REQUESTS}/{request_id}")
    session.screen.show(raw, view_parts(View.read(raw), session.around.now()))
    return Exit.DONE


@command
def follow(session: Session, request_id: RequestId, *, patience: Patience = 3600) -> Exit:
    """Watch a request until it has ended, or goes no further without an operator."""
    path = f"{REQUESTS}/{request_id}"
    seen = Following(lambda: session.client.get(path), session.around.sleep, patience, is_at_rest)()
    last = _live(session, seen) if session.screen.is_live else _line_by_line(session, seen)
    session.screen.show(last)
    return came_to(View.read(last))


def _live(session: Session, seen: Iterable[Json]) -> Json:
    """One picture that changes."""
    last: Json = {}
    with Live(console=session.screen.out, auto_refresh=False) as live:
        for last in seen:
            live.update(followed(View.read(last), session.around.now()), refresh=True)
    return last


def _line_by_line(session: Session, seen: Iterable[Json]) -> Json:
    """What has changed, for files and other programs."""
    last: Json = {}
    for last in seen:
        session.screen.line(line_of(View.read(last)))
    return last
