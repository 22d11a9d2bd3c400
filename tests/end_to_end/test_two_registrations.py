"""The running app as two registrations: a reader that cannot delete, and an eraser that reads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from local.client import AppClient, client_for
from local.stack import StackOptions
from shared.adapters.graph.calls import Principal, permissions_of
from shared.adapters.graph.clouds import GLOBAL
from tests.end_to_end.archives import downloaded
from tests.local.registering import federate, register
from tests.running import RunningStack, Simulator, started_stack

READER = sorted(permissions_of(Principal.READER))
ERASER = sorted(permissions_of(Principal.ERASER))


@dataclass(frozen=True)
class Two:
    """A stack, and the application id of the eraser, which a managed identity proves."""

    stack: RunningStack
    eraser: str

    @property
    def both(self) -> dict[str, str]:
        """The settings by which the app has an eraser."""
        identity = self.stack.graph.identity
        return {
            "IDENTITY_ENDPOINT": identity["endpoint"],
            "IDENTITY_HEADER": identity["header"],
            "TENANTS__CONTOSO__ERASER__CLIENT_ID": self.eraser,
            "TENANTS__CONTOSO__ERASER__MANAGED_IDENTITY_CLIENT_ID": identity["client_id"],
        }

    @contextmanager
    def app(self, **settings: str) -> Iterator[AppClient]:
        """The app anew in a process of its own, with these settings beside."""
        self.stack.processes.kill_host()
        url = self.stack.processes.start_host("host", 0, **settings)
        app = client_for(url, self.stack.ready.function_key)
        with app.http:
            yield app


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    options = StackOptions(tenants=1, users=3, data_dir=tmp_path_factory.mktemp("two"))
    with started_stack(options, REPLICATION_WINDOW="PT0.5S") as stack:
        graph = stack.graph
        graph.ask("POST", "roles", tenant="contoso", roles=READER)
        yield Two(stack, _eraser(graph))


def _eraser(graph: Simulator) -> str:
    """At home in the company's tenant, which is the identity's; consented to in the customers'."""
    with graph.administrator("workforce") as home, graph.administrator() as here:
        one = register(home, audience="AzureADMultipleOrgs")
        federate(home, one, graph.identity, GLOBAL.exchange_audience)
        return register(here, *ERASER, known=one).app_id


def test_a_deletion_is_carried_through_by_both_each_within_its_own_permissions(two: Two) -> None:
    person, address = two.stack.graph.add_person()
    two.stack.graph.ask("DELETE", "calls")
    with two.app(**two.both) as app:
        status = app.ended(app.submit("deletions", {"email": address}))
    assert status["status"] == "completed"
    assert two.stack.graph.state("contoso", person) == "gone"
    calls = two.stack.graph.calls()
    by_eraser = {str(call["method"]) for call in calls if call["app_id"] == two.eraser}
    by_reader = {str(call["method"]) for call in calls if call["app_id"] != two.eraser}
    assert (by_eraser, by_reader) == ({"PATCH", "POST", "DELETE"}, {"GET"})


def test_an_export_is_the_reader_s_alone(two: Two) -> None:
    _, address = two.stack.graph.add_person(audit_events=3)
    two.stack.graph.ask("DELETE", "calls")
    with two.app(**two.both) as app:
        assert app.ended(app.submit("exports", {"email": address}))["status"] == "completed"
    assert two.eraser not in {call["app_id"] for call in two.stack.graph.calls()}


def test_what_the_cloud_does_not_offer_is_told_in_the_export(two: Two) -> None:
    _, address = two.stack.graph.add_person(audit_events=3)
    two.stack.graph.ask("DELETE", "calls")
    with two.app(CLOUD="china") as app:
        export = downloaded(app, app.ended(app.submit("exports", {"email": address})))
    missing = {one["section"] for one in export.manifest["sections"] if one["reason"] == "cloud"}
    assert missing == {"directoryAudits", "signIns", "authenticationMethods", "riskyUser", "riskDetections"}
    asked = " ".join(str(call["path"]) for call in two.stack.graph.calls())
    assert "auditLogs" not in asked
    assert "authentication" not in asked
    assert b"the cloud that the directory is in does not offer it" in export.files.read("index.html")


def test_a_tenant_with_exports_only_takes_no_deletion(two: Two) -> None:
    _, address = two.stack.graph.add_person()
    subject = {"subject": {"email": address}, "regulation": "gdpr"}
    with two.app(TENANTS__CONTOSO__DELETIONS="none") as app:
        refused = app.http.post("/api/deletions", json=subject)
        exported = app.ended(app.submit("exports", {"email": address}))
    assert (refused.status_code, refused.json()["code"]) == (503, "no_eraser")
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert "TENANTS__CONTOSO__DELETIONS" in refused.json()["detail"]
    assert exported["status"] == "completed"
