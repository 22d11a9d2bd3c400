"""What is asked of the app about a list."""

from dataclasses import dataclass
from hashlib import sha256

from operate.answers import Batch, BlobLink, Json
from operate.bulk.checking import Found
from operate.client import Client
from operate.exits import Exit, Failed
from operate.words import BatchStatus, Kind, Regulation

BATCHES = "/api/operations/batches"


@dataclass(frozen=True)
class Asked:
    """What is to be done about everybody in a list."""

    kind: Kind
    regulation: Regulation
    dry_run: bool
    run: str
    """Tells apart what is asked more than once about the same list."""


def announced(client: Client, found: Found, asked: Asked) -> Batch:
    """The batch of this very list for this operator, made if there is none. Raises `Failed`."""
    measured = found.measured
    body = {
        "kind": asked.kind,
        "regulation": asked.regulation,
        "format": found.form,
        "dryRun": asked.dry_run,
        "size": measured.size,
        "sha256": measured.sha256,
    }
    return Batch.read(client.post(BATCHES, body, headers={"idempotency-key": key_of(found, asked)}))


def key_of(found: Found, asked: Asked) -> str:
    """The same for the same list and the same wish: to run a command again is to go on."""
    parts = (found.measured.sha256, found.form, asked.kind, asked.regulation, str(asked.dry_run), asked.run)
    return sha256(" ".join(filter(None, parts)).encode()).hexdigest()


def started(client: Client, batch_id: str) -> Batch:
    """Begin or go on; that it has begun already, as after a lost answer, is as good. Raises `Failed`."""
    try:
        return Batch.read(client.post(f"{BATCHES}/{batch_id}/start", {}))
    except Failed as failed:
        if failed.code is not Exit.CONFLICT:
            raise
        batch = Batch.read(looked(client, batch_id))
        if batch.status in {BatchStatus.AWAITING_LIST, BatchStatus.STOPPED}:
            raise
        return batch


def looked(client: Client, batch_id: str) -> Json:
    """Where it stands. Raises `Failed`."""
    return client.get(f"{BATCHES}/{batch_id}")


def result_of(client: Client, batch_id: str) -> BlobLink:
    """Where the result is. Raises `Failed`."""
    return BlobLink.read(client.post(f"{BATCHES}/{batch_id}/result", {}))
