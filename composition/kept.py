"""Where everything is kept."""

from dataclasses import dataclass

from azure.data.tables.aio import TableServiceClient

from composition.base import Base
from shared.adapters.download_links import AccountKeyLinks, DelegationLinks
from shared.adapters.evidence_blobs import EvidenceBlobs, prepare_evidence
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.storage_clients import Homes, Lazy, StorageAccount
from shared.adapters.table_due import TableDue, prepare_due
from shared.adapters.table_register import (
    PASSING,
    TableRegister,
    prepare_batches,
    prepare_passing,
    prepare_register,
)
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import StorageQueue, prepare_queue
from shared.settings import Settings, StorageSettings


@dataclass(frozen=True)
class Kept:
    """`passing` holds what serves for a while; `signed_by` makes links as the account of exports allows."""

    store: TableStore
    register: TableRegister
    passing: TableRegister
    due: TableDue
    queue: StorageQueue
    blobs: BlobContainer
    evidence: EvidenceBlobs
    homes: Homes
    signed_by: type[AccountKeyLinks] | type[DelegationLinks]


def kept_of(settings: Settings, base: Base) -> Kept:
    """Opens no connection."""
    state, exports = _account(settings.state), _account(settings.exports)
    homes = Homes(
        tables=Lazy(state.tables, lambda service: _prepare(service, base.keyed_hash.fingerprint)),
        queues=Lazy(state.queues, prepare_queue),
        evidence=Lazy(state.blobs, prepare_evidence),
        archives=Lazy(exports.blobs, prepare_container),
    )
    return Kept(
        store=TableStore(homes.tables),
        register=TableRegister(homes.tables),
        passing=TableRegister(homes.tables, PASSING),
        due=TableDue(homes.tables),
        queue=StorageQueue(homes.queues),
        blobs=BlobContainer(homes.archives),
        evidence=EvidenceBlobs(homes.evidence),
        homes=homes,
        signed_by=AccountKeyLinks if exports.connection_string else DelegationLinks,
    )


def _account(storage: StorageSettings) -> StorageAccount:
    secret = storage.connection_string
    return StorageAccount(
        secret.get_secret_value() if secret else None,
        storage.table_service_uri,
        storage.queue_service_uri,
        storage.blob_service_uri,
        storage.client_id,
    )


async def _prepare(service: TableServiceClient, fingerprint: str) -> None:
    await prepare_register(service, fingerprint)
    await prepare_passing(service)
    await prepare_batches(service)
    await prepare_tables(service)
    await prepare_due(service)
