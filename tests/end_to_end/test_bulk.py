"""A list of people through the whole stack: the command interrupted, the host killed, both started again."""

import csv
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.stack import StackOptions
from operate.exits import Exit
from tests.end_to_end.test_operate import PATIENCE, Shell, shell_of
from tests.running import RunningStack, started_stack
from tests.security.deployment import Tokens

PEOPLE = 40
WORDS = ("--kind", "deletion", "--regulation", "gdpr", "--yes")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack whose workers are given up soon: a lease follows from the host's time-out."""
    options = StackOptions(users=2, invisibility=5, data_dir=tmp_path_factory.mktemp("bulk"))
    timeout = {"AzureFunctionsJobHost__functionTimeout": "00:00:10"}
    with started_stack(options, LOG_LEVEL="DEBUG", REPLICATION_WINDOW="PT0.5S", **timeout) as running:
        yield running


@pytest.fixture
def shell(stack: RunningStack, tmp_path: Path) -> Shell:
    return shell_of(stack, tmp_path, OPERATE_TOKEN=Tokens(stack.graph).made("operator", operator="olga"))


def people_of(stack: RunningStack, count: int) -> dict[str, str]:
    """Addresses by object id."""
    return dict(stack.graph.add_person() for _ in range(count))


def a_list(folder: Path, *lines: str) -> Path:
    path = folder / "list.csv"
    path.write_text("".join(f"{line}\n" for line in ("email", *lines)))
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_interrupted_and_killed_is_done_once_each(
    stack: RunningStack, shell: Shell, tmp_path: Path
) -> None:
    people, bystanders = people_of(stack, PEOPLE), people_of(stack, 3)
    path, result = a_list(tmp_path, *people.values()), tmp_path / "result.csv"
    stack.graph.ask("DELETE", "writes")
    with shell.started("bulk", str(path), *WORDS) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("batch ")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Interrupted" in err.splitlines()[-1]) == (Exit.INTERRUPTED, True)
    stack.processes.kill_host()
    stack.processes.start_host(port=urlsplit(stack.ready.app).port or 0)
    code, out, err = _ended(shell, path, result)
    assert code == Exit.DONE, out + err
    assert {row["outcome"] for row in rows_of(result)} == {"not_found purged"}
    deleted = [one for one in stack.graph.writes() if one["method"] == "DELETE"]
    assert Counter(str(one["object_id"]) for one in deleted) == dict.fromkeys(
        people, 2
    )  # to the bin, from it
    assert {stack.graph.state("contoso", one) for one in bystanders} == {"active"}


def _ended(shell: Shell, path: Path, result: Path) -> tuple[int, str, str]:
    with shell.started("bulk", str(path), *WORDS, "--result", str(result)) as process:
        out, err = process.communicate(timeout=4 * PATIENCE)
    return process.returncode, out, err


def test_a_dry_run_tells_what_would_not_fit_and_touches_nobody(
    stack: RunningStack, shell: Shell, tmp_path: Path
) -> None:
    stack.graph.ask("DELETE", "calls")
    path, result = a_list(tmp_path, "a@example.com", "", "nobody"), tmp_path / "result.csv"
    code, out, err = shell.run("bulk", str(path), *WORDS, "--dry-run", "--result", str(result))
    assert (code, "1 fit" in out) == (Exit.IN_PART, True), err
    assert [row["answer"] for row in rows_of(result)] == ["fits", "bad", "bad"]
    assert not [call for call in stack.graph.calls() if "users" in str(call["path"])]


def test_nothing_of_a_list_is_in_the_log_and_nothing_is_left_of_it(
    stack: RunningStack, shell: Shell, tmp_path: Path
) -> None:
    path = a_list(tmp_path, "canary.of.the.log@example.com", '"canary of a line')
    assert shell.run("bulk", str(path), *WORDS)[0] == Exit.IN_PART
    deadline = time.monotonic() + PATIENCE
    while '"batch_ended"' not in stack.log_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    text = stack.log_text()
    assert '"batch_ended"' in text
    assert "canary" not in text
    assert "sig=" not in text
