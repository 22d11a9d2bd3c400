"""`batch list`, `batch show`, `batch start` and `batch stop`."""

from typing import Annotated
from uuid import UUID

import typer

from operate.answers import Batch, Batches
from operate.bulk.handing_in import BATCHES, looked
from operate.bulk.shown import progress, progress_line, standing
from operate.cells import cell, table, when
from operate.commands.command import command
from operate.commands.parameters import Yes
from operate.exits import Exit
from operate.session import Session

BatchId = Annotated[UUID, typer.Argument(metavar="ID", help="The batch's id.")]


@command
def list_batches(session: Session) -> Exit:
    """Lists that were handed in, the newest first."""
    raw = session.client.get(BATCHES)
    batches = Batches.read(raw).batches
    rows = [
        (cell(one.id), cell(one.kind), when(one.made_at), cell(standing(one)), cell(progress(one)))
        for one in batches
    ]
    session.screen.show(raw, table(("id", "kind", "made", "status", "progress"), rows))
    return Exit.DONE


@command
def show_batch(session: Session, batch_id: BatchId) -> Exit:
    """How far a list is."""
    raw = looked(session.client, str(batch_id))
    session.screen.show(raw)
    session.screen.line(progress_line(Batch.read(raw)))
    return Exit.DONE


@command
def start_batch(session: Session, batch_id: BatchId, *, yes: Yes = False) -> Exit:
    """Begin with a list that another operator has handed in, or go on with one that was stopped."""
    return _act(session, batch_id, "start", asks=not yes)


@command
def stop_batch(session: Session, batch_id: BatchId, *, yes: Yes = False) -> Exit:
    """Read no further line of a list; requests that were accepted go on."""
    return _act(session, batch_id, "stop", asks=not yes)


def _act(session: Session, batch_id: UUID, act: str, *, asks: bool) -> Exit:
    if asks:
        session.screen.tell(progress_line(Batch.read(looked(session.client, str(batch_id)))))
        if not session.screen.confirms(f"{act.capitalize()} this batch?"):
            session.screen.tell("Nothing was done.")
            return Exit.DECLINED
    raw = session.client.post(f"{BATCHES}/{batch_id}/{act}", {})
    session.screen.show(raw)
    session.screen.line(progress_line(Batch.read(raw)))
    return Exit.DONE
