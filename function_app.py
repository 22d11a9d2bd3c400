"""Composition root: settings -> adapters -> plans -> blueprints. The only reader of the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import azure.functions as func
from azure.data.tables.aio import TableServiceClient

from delete_function.audit_check import AuditCheck
from delete_function.blocking import Blocking
from delete_function.blueprint import delete_blueprint
from delete_function.guard_rails import GuardRails
from delete_function.guarding import Guarding, Policy
from delete_function.plan import DeletionPlan
from delete_function.purging import Purging
from delete_function.receipt import Statement
from delete_function.soft_deletion import SoftDeletion
from export_function.archive import Archivist
from export_function.blueprint import export_blueprint
from export_function.collector import Collector
from export_function.links import ArchiveLinks
from export_function.plan import ExportPlan
from export_function.report.processing import NoProcessingInformation, Processing, load_processing
from operations_function.batches import BatchesDesk
from operations_function.blueprint import operations_blueprint
from operations_function.checks import ChecksDesk, checks_blueprint
from operations_function.desk import OperatorsDesk
from operations_function.people import People
from shared.adapters.batch_rows import batch_of, text_of
from shared.adapters.clock import SystemClock
from shared.adapters.download_links import RESULTS, UPLOADS, AccountKeyLinks, DelegationLinks
from shared.adapters.evidence_blobs import EvidenceBlobs, prepare_evidence
from shared.adapters.export_blobs import LISTS, BlobContainer, prepare_container
from shared.adapters.fernet_seal import FernetSeal
from shared.adapters.storage_clients import Lazy, StorageAccount
from shared.adapters.table_due import TableDue, prepare_due
from shared.adapters.table_register import (
    BATCHES,
    PASSING,
    TableRegister,
    prepare_batches,
    prepare_passing,
    prepare_register,
)
from shared.adapters.table_store import TableStore, prepare_tables
from shared.adapters.work_queue import BATCH_QUEUE, StorageQueue, decode, prepare_queue
from shared.addresses import Addresses
from shared.check_settings import Checkable, Homes, build_checks, build_tenant_checks
from shared.degraded import degraded_blueprint
from shared.directory_settings import build_directories
from shared.domain.accept import Acceptance
from shared.domain.agenda import Retention
from shared.domain.bulk.checking import Checking
from shared.domain.bulk.desk import BatchDesk
from shared.domain.bulk.following import Following
from shared.domain.bulk.ports import UploadLinks
from shared.domain.bulk.reading import Reading
from shared.domain.bulk.result import Results
from shared.domain.bulk.runner import BatchRunner
from shared.domain.bulk.shelf import Shelf
from shared.domain.bulk.upkeep import BatchUpkeep
from shared.domain.certify import Certifier
from shared.domain.challenges import Challenges
from shared.domain.claims import Claims
from shared.domain.decisions import Decisions, FourEyes
from shared.domain.directories import Directories
from shared.domain.endings import Endings
from shared.domain.erasure import Erasure
from shared.domain.hold_acts import HoldActs
from shared.domain.holds import Holds
from shared.domain.identify import Identification
from shared.domain.keyed_hash import KeyedHash
from shared.domain.limits import Allowance, Buckets, SharedAllowance
from shared.domain.notifier import Notifier
from shared.domain.plan import Plan
from shared.domain.ports import Clock, Directory, DownloadLinks, Log, Seal, Telemetry
from shared.domain.promises import Promises
from shared.domain.receipts import ReceiptSigner
from shared.domain.runner import RetryPolicy, Runner
from shared.domain.spacing import Spacing
from shared.domain.states import Kind
from shared.domain.topology import CrossTenantMatch, Topology
from shared.domain.turn import Timing
from shared.domain.unblocker import Unblocker
from shared.domain.upkeep import Upkeep
from shared.front_desk import Allowances, FrontDesk
from shared.gate import Gate
from shared.gate_settings import build_gate
from shared.health import health_blueprint
from shared.host_timeout import function_timeout
from shared.late_purges import purges_too_late
from shared.letters import Letters
from shared.list_lines import ListLines
from shared.log import configure_log, get_log
from shared.notice_settings import Telling, build_telling, sender_of
from shared.receipt_settings import build_signer, signing_key
from shared.settings import Fault, Settings, SettingsFault, StorageSettings, load_settings
from shared.telemetry_settings import build_telemetry
from upkeep_function.blueprint import upkeep_blueprint
from worker_function.batches import batch_blueprint
from worker_function.blueprint import Work, worker_blueprint

HOST_JSON = Path(__file__).with_name("host.json")


@dataclass(frozen=True)
class Base:
    """What everything rests on."""

    clock: Clock
    log: Log
    keyed_hash: KeyedHash
    tickets: KeyedHash
    timing: Timing
    topology: Topology
    directories: Mapping[str, Directory]
    seal: Seal
    telling: Telling
    addresses: Addresses
    telemetry: Telemetry


@dataclass(frozen=True)
class Lists:
    """Where lists that operators hand in are kept, with what becomes of them."""

    shelf: Shelf
    blobs: BlobContainer
    nudges: StorageQueue
    uploads: UploadLinks
    results: DownloadLinks


@dataclass(frozen=True)
class Kept:
    """Where everything is kept; `passing` holds what serves for a while."""

    store: TableStore
    register: TableRegister
    passing: TableRegister
    due: TableDue
    queue: StorageQueue
    blobs: BlobContainer
    new_links: Callable[[], DownloadLinks]
    evidence: EvidenceBlobs
    homes: Homes
    lists: Lists


@dataclass(frozen=True)
class Doors:
    """What whoever calls meets, apps, people and operators alike."""

    plans: Mapping[Kind, Plan]
    gate: Gate
    allowances: Allowances
    decisions: Decisions
    letters: Letters


def build(settings: Settings) -> func.FunctionApp:
    """The app as it is when all settings are sound. Opens no connection."""
    base = _base(settings)
    for late in purges_too_late(settings):
        base.log.warning("purge_exceeds_term", **late)
    kept = _kept(settings, base)
    plans, upkeep = _plans(settings, base, kept), _upkeep(settings, base, kept)
    signer = build_signer(settings.receipts, kept.register, base.clock)
    doors = _doors(settings, base, kept, plans)
    desk, follow_ups = _front_desk(settings, base, kept, doors), _follow_ups(settings, base, kept, signer)
    return _app_of(
        health_blueprint(last_sweep=upkeep.last_sweep),
        export_blueprint(
            desk, ArchiveLinks(kept.store, kept.new_links(), base.clock, settings.link_lifetime)
        ),
        delete_blueprint(desk, signer),
        operations_blueprint(_operators_desk(base, kept, doors), _batches_desk(settings, base, kept, doors)),
        checks_blueprint(_checks_desk(settings, base, kept, doors.gate, upkeep)),
        worker_blueprint(_runner(settings, base, kept, plans), follow_ups, decode, base.log),
        batch_blueprint(_batch_runner(base, kept, desk.acceptance), decode, base.log),
        upkeep_blueprint(upkeep, _batch_upkeep(base, kept)),
    )


def build_degraded(faults: tuple[Fault, ...]) -> func.FunctionApp:
    """The app while settings are at fault: it says so, and takes no message."""
    log = get_log("app")
    for fault in faults:
        log.error("setting_at_fault", setting=fault.setting, expected=fault.expected)
    return _app_of(health_blueprint(faults), degraded_blueprint())


def _app_of(*blueprints: func.Blueprint) -> func.FunctionApp:
    app = func.FunctionApp()
    for blueprint in blueprints:
        app.register_functions(blueprint)
    return app


def _base(settings: Settings) -> Base:
    clock, keyed_hash = SystemClock(), KeyedHash(settings.hash_key_bytes())
    tickets, *earlier = map(KeyedHash, settings.ticket_keys())
    seal, telemetry = FernetSeal(tickets, *earlier), build_telemetry(settings)
    return Base(
        clock=clock,
        log=get_log("app"),
        keyed_hash=keyed_hash,
        tickets=tickets,
        timing=Timing(function_timeout(HOST_JSON, os.environ)),
        topology=_topology(settings),
        directories=build_directories(settings, clock, telemetry),
        seal=seal,
        telling=build_telling(settings, keyed_hash, tickets, seal, clock),
        addresses=settings.addresses(),
        telemetry=telemetry,
    )


def _topology(settings: Settings) -> Topology:
    return Topology(
        {name: tenant.domain for name, tenant in settings.tenants.items()},
        settings.customer_bases(),
        CrossTenantMatch(settings.cross_tenant_match),
        settings.shared_issuers,
        frozenset(name for name, tenant in settings.tenants.items() if tenant.deletions == "none"),
    )


def _kept(settings: Settings, base: Base) -> Kept:
    state, exports = _account(settings.state), _account(settings.exports)
    homes = Homes(
        tables=Lazy(state.tables, lambda service: _prepare(service, base.keyed_hash.fingerprint)),
        queues=Lazy(state.queues, prepare_queue),
        evidence=Lazy(state.blobs, prepare_evidence),
        archives=Lazy(exports.blobs, prepare_container),
    )
    signed_by = AccountKeyLinks if exports.connection_string else DelegationLinks
    return Kept(
        store=TableStore(homes.tables),
        register=TableRegister(homes.tables),
        passing=TableRegister(homes.tables, PASSING),
        due=TableDue(homes.tables),
        queue=StorageQueue(homes.queues),
        blobs=BlobContainer(homes.archives),
        new_links=lambda: signed_by(homes.archives, base.clock, settings.link_ip_range),
        evidence=EvidenceBlobs(homes.evidence),
        homes=homes,
        lists=Lists(
            shelf=Shelf(TableRegister(homes.tables, BATCHES), text_of, batch_of),
            blobs=BlobContainer(homes.archives, LISTS),
            nudges=StorageQueue(homes.queues, BATCH_QUEUE),
            uploads=signed_by(homes.archives, base.clock, purpose=UPLOADS),
            results=signed_by(homes.archives, base.clock, settings.link_ip_range, RESULTS),
        ),
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


def _plans(settings: Settings, base: Base, kept: Kept) -> dict[Kind, Plan]:
    clock = base.clock
    directories = Directories(base.directories, base.topology.domains)
    window, seal = settings.replication_window, base.seal
    identification = Identification(directories, base.topology, clock, window, seal)
    claims = _claims(settings, base, kept)
    archivist = Archivist(kept.blobs, clock, settings.archive_kept, _processing(settings))
    collector = Collector(directories, kept.blobs, clock, seal, settings.optional_sections)
    export = ExportPlan(identification, claims, collector, archivist)
    return {
        Kind.EXPORT: export,
        Kind.DELETION: _deletion_plan(settings, base, kept, export),
    }


def _claims(settings: Settings, base: Base, kept: Kept) -> Claims:
    hashing, promises = base.keyed_hash, _promises(settings, base, kept)
    patience, endings = settings.export_patience, Endings(base.log, base.telemetry)
    return Claims(kept.register, kept.store, kept.blobs, hashing, promises, base.clock, patience, endings)


def _deletion_plan(settings: Settings, base: Base, kept: Kept, export: ExportPlan) -> DeletionPlan:
    """Finds and claims people as an export does, and may have it make a copy first."""
    clock, holds, directories = base.clock, _holds(base, kept), export.identification.directories
    window, audits_kept = settings.replication_window, settings.audit_retention
    return DeletionPlan(
        identification=export.identification,
        guarding=Guarding(directories, clock, base.topology.cross_tenant_match, _policy(settings)),
        claims=export.claims,
        holds=holds,
        blocking=Blocking(directories),
        soft_deletion=SoftDeletion(directories, clock, base.log, window, audits_kept),
        purging=Purging(
            directories=directories,
            holds=holds,
            clock=clock,
            log=base.log,
            window=window,
            audits_kept=audits_kept,
            tries=settings.purge == "try",
        ),
        audit_check=AuditCheck(directories, clock) if settings.audit_check == "wait" else None,
        erasure=Erasure(kept.register, kept.store, kept.blobs, clock),
        copying=export.copying,
        clock=clock,
    )


def _holds(base: Base, kept: Kept) -> Holds:
    return Holds(kept.register, kept.store, base.keyed_hash, base.clock, base.log)


def _policy(settings: Settings) -> Policy:
    return Policy(
        asks=settings.deletion_approval == "operator",
        cooling_off=settings.deletion_cooling_off,
        guard_rails=GuardRails(settings.protected_accounts, settings.protected_groups),
    )


def _processing(settings: Settings) -> Processing:
    """What the company says of its use of data; nothing where it says so elsewhere."""
    name = settings.processing_information
    try:
        return load_processing(HOST_JSON.parent / name) if name else {}
    except NoProcessingInformation:
        expected = "must name a JSON file like processing-information.sample.json, with English among it"
        raise SettingsFault((Fault("PROCESSING_INFORMATION", expected),)) from None


def _retention(settings: Settings) -> Retention:
    return Retention(settings.retention_gdpr, settings.retention_ccpa, settings.failed_keep)


def _promises(settings: Settings, base: Base, kept: Kept) -> Promises:
    return Promises(kept.due, _retention(settings), base.timing.margin)


def _runner(settings: Settings, base: Base, kept: Kept, plans: Mapping[Kind, Plan]) -> Runner:
    promises, retries = _promises(settings, base, kept), RetryPolicy(settings.retry_budget)
    return Runner(
        kept.store, kept.queue, promises, base.clock, base.log, plans, base.timing, retries, base.telemetry
    )


def _follow_ups(settings: Settings, base: Base, kept: Kept, signer: ReceiptSigner) -> tuple[Work, ...]:
    """What follows a request's end, in this order: nobody is told before the receipt is there."""
    promises, clock, log = _promises(settings, base, kept), base.clock, base.log
    directories, claims = Directories(base.directories, base.topology.domains), _claims(settings, base, kept)
    statement = Statement(
        settings.controller_name, settings.replication_window, settings.audit_retention, _retention(settings)
    )
    return (
        Unblocker(kept.store, promises, directories, claims, clock, log).run,
        Certifier(kept.store, signer, kept.evidence, clock, statement.claims).run,
        Notifier(kept.store, promises, clock, log, base.telling.ways).run,
    )


