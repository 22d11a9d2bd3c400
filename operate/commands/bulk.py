"""`bulk`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from operate.answers import Batch, BlobLink, Json
from operate.bulk.blobs import Storage
from operate.bulk.checking import Found, checked
from operate.bulk.handing_in import Asked, announced, result_of, started
from operate.bulk.shown import faults, here_already, how_to_go_on, intent, progress_line
from operate.bulk.watching import bar, came_to, watched
from operate.commands.command import command
from operate.commands.parameters import Yes
from operate.exits import Exit, Failed
from operate.files import write_parts
from operate.retrying import Retrying
from operate.session import Session
from operate.words import BatchStatus, Kind, Regulation

A_DAY = 86_400
CUT_SHORT = "Interrupted while the list was handed in; run the same command again to go on."
NO_RESULT = "There is no result before every line was read; run the same command again for it."
HAVE_RESULTS: Mapping[str, str] = {
    BatchStatus.FOLLOWING: "; how the requests end is not in it, run the same command again for that",
    BatchStatus.COMPLETED: "",
    BatchStatus.FAILED: "",
}
"""What is said of the result, by where the list stands."""
List = Annotated[
    Path, typer.Argument(metavar="FILE", help="The list: .csv with a header, or .ndjson; one person a line.")
]
OfKind = Annotated[Kind, typer.Option(help="What becomes of everybody in the list.")]
Under = Annotated[Regulation, typer.Option(help="The law under which they ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every line, and do nothing.")]
Run = Annotated[
    str,
    typer.Option(metavar="NAME", help="Ask anew about a list that was handed in before, once for each name."),
]
Into = Annotated[
    Path | None, typer.Option("--result", metavar="FILE", help="Write what became of each line, as CSV.")
]
Patience = Annotated[
    float, typer.Option("--for", min=1, metavar="SECONDS", help="How long to wait for its end.")
]


@command
def bulk(
    session: Session,
    file: List,
    *,
    kind: OfKind,
    regulation: Under,
    dry_run: DryRun = False,
    run: Run = "",
    result: Into = None,
    patience: Patience = A_DAY,
    yes: Yes = False,
) -> Exit:
    """One request for each person in a list; to run it again is to go on."""
    asked, found = Asked(kind, regulation, dry_run, run), checked(file)
    for line in faults(found):
        session.screen.tell(line)
    session.screen.tell(intent(found, asked, session.client.address()))
    if not (yes or dry_run or _confirms(session, found, asked)):
        session.screen.tell("Nothing was done.")
        return Exit.DECLINED
    try:
        batch = _begun(session, file, found, asked)
    except KeyboardInterrupt:
        raise Failed(Exit.INTERRUPTED, CUT_SHORT) from None
    try:
        seen = watched(session, batch.id, patience)
    except KeyboardInterrupt:
        raise Failed(Exit.INTERRUPTED, how_to_go_on(batch.id)) from None
    return _told(session, seen, result)


def _confirms(session: Session, found: Found, asked: Asked) -> bool:
    """What cannot be taken back takes more than a y."""
    if asked.kind is Kind.EXPORT:
        return session.screen.confirms("Go on?")
    typed = session.screen.asked(f"Type the number of people, {found.people}, to delete them: ")
    return typed.replace(",", "") == str(found.people)


def _begun(session: Session, file: Path, found: Found, asked: Asked) -> Batch:
    batch = announced(session.client, found, asked)
    if batch.upload is not None:
        _upload(session, batch.upload, file, found)
    if batch.status in {BatchStatus.AWAITING_LIST, BatchStatus.STOPPED}:
        return started(session.client, batch.id)
    session.screen.tell(here_already(batch))
    return batch


def _upload(session: Session, link: BlobLink, file: Path, found: Found) -> None:
    storage, measured = _storage(session), found.measured
    if not session.screen.is_live:
        return storage.write(link, file, measured.sha256, lambda _sent: None)
    with bar(session.screen) as progress:
        task = progress.add_task("sent", total=measured.size)
        storage.write(link, file, measured.sha256, lambda sent: progress.update(task, completed=sent))
    return None


def _told(session: Session, seen: Json, result: Path | None) -> Exit:
    batch = Batch.read(seen)
    session.screen.show(seen)
    if session.screen.is_live:
        session.screen.line(progress_line(batch))
    if result is not None:
        session.screen.tell(_written(session, batch, result))
    return came_to(batch)


def _written(session: Session, batch: Batch, result: Path) -> str:
    if batch.status not in HAVE_RESULTS:
        return NO_RESULT
    write_parts(result, _storage(session).read(result_of(session.client, batch.id)))
    return f"Written: {result}{HAVE_RESULTS[batch.status]}"


def _storage(session: Session) -> Storage:
    return Storage(session.client.http, Retrying(session.around.sleep))
