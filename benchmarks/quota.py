"""How much of what Graph allows one worker uses for deletions, and how fast it is without limits.

The worker is this process: the app's runner, deletion plan and Graph adapter, which takes messages in batches
as the Functions host does (`host.json`), over HTTP to the Graph simulator in a process of its own. Storage is
in memory, so that Graph alone is measured. More requests wait than the worker can take; an account is done
when it was read back as purged.

What the quota allows is counted as the simulator's bucket does it: 3,000 writes fit in, and 20 a second leave
it (3,000 in 150 s). A bucket that has rested lets through 3,000 at once, on which no long run can count; so
it is nine tenths full when the measured span begins, and allows 300 writes and 20 a second. A deletion makes
four. What is begun and not done at the end of the span counts as not used.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx

from benchmarks.counting import Answers, Counting
from benchmarks.worker import TENANT, Batches, Graph, Worker, registration_of
from local.app_settings import objects_of
from local.child import Child, Command, python
from local.graph.quotas import WRITES
from local.node import ROOT
from shared.adapters.graph.endpoints import Endpoints
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest

WRITES_EACH = 4
"""Of a deletion: disable, revoke sessions, delete, purge."""
WINDOW = timedelta(seconds=0.5)
USED = 0.9
"""Of every limit, when the measured span begins."""
BACKLOG = 2
"""Times what is worked at: so many requests are open at any time."""
SPARE = 1.2
"""Times the deletions that the quota allows: so many people there are."""
PATIENCE = 30.0


@dataclass(frozen=True)
class Trial:
    """For so many seconds at most; `quotas` is whether Graph has limits, `share` what the app takes of them.

    `delay` is how long each call takes, in seconds, beside what the simulator needs.
    """

    seconds: float
    people: int
    share: float = 1000.0
    quotas: bool = False
    delay: float = 0.0


@dataclass(frozen=True)
class Measured:
    """What happened in so many seconds; `cpu_seconds` are the worker's own."""

    seconds: float
    cpu_seconds: float
    deletions: int
    answers: Answers

    @property
    def per_second(self) -> float:
        """Deletions, purged and read back."""
        return self.deletions / self.seconds


FREE = Trial(seconds=30.0, people=1200)
DELAYED = replace(FREE, seconds=60.0, delay=0.1)


def measure(seconds: int = 300) -> dict[str, float | int]:
    """Deletions a second without limits and with them; the shares of the quota used and of calls refused."""
    people = int(WRITES.allows(seconds, USED) / WRITES_EACH * SPARE)
    free, delayed = tried(FREE), tried(DELAYED)
    paced = tried(Trial(seconds, people, share=1.0, quotas=True))
    allowed = WRITES.allows(paced.seconds, USED)
    return {
        "requests_at_once": batches().most,
        "deletions_per_second_without_limits": free.per_second,
        "deletions_per_second_if_calls_take_100_ms": delayed.per_second,
        "cpu_seconds_per_deletion": free.cpu_seconds / free.deletions,
        "calls_per_deletion": free.answers.calls / free.deletions,
        "seconds": paced.seconds,
        "deletions": paced.deletions,
        "deletions_per_second": paced.per_second,
        "writes": paced.answers.writes,
        "writes_allowed": allowed,
        "quota_used": paced.deletions * WRITES_EACH / allowed,
        "calls": paced.answers.calls,
        "throttled": paced.answers.throttled,
        "throttled_share": paced.answers.throttled / paced.answers.calls,
    }


def batches() -> Batches:
    """As `host.json` sets them."""
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    return Batches(int(queues["batchSize"]), int(queues["newBatchThreshold"]))


def tried(trial: Trial) -> Measured:
    """What happens with a simulator of its own, until everybody is deleted or the time is over."""
    with _simulator() as ready:
        os.environ["SSL_CERT_FILE"] = str(ready["ca_file"])
        return asyncio.run(_measured(ready, trial))


@contextmanager
def _simulator() -> Iterator[Mapping[str, object]]:
    with tempfile.TemporaryDirectory(prefix="quota-") as folder:
        arguments = python("local.graph", f"--state-dir={folder}", "--users=1", "--tenants=1")
        command = Command("graph", [*arguments, "--follow-parent"], Path(folder) / "graph.log", {})
        with Child(command) as child:
            yield child.ready(PATIENCE)


async def _measured(ready: Mapping[str, object], trial: Trial) -> Measured:
    async with httpx.AsyncClient(base_url=str(ready["graph"]), timeout=30, trust_env=False) as control:
        (tenant,) = objects_of(ready, "tenants")
        people = [await _person(control, str(tenant["domain"])) for _ in range(trial.people)]
        async with _worker(ready, tenant, trial.share, people) as (worker, counting):
            await worker.take_in(BACKLOG * batches().most)
            await _steer(control, trial)
            started, cpu = time.monotonic(), time.process_time()
            with suppress(TimeoutError):
                async with asyncio.timeout(trial.seconds):
                    await worker.work(batches())
            assert all(_is_purged(request) for request in worker.ended.values())
            seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu
            return Measured(seconds, cpu_seconds, len(worker.ended), counting.answers)


async def _steer(control: httpx.AsyncClient, trial: Trial) -> None:
    if trial.delay:
        slow = {"fault": "slow", "seconds": trial.delay, "times": None, "endpoint": "graph"}
        (await control.post("/_control/faults", json=slow)).raise_for_status()
    quotas = {"on": trial.quotas, "used": USED}
    (await control.post("/_control/quotas", json=quotas)).raise_for_status()


@asynccontextmanager
async def _worker(
    ready: Mapping[str, object], tenant: Mapping[str, object], share: float, people: list[str]
) -> AsyncIterator[tuple[Worker, Counting]]:
    counting = Counting(httpx.AsyncHTTPTransport())
    endpoints = Endpoints(str(ready["login"]), str(ready["graph"]))
    graph = Graph(endpoints, registration_of(tenant), share, counting)
    worker = Worker(graph, str(tenant["domain"]), WINDOW, people)
    try:
        yield worker, counting
    finally:
        await worker.close()


async def _person(control: httpx.AsyncClient, domain: str) -> str:
    identity = {"signInType": "userName", "issuer": domain, "issuerAssignedId": uuid4().hex}
    made = await control.post("/_control/users", json={"tenant": TENANT, "identities": [identity]})
    return str(made.raise_for_status().json()["object_id"])


def _is_purged(request: PrivacyRequest) -> bool:
    return request.progress(TENANT).outcome is Outcome.PURGED
