"""`list`."""

from typing import Annotated

import typer

from operate.answers import Summary
from operate.commands.command import command
from operate.exits import Exit
from operate.listing import EVERY_STATUS, every_request
from operate.moments import moment
from operate.session import Session
from operate.tables import requests_table
from operate.words import Kind, Status

Statuses = Annotated[
    list[Status] | None, typer.Option("--status", help="Once or more; every open request without it.")
]
Every = Annotated[bool, typer.Option("--every", help="Whatever the status.")]
OfKind = Annotated[Kind | None, typer.Option(help="Exports or deletions alone.")]
DueBefore = Annotated[
    str | None, typer.Option(metavar="TIME", help="Due earlier: 2026-12-01, or a time with offset.")
]


@command
def list_requests(
    session: Session,
    *,
    status: Statuses = None,
    every: Every = False,
    kind: OfKind = None,
    due_before: DueBefore = None,
) -> Exit:
    """Requests by status, kind and due date: the most urgent first."""
    wanted = {
        "status": EVERY_STATUS if every else ",".join(status or ()),
        "kind": kind or "",
        "dueBefore": moment(due_before) if due_before else "",
    }
    raw = every_request(session.client, {name: value for name, value in wanted.items() if value})
    pairs = sorted(((Summary.read(one), one) for one in raw), key=lambda pair: (pair[0].due_at, pair[0].id))
    table = requests_table([request for request, _ in pairs], session.around.now())
    session.screen.show([one for _, one in pairs], table)
    session.screen.tell(f"{len(pairs)} {'request' if len(pairs) == 1 else 'requests'}.")
    return Exit.DONE