def _upkeep(settings: Settings, base: Base, kept: Kept) -> Upkeep:
    return Upkeep(
        store=kept.store,
        due=kept.due,
        register=kept.register,
        passing=kept.passing,
        blobs=kept.blobs,
        queue=kept.queue,
        clock=base.clock,
        log=base.log,
        retention=_retention(settings),
        timing=base.timing,
        telemetry=base.telemetry,
    )


def _allowances(settings: Settings, passing: TableRegister, clock: Clock) -> Allowances:
    """A process draws a twentieth of a caller's minute at a time; a person's calls are counted one by one."""
    buckets, callers = Buckets(passing, clock), settings.caller_limit
    per_caller = Allowance("calls", callers, timedelta(minutes=1) / callers)
    per_person = Allowance("calls", settings.person_limit, timedelta(hours=1) / settings.person_limit)
    return Allowances(
        SharedAllowance(buckets, per_caller, callers // 20), SharedAllowance(buckets, per_person, 1)
    )


def _doors(settings: Settings, base: Base, kept: Kept, plans: Mapping[Kind, Plan]) -> Doors:
    return Doors(
        plans=plans,
        gate=build_gate(settings, base.keyed_hash, base.clock, base.log),
        allowances=_allowances(settings, kept.passing, base.clock),
        decisions=Decisions(
            store=kept.store,
            queue=kept.queue,
            promises=_promises(settings, base, kept),
            clock=base.clock,
            log=base.log,
            zone=settings.legal_time_zone,
            four_eyes=FourEyes(settings.four_eyes),
            telemetry=base.telemetry,
        ),
        letters=Letters(sender_of(settings), settings.legal_time_zone),
    )


def _front_desk(settings: Settings, base: Base, kept: Kept, doors: Doors) -> FrontDesk:
    spacing = Spacing(kept.passing, kept.store, base.clock, base.keyed_hash, settings.export_every)
    return FrontDesk(
        gate=doors.gate,
        acceptance=Acceptance(
            store=kept.store,
            register=kept.register,
            due=kept.due,
            queue=kept.queue,
            clock=base.clock,
            keyed_hash=base.keyed_hash,
            tickets=base.tickets,
            topology=base.topology,
            zone=settings.legal_time_zone,
            spacing=spacing,
            seal=base.seal,
            channels=base.telling.channels,
        ),
        challenges=Challenges(kept.passing, base.clock, base.keyed_hash),
        decisions=doors.decisions,
        allowances=doors.allowances,
        store=kept.store,
        clock=base.clock,
        log=base.log,
        topology=base.topology,
        letters=doors.letters,
        plans=doors.plans,
        addresses=base.addresses,
        telemetry=base.telemetry,
    )


def _operators_desk(base: Base, kept: Kept, doors: Doors) -> OperatorsDesk:
    holds, hashing = _holds(base, kept), base.keyed_hash
    return OperatorsDesk(
        gate=doors.gate,
        decisions=doors.decisions,
        people=People(base.directories, base.topology.domains, kept.register, holds, hashing, base.log),
        letters=doors.letters,
        holds=HoldActs(holds, kept.evidence, hashing, base.clock),
        store=kept.store,
        clock=base.clock,
        allowance=doors.allowances.callers,
        plans=doors.plans,
        log=base.log,
        addresses=base.addresses,
    )


def _checks_desk(settings: Settings, base: Base, kept: Kept, gate: Gate, upkeep: Upkeep) -> ChecksDesk:
    what = Checkable(kept.homes, kept.new_links, signing_key(settings.receipts), upkeep.last_sweep)
    common = build_checks(what, settings.link_ip_range, base.clock)
    return ChecksDesk(gate, common, build_tenant_checks(settings, base.clock), base.clock, base.log)


def _batches_desk(settings: Settings, base: Base, kept: Kept, doors: Doors) -> BatchesDesk:
    lists = kept.lists
    desk = BatchDesk(
        shelf=lists.shelf,
        blobs=lists.blobs,
        uploads=lists.uploads,
        results=lists.results,
        nudges=lists.nudges,
        keyed_hash=base.keyed_hash,
        clock=base.clock,
        log=base.log,
        four_eyes=FourEyes(settings.four_eyes),
    )
    return BatchesDesk(doors.gate, desk, doors.allowances.callers)


def _batch_runner(base: Base, kept: Kept, acceptance: Acceptance) -> BatchRunner:
    lists, reader, clock = kept.lists, ListLines(base.topology), base.clock
    return BatchRunner(
        shelf=lists.shelf,
        checking=Checking(lists.blobs, reader),
        reading=Reading(lists.blobs, reader, acceptance, clock),
        following=Following(lists.blobs, kept.store, clock),
        results=Results(lists.blobs),
        requests=kept.queue,
        nudges=lists.nudges,
        clock=clock,
        log=base.log,
        timing=base.timing,
    )


def _batch_upkeep(base: Base, kept: Kept) -> BatchUpkeep:
    lists = kept.lists
    return BatchUpkeep(lists.shelf, lists.blobs, Results(lists.blobs), lists.nudges, base.clock, base.log)


def _app() -> func.FunctionApp:
    try:
        settings = load_settings(os.environ)
        configure_log(settings.log_level)
        return build(settings)
    except SettingsFault as fault:
        configure_log("INFO")
        return build_degraded(fault.faults)


app = _app()
