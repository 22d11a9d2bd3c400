"""Storage goes away while the app runs: callers are told to come again, and a repeat succeeds."""

from collections.abc import Iterator

import pytest

from local.azurite.process import Azurite
from local.node import set_up
from local.stack import StackOptions
from tests.contract_of_api import check_answer
from tests.running import RunningStack, started_stack


@pytest.fixture
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    set_up()
    with Azurite(tmp_path_factory.mktemp("mortal-azurite")) as running:
        yield running


@pytest.fixture
def fragile(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack whose storage a test may stop."""
    folder = tmp_path_factory.mktemp("fragile-stack")
    options = StackOptions(data_dir=folder, storage_connection_string=azurite.connection_string)
    with started_stack(options, REPLICATION_WINDOW="PT0.5S") as running:
        yield running


async def test_while_storage_is_down_it_is_503_and_a_repeat_succeeds(
    azurite: Azurite, fragile: RunningStack
) -> None:
    object_id, address = fragile.graph.add_person("contoso")
    body = {"subject": {"email": address}, "regulation": "gdpr"}
    headers = {"Idempotency-Key": "again"}
    azurite.stop()
    refused = check_answer(fragile.app.http.post("/api/deletions", json=body, headers=headers))
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    azurite.start_again()
    accepted = check_answer(fragile.app.http.post("/api/deletions", json=body, headers=headers))
    assert accepted.status_code == 202
    assert fragile.app.ended(accepted.json())["status"] == "completed"
    assert fragile.graph.state("contoso", object_id) == "gone"


async def test_a_request_goes_on_when_storage_comes_back(azurite: Azurite, fragile: RunningStack) -> None:
    object_id, address = fragile.graph.add_person("contoso")
    accepted = fragile.app.submit("deletions", {"email": address})
    azurite.stop()
    azurite.start_again()
    assert fragile.app.ended(accepted)["status"] == "completed"
    assert fragile.graph.state("contoso", object_id) == "gone"
