"""The stack's processes: one line when ready, all ended whatever happens to the parent."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

PATIENCE = 30.0
Up = Callable[..., tuple["subprocess.Popen[bytes]", dict[str, object]]]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """Starts `python -m local up` on a free port and gives the process and what it printed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> tuple["subprocess.Popen[bytes]", dict[str, object]]:
        command = [sys.executable, "-m", "local", "up", "--port", "0", "--data-dir", str(tmp_path), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def pids(ready: dict[str, object]) -> list[int]:
    found = ready["pids"]
    assert isinstance(found, dict)
    assert set(found) == {"host", "graph", "inbox", "azurite"}
    return list(found.values())


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # a zombie has ended, only nobody has asked for its exit code


def all_end(processes: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(alive, processes))


def test_it_prints_one_line_with_all_that_callers_need(up: Up) -> None:
    process, ready = up("--users", "9", "--tenants", "3")
    assert ready["event"] == "ready"
    health = httpx.get(f"{ready['app']}/api/health", trust_env=False)
    assert (health.status_code, health.json()["status"]) == (200, "alive")
    users = ready["sample_users"]
    assert isinstance(users, list)
    assert {user["tenant"] for user in users} == {"contoso", "fabrikam", "litware"}
    assert all(map(alive, pids(ready)))
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, rest) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_them_all(up: Up, number: signal.Signals) -> None:
    process, ready = up()
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert all_end(pids(ready))


def test_no_process_outlives_a_killed_parent(up: Up) -> None:
    process, ready = up()
    process.kill()
    process.wait(PATIENCE)
    assert all_end(pids(ready))


@pytest.mark.parametrize("victim", ["host", "graph", "inbox", "azurite"])
def test_when_one_ends_by_itself_the_rest_is_ended_and_it_is_named(up: Up, victim: str) -> None:
    process, ready = up()
    found = ready["pids"]
    assert isinstance(found, dict)
    os.kill(found[victim], signal.SIGKILL)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"{victim} has ended".encode() in told
    assert all_end(pids(ready))


def test_people_are_the_same_for_the_same_seed(up: Up) -> None:
    users = []
    for _ in range(2):
        process, ready = up("--seed", "7")
        users.append(ready["sample_users"])
        process.terminate()
        process.wait(PATIENCE)
    assert users[0] == users[1]
