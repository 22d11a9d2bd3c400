"""How the embedded host ends: soon, in good order, and without losing a message."""

import os
import signal
import threading
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.local.host_apps import Served, served, write_app
from tests.local.test_host_queues import LASTING, NOTING, Work, running, until, work

__all__ = ["work"]  # the fixture

SLOW = """
    @app.route("slow", methods=["GET"])
    def slow(req: func.HttpRequest) -> str:
        pathlib.Path(os.environ["HANDLED"]).touch()
        time.sleep(60)
        return "late"
"""
DEADLY = """
    @app.queue_trigger("message", queue_name=os.environ["WORK"], connection="STATE")
    def handle(message: func.QueueMessage) -> None:
        os._exit(9)
"""


def has_ended(host: Served) -> int | None:
    """The exit code of a host that ends by itself."""
    until(lambda: host.child.ended() is not None)
    return host.child.ended()


def ends(host: Served, number: signal.Signals = signal.SIGTERM) -> tuple[int | None, float]:
    """The exit code after a signal, and the seconds it took."""
    began = time.monotonic()
    os.kill(host.child.pid, number)
    while host.child.ended() is None and time.monotonic() - began < 10:
        time.sleep(0.02)
    return host.child.ended(), time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(work: Work, number: signal.Signals) -> None:
    with running(work, NOTING) as host:
        assert ends(host, number)[0] == 0


def test_a_call_in_a_thread_that_does_not_come_back_does_not_hold_it(tmp_path: Path) -> None:
    marker = tmp_path / "handled"
    with served(write_app(tmp_path, SLOW), {"HANDLED": str(marker)}) as host:
        calling = threading.Thread(target=_call, args=(host,))
        calling.start()
        until(marker.exists)
        assert ends(host)[0] == 0
        calling.join()


def _call(host: Served) -> None:
    try:
        host.http.get("/api/slow", timeout=20)
    except httpx.HTTPError:
        return  # the host has ended


def test_a_message_that_was_being_handled_is_not_lost(work: Work) -> None:
    work.send(b"long")
    with running(work, LASTING, "--invisibility", "1") as host:
        until(lambda: work.noted() == ["began"])
        code, seconds = ends(host)
    assert (code, work.waiting()) == (0, 1)
    assert seconds < 8  # what the stack gives its children
    with running(work, NOTING, "--invisibility", "1"):
        until(lambda: work.waiting() == 0)
    assert work.noted() == ["began", "long 2"]


def test_a_message_that_kills_the_host_each_time_ends_in_the_poison_queue(work: Work) -> None:
    work.send(b"deadly")
    for _ in range(2):
        with running(work, DEADLY, "--invisibility", "1", maxDequeueCount=2) as host:
            assert has_ended(host) == 9
    with running(work, DEADLY, "--invisibility", "1", maxDequeueCount=2) as host:
        until(lambda: work.waiting("-poison") == 1)
        assert host.child.ended() is None
    assert work.waiting() == 0


def test_a_queue_that_is_made_later_is_found(azurite: str, tmp_path: Path) -> None:
    late = Work(tmp_path, azurite, f"late-{uuid4()}")
    with running(late, NOTING):
        time.sleep(0.5)
        assert late.waiting() is None  # as in Azure, it is the app that makes its queue
        with late.queue() as queue:
            queue.create_queue()
        late.send(b"hello")
        until(lambda: late.waiting() == 0)
    assert late.noted() == ["hello 1"]
