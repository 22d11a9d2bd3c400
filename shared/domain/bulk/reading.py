"""Take the next records of a list: each becomes a request, or in a dry run is checked.

The key of a line's request is made of the batch and of whom the line is about, so a slice that is done twice,
or a person who stands in the list twice, comes to the same request. The request remembers the line that was
first.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from shared.domain.accept import Acceptance, Submission
from shared.domain.bulk.answers import Answer, Row, encoded
from shared.domain.bulk.batch import Batch, Checked
from shared.domain.bulk.bounds import AT_ONCE
from shared.domain.bulk.names import list_name, piece_name
from shared.domain.bulk.ports import BadLine, Line, LineReader, ListBlobs
from shared.domain.bulk.together import together
from shared.domain.bulk.windows import Windows
from shared.domain.errors import KeyReused, NoEraser
from shared.domain.ports import Clock
from shared.domain.request import Origin, PrivacyRequest
from shared.domain.states import Proof

TOO_LONG = "the line is too long"
NO_ERASER = "nothing may be deleted in a tenant in which this person would be looked for"
LONG_BEFORE = timedelta(days=1)
"""Far more than clocks differ, and far less than a batch is kept that has to be forgotten first."""
Numbered = tuple[int, bytes | None]


@dataclass(frozen=True)
class Reading:
    """Takes records; what became of them is written before the batch says that they were read."""

    blobs: ListBlobs
    reader: LineReader
    acceptance: Acceptance
    clock: Clock

    async def __call__(self, batch: Batch, checked: Checked) -> Batch:
        """The batch one slice further, or with all read.

        Raises `BadList` where the list is another, `Overtaken` where it took too long, `StorageUnavailable`.
        """
        name, size = list_name(batch.id), batch.handed.size
        records = await Windows(self.blobs, name, checked.version, size).records(batch.offset)
        if not records.lines:
            return batch.all_read(self.clock.now())
        numbered = list(enumerate(records.lines, batch.line))

        async def taken(one: Numbered) -> Row:
            return await self._row(batch, checked, *one)

        rows = await together(taken, numbered, AT_ONCE)
        batch.check_turn(self.clock.now())
        await self.blobs.put(piece_name(batch.id, batch.pieces), encoded(rows))
        after = batch.line + len(rows)
        return batch.with_slice(self.clock.now(), records.offset, after, batch.tally.plus(rows))

    async def _row(self, batch: Batch, checked: Checked, number: int, text: bytes | None) -> Row:
        if text is None:
            return Row(number, Answer.BAD, TOO_LONG)
        try:
            line = self.reader.line(batch.handed.form, checked.columns, text, batch.made_at)
            return await self._taken(batch, number, line)
        except BadLine as bad:
            return Row(number, Answer.BAD, str(bad))
        except NoEraser:
            return Row(number, Answer.BAD, NO_ERASER)

    async def _taken(self, batch: Batch, number: int, line: Line) -> Row:
        """Raises `NoEraser`, unless the line became a request while there was one."""
        if not batch.handed.dry_run:
            return await self._accepted(batch, number, line)
        self.acceptance.check_eraser(batch.handed.kind, line.subject)
        return Row(number, Answer.FITS)

    async def _accepted(self, batch: Batch, number: int, line: Line) -> Row:
        origin, key = Origin(batch.id, number), key_of(batch, line)
        submission = Submission(
            kind=batch.handed.kind,
            regulation=batch.handed.regulation,
            subject=line.subject,
            submitter=batch.by,
            proof=Proof.OPERATOR,
            received_at=line.received_at or batch.made_at,
            idempotency_key=key,
            origin=origin,
        )
        try:
            request = (await self.acceptance(submission)).request
        except KeyReused:  # the same person, said to have asked at another time
            request_id = self.acceptance.keyed_hash.request_id(batch.by, key)
            request = (await self.acceptance.store.get(request_id)).request
        return Row(number, _answer(batch, origin, request), request_id=request.id)


def _answer(batch: Batch, origin: Origin, request: PrivacyRequest) -> Answer:
    """What a line came to that has led to this request."""
    if request.origin != origin:
        return Answer.DUPLICATE
    return Answer.KNOWN if batch.made_at - request.accepted_at > LONG_BEFORE else Answer.ACCEPTED


def key_of(batch: Batch, line: Line) -> str:
    """Never stored: ids are derived from it by a keyed hash."""
    subject = json.dumps(asdict(line.subject), sort_keys=True)
    return f"batch {batch.id} {type(line.subject).__name__} {subject}"
