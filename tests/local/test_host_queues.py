"""Queue triggers as the Functions host has them, on a real queue."""

import base64
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.local.host_apps import Served, served, write_app

PATIENCE = 20.0
HEAD = """
    running = []
    LOG = pathlib.Path(os.environ["HANDLED"])

    def note(what):
        with LOG.open("a") as out:
            out.write(what + "\\n")

    @app.queue_trigger("message", queue_name=os.environ["WORK"], connection="STATE")
"""
NOTING = (
    HEAD
    + """
    async def handle(message: func.QueueMessage) -> None:
        note(message.get_body().decode() + " " + str(message.dequeue_count))
"""
)
FAILING = (
    HEAD
    + """
    async def handle(message: func.QueueMessage) -> None:
        note(str(message.dequeue_count))
        raise ValueError("as asked")
"""
)
ANSWERING = (
    HEAD
    + """
    def handle(message: func.QueueMessage):
        note(str(message.dequeue_count))
        return "something"
"""
)
LASTING = (
    HEAD
    + """
    async def handle(message: func.QueueMessage) -> None:
        note("began")
        await asyncio.sleep(5)
        note("ended")
"""
)
CROWDED = (
    HEAD
    + """
    async def handle(message: func.QueueMessage) -> None:
        running.append(1)
        note(str(len(running)))
        await asyncio.sleep(0.3)
        running.pop()
"""
)


OPEN = """
    @app.route("open", methods=["GET"])
    async def opened(req: func.HttpRequest) -> str:
        return "open"
"""


@dataclass
class Work:
    """A queue, its poison queue, and what the app noted."""

    folder: Path
    connection: str
    name: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "STATE__connectionString": self.connection,
            "WORK": self.name,
            "HANDLED": str(self.folder / "handled"),
        }

    def queue(self, suffix: str = "") -> QueueClient:
        return QueueClient.from_connection_string(self.connection, self.name + suffix)

    def send(self, *bodies: bytes) -> None:
        with self.queue() as queue:
            for body in bodies:
                queue.send_message(base64.b64encode(body).decode())

    def noted(self) -> list[str]:
        path = self.folder / "handled"
        return path.read_text().splitlines() if path.exists() else []

    def waiting(self, suffix: str = "") -> int | None:
        """About how many messages there are, hidden ones too; None where there is no queue."""
        with self.queue(suffix) as queue:
            try:
                return queue.get_queue_properties().approximate_message_count
            except ResourceNotFoundError:
                return None


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.05)


@pytest.fixture
def work(azurite: str, tmp_path: Path) -> Work:
    made = Work(tmp_path, azurite, f"work-{uuid4()}")
    with made.queue() as queue:
        queue.create_queue()
    return made


def running(work: Work, source: str, *options: str, **queues: object) -> AbstractContextManager[Served]:
    settings = {"visibilityTimeout": "00:00:00", "maxPollingInterval": "00:00:01", **queues}
    return served(write_app(work.folder, source, **settings), work.environment, *options)


def test_a_message_is_handled_once_decoded_and_gone(work: Work) -> None:
    with running(work, NOTING):
        work.send(b"hello", "wörld".encode())
        until(lambda: work.waiting() == 0)
    assert sorted(work.noted()) == ["hello 1", "wörld 1"]


@pytest.mark.parametrize("source", [FAILING, ANSWERING], ids=["raises", "returns a value"])
def test_a_message_that_fails_comes_again_and_then_lies_in_the_poison_queue(work: Work, source: str) -> None:
    with running(work, source, maxDequeueCount=3):
        work.send(b"bad")
        until(lambda: work.waiting("-poison") == 1)
    assert work.noted() == ["1", "2", "3"]
    assert work.waiting() == 0


def test_a_failed_message_waits_before_it_comes_again(work: Work) -> None:
    with running(work, FAILING, maxDequeueCount=2, visibilityTimeout="00:00:02"):
        work.send(b"bad")
        until(lambda: len(work.noted()) == 1)
        began = time.monotonic()
        until(lambda: len(work.noted()) == 2)
    assert time.monotonic() - began > 1.5


def test_what_is_not_base64_is_poison_unseen(work: Work) -> None:
    with running(work, NOTING):
        with work.queue() as queue:
            queue.send_message("not base64!")
        until(lambda: work.waiting("-poison") == 1)
    assert work.noted() == []


def test_a_poison_queue_has_no_poison_queue(azurite: str, tmp_path: Path) -> None:
    work = Work(tmp_path, azurite, f"work-{uuid4()}-poison")
    with work.queue() as queue:
        queue.create_queue()
    with running(work, FAILING, "--invisibility", "1", maxDequeueCount=2):
        work.send(b"bad")
        until(lambda: len(work.noted()) == 2)
        time.sleep(1.5)  # it comes again, over maxDequeueCount, and is not handed over
    assert (work.noted(), work.waiting()) == (["1", "2"], 1)
    assert work.waiting("-poison") is None


def test_no_more_run_at_once_than_a_batch(work: Work) -> None:
    work.send(*(str(number).encode() for number in range(12)))
    with running(work, CROWDED, batchSize=4, newBatchThreshold=0):
        until(lambda: work.waiting() == 0)
    assert max(map(int, work.noted())) == 4


def test_a_message_stays_hidden_while_its_function_runs(work: Work) -> None:
    work.send(b"long")
    with running(work, LASTING, "--invisibility", "2"):
        until(lambda: work.waiting() == 0)
    assert work.noted() == ["began", "ended"]


def test_a_message_of_a_killed_host_is_handled_by_the_next(work: Work) -> None:
    work.send(b"long")
    with running(work, LASTING, "--invisibility", "2") as host:
        until(lambda: work.noted() == ["began"])
        host.child.kill()
    with running(work, NOTING, "--invisibility", "2"):
        until(lambda: work.waiting() == 0)
    assert work.noted() == ["began", "long 2"]


def test_a_disabled_function_takes_no_message(work: Work) -> None:
    off = write_app(work.folder, NOTING + OPEN)
    work.send(b"hello")
    environment = {**work.environment, "AzureWebJobs.handle.Disabled": "true"}
    with served(off, environment) as host:
        assert host.http.get("/api/open").status_code == 200
        time.sleep(1)
    assert (work.noted(), work.waiting()) == ([], 1)
