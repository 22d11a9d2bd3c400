"""An export beside what the simulator holds: nothing missing, nothing of another person, nothing harmful."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from export_function.tables import FORMULA
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.credentials import ClientSecret, Registration
from shared.adapters.graph.directory import GraphDirectory, graph_directory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.throttle import MOST_WAITS
from shared.domain.ports import Clock
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject, UserNameSubject
from shared.domain.topology import Topology
from tests.end_to_end.archives import Export, downloaded, unpacked
from tests.end_to_end.crowds import TENANTS, Crowd, crowd_of
from tests.end_to_end.dealing import DEALERS, Account, Dealer, Human, Json
from tests.end_to_end.held import (
    FILES,
    OPTIONAL,
    Held,
    event_as_shown,
    held,
    photo_of,
    profile_of,
    put,
    records_of,
    sections_of,
)
from tests.end_to_end.user_properties import SECRET
from tests.fakes import FakeClock
from tests.running import RunningStack, Simulator, started_simulator
from tests.unit.pages import Page, problems
from tests.unit.samples import NOW
from tests.unit.world import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
NAMES = re.compile(
    r"(index\.html|README\.txt|manifest\.json|SHA256SUMS|schema/[a-z-]+\.schema\.json"
    r"|data/(contoso|fabrikam|litware)/[a-z-]+\.(json|ndjson|csv|jpg))"
)
SMALL_PAGES = ("--tenants", "3", "--users", "3", "--page-size", "4")
"""So that a few events are several pages, and some dozens several slices."""


@dataclass(frozen=True)
class Place:
    """The simulator, and what each tenant calls its custom attributes."""

    graph: Simulator
    attributes: Mapping[str, Mapping[str, str]]


def place_of(graph: Simulator, sample_users: object) -> Place:
    assert isinstance(sample_users, list | tuple)
    found = {str(one["tenant"]): str(one["object_id"]) for one in sample_users}
    users = {
        tenant: graph.ask("GET", f"users/{tenant}/{one}").json()["user"] for tenant, one in found.items()
    }
    return Place(graph, {tenant: attributes_of(user) for tenant, user in users.items()})


def attributes_of(user: Json) -> Mapping[str, str]:
    return {name.rpartition("_")[2]: name for name in user if name.startswith("extension_")}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (
        started_simulator(tmp_path_factory.mktemp("crowds"), *SMALL_PAGES) as graph,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("SSL_CERT_FILE", str(graph.ready["ca_file"]))
        yield place_of(graph, graph.ready["sample_users"])


@asynccontextmanager
async def world_of(graph: Simulator, off: frozenset[str] = frozenset()) -> AsyncIterator[World]:
    """The app on memory for storage, with the real adapter for Graph; waiting takes no time."""
    clock = FakeClock(NOW)
    real = {one["name"]: directory_of(graph, one, clock) for one in graph.tenants}
    domains = {one["name"]: one["domain"] for one in graph.tenants}
    wanted = frozenset(name.lower() for name in OPTIONAL - off)
    try:
        yield World(Topology(domains, (frozenset(domains),)), clock, optional=wanted, directories=real)
    finally:
        for directory in real.values():
            await directory.close()


def directory_of(graph: Simulator, one: Mapping[str, str], clock: Clock) -> GraphDirectory:
    registration = Registration(one["tenant_id"], one["client_id"], ClientSecret(one["client_secret"]))
    return graph_directory(dict.fromkeys(Principal, registration), Endpoints(graph.login, graph.url), clock)


def subject_of(human: Human) -> Subject:
    first = human.accounts[0]
    subjects: Mapping[str, Subject] = {
        "address": EmailSubject(human.address),
        "object id": ObjectIdSubject(first.tenant, first.object_id),
        "user name": UserNameSubject(first.tenant, f"u_{human.tag}"),
    }
    return subjects[human.by]


# Not shrunk: an example takes a second. What is shown of a failing one makes the same crowd again.
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(DEALERS)
async def test_an_export_has_all_that_is_held_on_the_person_and_nothing_of_others(
    place: Place, deal: Dealer
) -> None:
    crowd = crowd_of(deal)
    put(place.graph, crowd, place.attributes)
    for tenant in TENANTS:
        place.graph.withhold(tenant, crowd.forbidden)
    async with world_of(place.graph, crowd.off) as world:
        for human in crowd.humans[:-1]:
            request = await world.ended(Kind.EXPORT, subject_of(human))
            assert request.status is Status.COMPLETED
            assert request.archive
            export = unpacked(world.blobs.committed[request.archive.blob])
            check(place.graph, export, human, crowd)


async def test_the_same_is_true_of_the_whole_app(stack: RunningStack) -> None:
    made = crowd_of(Dealer(1, ("plain",), ({"ünï": ["code", None]},)))
    crowd = replace(made, off=frozenset(), forbidden=frozenset())
    put(stack.graph, crowd, place_of(stack.graph, stack.ready.sample_users).attributes)
    human = crowd.humans[0]
    status = stack.app.ended(stack.app.submit("exports", {"email": human.address}))
    check(stack.graph, downloaded(stack.app, status), human, crowd)


@pytest.mark.parametrize("fault", ["truncated", "no_json"])
async def test_a_page_that_stays_broken_fails_the_request_and_the_log_names_the_call(
    place: Place, fault: str
) -> None:
    object_id, address = place.graph.add_person("contoso", audit_events=15)
    place.graph.reset()
    place.graph.fault(fault, path=f"t/id eq '{object_id}'", times=None, after=1)
    async with world_of(place.graph) as world:
        request = await world.ended(Kind.EXPORT, EmailSubject(address))
    failures = [fields for event, fields in world.log.lines if event == "step_failed"]
    told = {(one["step"], one["code"], one["call"]) for one in failures}
    (struck,) = place.graph.struck()
    place.graph.reset()
    assert struck == len(failures) * (1 + MOST_WAITS)
    assert (request.status, request.reason) == (Status.FAILED, "directory_unavailable")
    assert told == {("collect:contoso:directoryAudits", "directory_unavailable", "audits_as_target")}
    assert request.archive is None


def check(graph: Simulator, export: Export, human: Human, crowd: Crowd) -> None:
    """Everything that is held is there as it is; nothing else is."""
    for account in human.accounts:
        check_account(export, account, held(graph, account), human, crowd)
    found = {one.tenant: one.object_id for one in human.accounts}
    assert {one["tenant"]: one["objectId"] for one in export.manifest["tenants"]} == {
        tenant: found.get(tenant) for tenant in TENANTS
    }
    check_form(export)
    check_nobody_else(export, [trace for one in crowd.humans if one is not human for trace in one.traces])


def check_account(export: Export, account: Account, has: Held, human: Human, crowd: Crowd) -> None:
    sections = sections_of(has, crowd)
    told = {
        str(one["section"]): (one["state"], one["reason"], one["count"])
        for one in export.manifest["sections"]
        if one["tenant"] == account.tenant
    }
    assert told == sections
    profile = export.profile(account.tenant)
    assert profile == profile_of(has.user, profile)
    assert export.read(account.tenant, "identities.json") == has.user["identities"]
    assert {one["name"]: one["value"] for one in export.read(account.tenant, "custom-attributes.json")} == {
        name: value for name, value in has.user.items() if name.startswith("extension_")
    }
    for name, (section, file) in FILES.items():
        if sections[section][0] == "collected":
            check_related(export, account, name, file, has)
    expected = [event_as_shown(event, human) for event in has.events]
    shown = export.lines(account.tenant, "directory-audits.ndjson")
    for one, other in zip_longest(in_order(shown), in_order(expected)):
        assert one == other


def check_related(export: Export, account: Account, name: str, file: str, has: Held) -> None:
    if name == "photo":
        assert export.files.read(f"data/{account.tenant}/{file}") == photo_of(has)
    elif file.endswith(".ndjson"):
        assert in_order(export.lines(account.tenant, file)) == in_order(has.related[name])
    else:
        records = export.read(account.tenant, file)
        assert records == records_of(name, has.related[name])
        check_table(export.files.read(f"data/{account.tenant}/{file.replace('.json', '.csv')}"), records)


def check_table(table: bytes, records: Sequence[Json]) -> None:
    """Every text of a record is in its row, perhaps behind the apostrophe that keeps it from running."""
    for row, record in zip(rows_of(table)[1:], records, strict=True):
        texts = {
            value.encode(errors="backslashreplace") for value in record.values() if isinstance(value, str)
        }
        assert texts <= {cell.encode() for cell in row} | {
            cell[1:].encode() for cell in row if cell[:1] == "'"
        }


def in_order(records: object) -> list[Json]:
    assert isinstance(records, list)
    return sorted(records, key=lambda one: str(one["id"]))


def check_form(export: Export) -> None:
    """Names of our own, a page that does nothing, tables without formulas and with a row for each record."""
    assert all(NAMES.fullmatch(name) for name in export.files.namelist())
    assert problems(Page(export.files.read("index.html").decode())) == []
    for file in export.manifest["files"]:
        if str(file["path"]).endswith(".csv"):
            header, *rows = rows_of(export.files.read(str(file["path"])))
            assert len(rows) == file["count"]
            assert {len(row) for row in rows} <= {len(header)}
            assert not [cell for row in (header, *rows) for cell in row if cell.startswith(FORMULA)]


def rows_of(data: bytes) -> list[list[str]]:
    csv.field_size_limit(1 << 24)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def check_nobody_else(export: Export, traces: Sequence[str]) -> None:
    for name in export.files.namelist():
        data = export.files.read(name).lower()
        assert SECRET.encode() not in data
        assert [trace for trace in traces if trace.encode() in data] == [], name
