"""What is done about the lists that operators hand in."""

from dataclasses import dataclass

from composition.base import Base
from composition.front import Doors
from composition.parts import Parts
from operations_function.batches import BatchesDesk
from shared.adapters.batch_rows import batch_of, text_of
from shared.adapters.download_links import RESULTS, UPLOADS
from shared.adapters.export_blobs import LISTS, BlobContainer
from shared.adapters.table_register import BATCHES, TableRegister
from shared.adapters.work_queue import BATCH_QUEUE, StorageQueue
from shared.domain.accept import Acceptance
from shared.domain.bulk.checking import Checking
from shared.domain.bulk.desk import BatchDesk
from shared.domain.bulk.following import Following
from shared.domain.bulk.reading import Reading
from shared.domain.bulk.result import Results
from shared.domain.bulk.runner import BatchRunner
from shared.domain.bulk.shelf import Shelf
from shared.domain.bulk.upkeep import BatchUpkeep
from shared.list_lines import ListLines


@dataclass(frozen=True)
class Lists:
    """Where lists are kept, with what becomes of them, and the messages that take them further."""

    shelf: Shelf
    blobs: BlobContainer
    nudges: StorageQueue


def lists_of(parts: Parts) -> Lists:
    """Opens no connection."""
    homes = parts.kept.homes
    return Lists(
        shelf=Shelf(TableRegister(homes.tables, BATCHES), text_of, batch_of),
        blobs=BlobContainer(homes.archives, LISTS),
        nudges=StorageQueue(homes.queues, BATCH_QUEUE),
    )


def batches_desk_of(parts: Parts, doors: Doors, lists: Lists) -> BatchesDesk:
    """What the functions for lists do."""
    base = parts.base
    archives, signed_by = parts.kept.homes.archives, parts.kept.signed_by
    desk = BatchDesk(
        shelf=lists.shelf,
        blobs=lists.blobs,
        uploads=signed_by(archives, base.clock, purpose=UPLOADS),
        results=signed_by(archives, base.clock, parts.settings.link_ip_range, RESULTS),
        nudges=lists.nudges,
        keyed_hash=base.keyed_hash,
        clock=base.clock,
        log=base.log,
        four_eyes=parts.four_eyes,
    )
    return BatchesDesk(doors.gate, desk, doors.allowances.callers)


def batch_runner_of(parts: Parts, acceptance: Acceptance, lists: Lists) -> BatchRunner:
    """What takes a list further."""
    base, kept, reader = parts.base, parts.kept, ListLines(parts.base.topology)
    return BatchRunner(
        shelf=lists.shelf,
        checking=Checking(lists.blobs, reader),
        reading=Reading(lists.blobs, reader, acceptance, base.clock),
        following=Following(lists.blobs, kept.store, base.clock),
        results=Results(lists.blobs),
        requests=kept.queue,
        nudges=lists.nudges,
        clock=base.clock,
        log=base.log,
        timing=base.timing,
    )


def batch_upkeep_of(base: Base, lists: Lists) -> BatchUpkeep:
    """What the timer does about lists."""
    return BatchUpkeep(lists.shelf, lists.blobs, Results(lists.blobs), lists.nudges, base.clock, base.log)
