"""What an operator decides about one request: each is one call, so that none can be half done."""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID

import typer

from operate.answers import Json, View
from operate.commands.command import command
from operate.commands.parameters import Note, RequestId, Yes
from operate.exits import Exit
from operate.listing import REQUESTS
from operate.one_request import line_of
from operate.session import Session
from operate.words import ExtensionReason, PauseReason, RefusalReason

WITHOUT_REASON: Mapping[str, str] = {
    "approve": "Let a request that awaits approval go on.",
    "cancel": "End a request, as long as it can be taken back.",
    "retry": "Try a failed request again.",
    "close": "End a failed request, or leave what awaits approval as it is.",
    "resume": "Let the clock of a paused request go on.",
    "end-archive": "Let an archive expire at once: a link to it has leaked, say.",
    "notify": "Send a notice again that was given up.",
}
"""Acts that need no reason, and what each is."""


@command
def refuse(
    session: Session,
    request_id: RequestId,
    *,
    reason: Annotated[RefusalReason, typer.Option(help="What the person is told.")],
    note: Note = None,
    yes: Yes = False,
) -> Exit:
    """Refuse a request that awaits approval; the person is told why."""
    return _act(session, request_id, "refuse", _body(note, reason), asks=not yes)


@command
def extend(
    session: Session,
    request_id: RequestId,
    *,
    reason: Annotated[ExtensionReason, typer.Option(help="The reasons that the law knows.")],
    note: Note = None,
    yes: Yes = False,
) -> Exit:
    """Extend the term, once and in time."""
    return _act(session, request_id, "extend", _body(note, reason), asks=not yes)


@command
def pause(
    session: Session,
    request_id: RequestId,
    *,
    reason: Annotated[PauseReason, typer.Option(help="Why.")] = PauseReason.IDENTITY_IN_DOUBT,
    note: Note = None,
    yes: Yes = False,
) -> Exit:
    """Stop the clock while it is in doubt who asks."""
    return _act(session, request_id, "pause", _body(note, reason), asks=not yes)


def without_reason(act: str) -> Callable[..., None]:
    """The command of an act that needs no reason."""

    def decide(session: Session, request_id: RequestId, *, note: Note = None, yes: Yes = False) -> Exit:
        return _act(session, request_id, act, _body(note, None), asks=not yes)

    decide.__doc__ = WITHOUT_REASON[act]
    return command(decide)


def _body(note: str | None, reason: str | None) -> Json:
    given = {"note": note, "reason": reason}
    return {name: value for name, value in given.items() if value is not None}


def _act(session: Session, request_id: UUID, act: str, body: Json, *, asks: bool) -> Exit:
    path = f"{REQUESTS}/{request_id}"
    if asks:
        session.screen.tell(line_of(View.read(session.client.get(path))))
        if not session.screen.confirms(f"{act.capitalize()} this request?"):
            session.screen.tell("Nothing was done.")
            return Exit.DECLINED
    raw = session.client.post(f"{path}/{act}", body)
    session.screen.show(raw)
    session.screen.line(line_of(View.read(raw)))
    return Exit.DONE
