"""Timer triggers and `/admin/functions/{name}` of the embedded host."""

import time
from pathlib import Path

import pytest

from tests.local.host_apps import served, write_app

EVERY_SECOND = """
    @app.timer_trigger("timer", schedule="* * * * * *")
    async def tick(timer: func.TimerRequest) -> None:
        with open(os.environ["TICKS"], "a") as out:
            out.write(f"{timer.past_due} {time.time()}\\n")
"""
NEVER = EVERY_SECOND.replace("* * * * * *", "0 0 0 1 1 *")
FAILING = (
    EVERY_SECOND
    + """
        raise ValueError("as asked")
"""
)


def ticks(folder: Path) -> list[str]:
    path = folder / "ticks"
    return path.read_text().splitlines() if path.exists() else []


def wait_for(folder: Path, count: int) -> list[str]:
    deadline = time.monotonic() + 15
    while len(ticks(folder)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return ticks(folder)


@pytest.mark.parametrize("source", [EVERY_SECOND, FAILING], ids=["ends well", "raises"])
def test_a_timer_is_called_at_its_times(source: str, tmp_path: Path) -> None:
    with served(write_app(tmp_path, source), {"TICKS": str(tmp_path / "ticks")}):
        lines = wait_for(tmp_path, 3)
    first, second = (float(line.split()[1]) for line in lines[:2])
    assert 0.5 < second - first < 1.5
    assert {line.split()[0] for line in lines} == {"False"}


def test_a_timer_can_be_run_at_once_by_who_has_the_key(tmp_path: Path) -> None:
    with served(write_app(tmp_path, NEVER), {"TICKS": str(tmp_path / "ticks")}) as host:
        assert host.http.post("/admin/functions/tick", json={}).status_code == 202
        wait_for(tmp_path, 1)
        refused = host.http.post("/admin/functions/tick", json={}, headers={"x-functions-key": "wrong"})
        assert (refused.status_code, refused.content) == (401, b"")
        assert host.http.post("/admin/functions/unknown", json={}).status_code == 404
        assert host.http.get("/admin/functions/tick").status_code == 404
    assert len(ticks(tmp_path)) == 1
