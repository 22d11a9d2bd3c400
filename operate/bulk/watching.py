"""Watch a list until nothing more comes by itself: a bar on a terminal, else a line for each change."""

from collections.abc import Callable, Iterable

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from operate.answers import Batch, Json
from operate.bulk.handing_in import looked
from operate.bulk.shown import at_rest, progress_line
from operate.exits import Exit
from operate.following import Following
from operate.screen import Screen
from operate.session import Session
from operate.words import BatchStatus


def watched(session: Session, batch_id: str, patience: float) -> Json:
    """The batch as it was seen last. Raises `Failed`."""

    def resting(seen: Json) -> bool:
        return at_rest(Batch.read(seen))

    seen = Following(lambda: looked(session.client, batch_id), session.around.sleep, patience, resting)()
    return _live(session.screen, seen) if session.screen.is_live else _line_by_line(session.screen, seen)


def bar(screen: Screen) -> Progress:
    """A bar on standard output, with how much of how much."""
    columns = (TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=screen.out)


def came_to(batch: Batch) -> Exit:
    """The exit code for where it stands."""
    if batch.status not in {BatchStatus.COMPLETED, BatchStatus.FAILED}:
        return Exit.NEEDS_OPERATOR if at_rest(batch) else Exit.NOT_ENDED
    left_out = batch.lines.bad + batch.lines.known + batch.requests.failed
    whole = batch.status == BatchStatus.COMPLETED and not left_out
    return Exit.DONE if whole else Exit.IN_PART


def _live(screen: Screen, seen: Iterable[Json]) -> Json:
    last: Json = {}
    with bar(screen) as progress:
        show = _bars(progress)
        for last in seen:
            show(Batch.read(last))
    return last


def _bars(progress: Progress) -> Callable[[Batch], None]:
    read, ended = progress.add_task("read", total=None), progress.add_task("ended", total=None)

    def show(batch: Batch) -> None:
        requests = batch.requests
        progress.update(read, total=batch.lines.total, completed=batch.lines.done)
        gone = requests.ended + requests.failed
        total = batch.lines.asked or None
        words = f"ended, {requests.failed} failed" if requests.failed else "ended"
        progress.update(ended, total=total, completed=gone, description=words, visible=not batch.dry_run)

    return show


def _line_by_line(screen: Screen, seen: Iterable[Json]) -> Json:
    last: Json = {}
    for last in seen:
        screen.line(progress_line(Batch.read(last)))
    return last
