"""Composition root: settings -> adapters -> plans -> blueprints. The only reader of the environment."""

import os
from pathlib import Path

import azure.functions as func
from azure.data.tables.aio import TableServiceClient

from delete_function.blueprint import delete_blueprint
from delete_function.plan import DeletionPlan
from export_function.archive import Archivist
from export_function.blueprint import export_blueprint
from export_function.plan import ExportPlan
from export_function.sections import Collector
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import AccountKeyLinks, DelegationLinks
from shared.adapters.export_blobs import BlobContainer, prepare_container
from shared.adapters.graph.client import Endpoints, Registration
from shared.adapters.graph.directory import graph_directory
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_due import TableDue, prepare_due
from shared.adapters.table_register import TableRegister, prepare_register
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import StorageQueue, decode, prepare_queue
from shared.degraded import degraded_blueprint
from shared.domain.accept import Acceptance
from shared.domain.agenda import Retention
from shared.domain.claims import Claims
from shared.domain.directories import Directories
from shared.domain.identify import Identification
from shared.domain.keyed_hash import KeyedHash
from shared.domain.plan import Plan
from shared.domain.ports import Clock, Directory, DownloadLinks
from shared.domain.promises import Promises
from shared.domain.request import Kind
from shared.domain.runner import RetryPolicy, Runner
from shared.domain.topology import CrossTenantMatch, Topology
from shared.domain.turn import Timing
from shared.domain.upkeep import Upkeep
from shared.front_desk import FrontDesk
from shared.health import health_blueprint
from shared.host_timeout import function_timeout
from shared.log import configure_log, get_log
from shared.settings import Fault, Settings, SettingsFault, StorageSettings, load_settings
from upkeep_function.blueprint import upkeep_blueprint
from worker_function.blueprint import worker_blueprint

HOST_JSON = Path(__file__).with_name("host.json")


def build(settings: Settings) -> func.FunctionApp:
    """The app as it is when all settings are sound. Opens no connection."""
    clock, log, topology = SystemClock(), get_log("app"), _topology(settings)
    state, exports = _account(settings.state), _account(settings.exports)
    hashing, timing = KeyedHash(settings.hash_key_bytes()), Timing(function_timeout(HOST_JSON, os.environ))
    tables = Lazy(state.tables, lambda service: _prepare(service, hashing.fingerprint))
    store, register, due = TableStore(tables), TableRegister(tables), TableDue(tables)
    queue = StorageQueue(Lazy(state.queues, prepare_queue))
    service = Lazy(exports.blobs, prepare_container)
    blobs = BlobContainer(service)
    signed_by = AccountKeyLinks if exports.connection_string else DelegationLinks
    links: DownloadLinks = signed_by(service, clock)
    claims = Claims(register, store, blobs, hashing, clock, settings.export_patience)
    plans = _plans(settings, topology, claims, blobs, clock)
    retention = Retention(settings.retention_gdpr, settings.retention_ccpa, settings.failed_keep)
    promises = Promises(due, retention, timing.margin)
    acceptance = Acceptance(store, register, due, queue, clock, hashing, topology, settings.legal_time_zone)
    desk = FrontDesk(acceptance, store, clock, log, hashing, topology, plans)
    runner = Runner(store, queue, promises, clock, log, plans, timing, RetryPolicy(settings.retry_budget))
    upkeep = Upkeep(store, due, register, blobs, queue, clock, log, retention, timing)
    app = func.FunctionApp()
    app.register_functions(health_blueprint(last_sweep=upkeep.last_sweep))
    app.register_functions(export_blueprint(desk, links, settings.link_lifetime))
    app.register_functions(delete_blueprint(desk))
    app.register_functions(worker_blueprint(runner, decode, log))
    app.register_functions(upkeep_blueprint(upkeep))
    return app


def build_degraded(faults: tuple[Fault, ...]) -> func.FunctionApp:
    """The app while settings are at fault: it says so, and takes no message."""
    log = get_log("app")
    for fault in faults:
        log.error("setting_at_fault", setting=fault.setting, expected=fault.expected)
    app = func.FunctionApp()
    app.register_functions(health_blueprint(faults))
    app.register_functions(degraded_blueprint())
    return app


async def _prepare(service: TableServiceClient, fingerprint: str) -> None:
    await prepare_register(service, fingerprint)
    await prepare_tables(service)
    await prepare_due(service)


def _topology(settings: Settings) -> Topology:
    return Topology(
        {name: tenant.domain for name, tenant in settings.tenants.items()},
        settings.customer_bases(),
        CrossTenantMatch(settings.cross_tenant_match),
        settings.shared_issuers,
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


def _directories(settings: Settings, clock: Clock) -> dict[str, Directory]:
    endpoints = Endpoints(settings.login_url, settings.graph_url)
    return {
        name: graph_directory(
            Registration(tenant.tenant_id, tenant.client_id, tenant.client_secret.get_secret_value()),
            endpoints,
            clock,
        )
        for name, tenant in settings.tenants.items()
    }


def _plans(
    settings: Settings, topology: Topology, claims: Claims, blobs: BlobContainer, clock: Clock
) -> dict[Kind, Plan]:
    directories = Directories(_directories(settings, clock), topology.domains)
    identification = Identification(directories, topology, clock, settings.replication_window)
    archivist = Archivist(blobs, claims.register, clock, settings.archive_kept)
    return {
        Kind.EXPORT: ExportPlan(identification, claims, Collector(directories, blobs, clock), archivist),
        Kind.DELETION: DeletionPlan(identification, claims, directories, clock),
    }


def _app() -> func.FunctionApp:
    try:
        settings = load_settings(os.environ)
    except SettingsFault as fault:
        configure_log("INFO")
        return build_degraded(fault.faults)
    configure_log(settings.log_level)
    return build(settings)


app = _app()
