"""Nothing personal and nothing secret is in any log line, at DEBUG, whatever path the request takes."""

import json
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from local.client import Json
from tests.running import RunningStack


def secrets_of_process(pid: int) -> dict[str, str]:
    """The secret settings that a process was started with."""
    lines = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    settings = dict(line.split("=", 1) for line in lines if "=" in line)
    return {
        name: value
        for name, value in settings.items()
        if name.endswith(("CLIENT_SECRET", "HASH_KEY", "connectionString", "AzureWebJobsStorage"))
    }


def every_path(stack: RunningStack) -> dict[str, str]:
    """Walk a request through all that can happen to it; what must not be logged, by name."""
    object_id, address = stack.graph.add_person("contoso", audit_events=3, displayName="Zoë Canary")
    http, subject = stack.app.http, {"email": address}
    for collection in ("exports", "deletions"):
        http.post(f"/api/{collection}", json={"subject": subject, "regulation": "gdpr", address: object_id})
        http.post(f"/api/{collection}", content=f'{{"subject": "{address}'.encode())
        http.get(f"/api/{collection}/{object_id}")
        http.get(f"/api/{collection}/{quote(address)}", headers={"x-functions-key": address})
    stack.graph.fault("503", path="users")
    stack.graph.fault("429", path="directoryAudits")
    stack.graph.fault("cut_after", method="DELETE")
    exported = stack.app.submit("exports", subject)
    link = str(stack.app.link(stack.app.ended(exported))["url"])
    assert httpx.get(link, trust_env=False).status_code == 200
    removed = stack.app.submit("deletions", {"objectId": object_id, "tenant": "contoso"})
    stack.app.ended(removed)
    http.get(
        f"/api/deletions/{removed['id']}?code={stack.ready.function_key}", headers={"x-functions-key": ""}
    )
    return {
        "address": address,
        "address in a link": quote(address),
        "object id": object_id,
        "mangled object id": object_id.replace("-", ""),
        "name": "Canary",
        "function key": stack.ready.function_key,
        "link": link,
        "signature": str(httpx.URL(link).params["sig"]),
        "signature in a link": quote(str(httpx.URL(link).params["sig"]), safe=""),
        **{f"ticket of the {one['kind']}": str(one["ticket"]) for one in (exported, removed)},
    }


@pytest.fixture(scope="module")
def walked(stack_process: RunningStack) -> tuple[dict[str, str], str]:
    stack_process.graph.reset()
    canaries = every_path(stack_process) | secrets_of_process(stack_process.ready.pids["host"])
    stack_process.graph.reset()
    return canaries, stack_process.log_text()


async def test_no_canary_is_in_any_line(walked: tuple[dict[str, str], str]) -> None:
    canaries, text = walked
    assert {"HASH_KEY", "TENANTS__CONTOSO__CLIENT_SECRET", "STATE__connectionString"} <= set(canaries)
    assert [name for name, canary in canaries.items() if canary.lower() in text.lower()] == []


async def test_the_account_key_is_in_no_line(walked: tuple[dict[str, str], str]) -> None:
    canaries, text = walked
    key = dict(part.split("=", 1) for part in canaries["STATE__connectionString"].split(";"))["AccountKey"]
    assert key not in text


async def test_the_lines_tell_what_happened_all_the_same(walked: tuple[dict[str, str], str]) -> None:
    _, text = walked
    ours = [json.loads(line) for line in text.splitlines() if line.startswith('{"')]
    events = {str(line["event"]) for line in ours}
    assert {"request_accepted", "run_started", "step_done", "run_ended"} <= events
    of_runs: list[Json] = [
        line for line in ours if line["event"] in {"run_started", "step_done", "run_ended"}
    ]
    assert all("request_id" in line for line in of_runs)
