"""A list for people: what was found in it, how far it is, what it came to."""

from collections.abc import Iterator

from operate.answers import Batch
from operate.bulk.checking import MOST_TOLD, Found
from operate.bulk.handing_in import Asked
from operate.cells import when
from operate.words import BatchStatus

NOUNS = {"export": "Export of data of", "deletion": "Deletion of"}


def faults(found: Found) -> Iterator[str]:
    """Line by line what cannot be taken, the first of each kind."""
    yield from (f"Line {line} {why}." for line, why in found.bad)
    if found.bad_lines > MOST_TOLD:
        yield f"{found.bad_lines - MOST_TOLD:,} more lines cannot be taken; the result names them all."
    yield from (f"Line {line} is about the same person as line {first}." for line, first in found.twice)
    if found.twice_lines > MOST_TOLD:
        yield f"{found.twice_lines - MOST_TOLD:,} more lines are about somebody who stood there before."


def intent(found: Found, asked: Asked, address: str) -> str:
    """What will happen, on one line."""
    left_out = f"; {found.bad_lines:,} lines are left out" if found.bad_lines else ""
    what = f"{NOUNS[asked.kind]} {found.people:,} people under {asked.regulation}"
    how = "Checked alone, nothing is done: " if asked.dry_run else ""
    return f"{how}{what}, by {address}{left_out}."


def progress_line(batch: Batch) -> str:
    """Which it is, and how far, on one line."""
    return f"batch {batch.id}: {standing(batch)}; {progress(batch)}"


def standing(batch: Batch) -> str:
    """Its status, with the reason for it where there is one."""
    return f"{batch.status} ({batch.reason})" if batch.reason else batch.status


def progress(batch: Batch) -> str:
    """How many lines were read, and what their requests came to."""
    lines, requests = batch.lines, batch.requests
    read = f"{lines.done:,} of {lines.total:,} lines read" if lines.total is not None else "list not read yet"
    taken = f"{lines.fits:,} fit" if batch.dry_run else f"{lines.accepted:,} accepted"
    known = f", {lines.known:,} known from long before" if lines.known else ""
    stand = (
        f"{requests.ended:,} ended, {requests.failed:,} failed, {requests.awaiting_approval:,} await approval"
    )
    counted = taken if batch.dry_run else f"{taken}{known}, {stand}"
    return f"{read}, {counted}, {lines.bad:,} bad"


def here_already(batch: Batch) -> str:
    """For who hands a list in that the app has."""
    since = f"The app has had this list since {when(batch.made_at)}"
    if batch.status != BatchStatus.COMPLETED:
        return f"{since}; it goes on."
    return f"{since}, and it has ended: nobody is asked about anew. `--run NAME` asks anew."


def how_to_go_on(batch_id: str) -> str:
    """For who has stopped watching."""
    return (
        f"Interrupted; the app goes on with batch {batch_id}. The same command watches it again, "
        f"`operate batch stop {batch_id}` stops it."
    )


def at_rest(batch: Batch) -> bool:
    """Whether nothing more comes by itself."""
    ended = batch.status in {BatchStatus.COMPLETED, BatchStatus.FAILED, BatchStatus.STOPPED}
    requests = batch.requests
    asked = batch.status == BatchStatus.FOLLOWING and requests.awaiting_approval > 0
    return ended or (asked and requests.under_way == 0)
