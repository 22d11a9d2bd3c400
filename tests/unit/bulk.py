"""Lists handed in, on fakes: announce, upload, run until nothing is due, look at what is left."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.adapters.batch_rows import batch_of, text_of
from shared.domain.bulk.batch import Batch, Handed, ListForm
from shared.domain.bulk.checking import Checking
from shared.domain.bulk.desk import BatchDesk
from shared.domain.bulk.following import Following
from shared.domain.bulk.names import list_name, result_name
from shared.domain.bulk.reading import Reading
from shared.domain.bulk.result import Results
from shared.domain.bulk.runner import BatchRunner
from shared.domain.bulk.shelf import Shelf
from shared.domain.bulk.upkeep import BatchUpkeep
from shared.domain.callers import Operator
from shared.domain.deadlines import Regulation
from shared.domain.keyed_hash import KeyedHash
from shared.domain.states import Kind
from shared.list_lines import ListLines
from tests.fakes import FakeLinks, MemoryBlobs, MemoryQueue, MemoryRegister
from tests.unit.world import World

MAKER, ANOTHER = (
    Operator(f"5f000000-0000-4000-8000-0000000000{number}", may_act=True) for number in (11, 12)
)
A_MINUTE = timedelta(minutes=1)
HASHING = KeyedHash(b"k" * 32)


def address(number: int) -> str:
    return f"p{number}@example.com"


def csv_of(lines: Sequence[str], header: str = "email") -> bytes:
    return "\n".join([header, *lines, ""]).encode()


def handed_of(content: bytes, **more: Any) -> Handed:  # as given
    usual = {"kind": Kind.DELETION, "regulation": Regulation.GDPR, "form": ListForm.CSV, "dry_run": False}
    measured = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return Handed(**{**usual, **measured, **more})


@dataclass
class Bulk:
    """What deals with lists in a world; the stores may be shared with another."""

    world: World = field(default_factory=World)
    register: MemoryRegister = field(default_factory=MemoryRegister)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    most_waiting: int = 10_000

    def __post_init__(self) -> None:
        self.nudges = MemoryQueue(self.world.clock)
        self.wire()

    def wire(self) -> None:
        """Put it together from what there is."""
        world, clock, log = self.world, self.world.clock, self.world.log
        self.shelf = Shelf(self.register, text_of, batch_of)
        reader, results = ListLines(world.topology), Results(self.blobs)
        self.runner = BatchRunner(
            shelf=self.shelf,
            checking=Checking(self.blobs, reader),
            reading=Reading(self.blobs, reader, world.acceptance, clock),
            following=Following(self.blobs, world.store, clock),
            results=results,
            requests=world.queue,
            nudges=self.nudges,
            clock=clock,
            log=log,
            timing=world.timing,
            most_waiting=self.most_waiting,
        )
        self.upkeep = BatchUpkeep(self.shelf, self.blobs, results, self.nudges, clock, log)
        self.desk = BatchDesk(
            shelf=self.shelf,
            blobs=self.blobs,
            uploads=FakeLinks(),
            results=FakeLinks(),
            nudges=self.nudges,
            keyed_hash=HASHING,
            clock=clock,
            log=log,
            four_eyes=world.four_eyes,
        )

    async def uploaded(self, content: bytes, key: str = "k", **more: Any) -> Batch:  # as given
        """A batch whose list is there."""
        batch = await self.desk.hand_in(MAKER, key, handed_of(content, **more))
        self.blobs.committed[list_name(batch.id)] = content
        return batch

    async def started(self, content: bytes, key: str = "k", **more: Any) -> Batch:  # as given
        batch = await self.uploaded(content, key, **more)
        return await self.desk.start(batch.id, MAKER)

    async def batch(self, batch_id: str) -> Batch:
        return (await self.shelf.get(batch_id)).batch

    async def run_what_is_due(self) -> None:
        for batch_id in self.nudges.due():
            await self.runner.run(batch_id)

    async def settle(self, batch_id: str) -> Batch:
        """Let time pass, with workers and the timer at work, until the batch has ended."""
        for _ in range(500):
            await self.run_what_is_due()
            await self.world.run_what_is_due()
            if (batch := await self.batch(batch_id)).has_ended:
                return batch
            await self.world.clock.sleep(A_MINUTE)
            await self.upkeep.sweep()
            await self.world.upkeep.sweep()
        raise TimeoutError

    async def ended(self, content: bytes, key: str = "k", **more: Any) -> Batch:  # as given
        return await self.settle((await self.started(content, key, **more)).id)

    def rows(self, batch: Batch) -> list[dict[str, str]]:
        """The result, a row for each line."""
        text = self.blobs.committed[result_name(batch.id)].decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))
