"""The operators' command line in a process of its own, before the whole stack."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from operate.exits import Exit
from tests.local.browser import Browser, Page
from tests.local.sign_in_client import workforce
from tests.paths import ROOT
from tests.running import RunningStack, Simulator
from tests.security.deployment import Tokens

PATIENCE = 60
Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Shell:
    """Where an operator types; nothing of this process's own surroundings is in it but the path."""

    environment: Mapping[str, str]

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        with self.started(*words) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def json(self, *words: str) -> object:
        code, out, err = self.run(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    @contextmanager
    def started(self, *words: str) -> Iterator[Process]:
        command = [sys.executable, "-m", "operate", *words]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def shell_of(stack: RunningStack, home: Path, **more: str) -> Shell:
    usual = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1,localhost"}
    return Shell({**usual, "OPERATE_URL": stack.ready.app, **more})


@pytest.fixture
def shell(stack: RunningStack, tmp_path: Path) -> Shell:
    """Olga's."""
    return shell_of(stack, tmp_path, OPERATE_TOKEN=Tokens(stack.graph).made("operator", operator="olga"))


def dict_of(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def submitted(stack: RunningStack, kind: str, address: str) -> str:
    return str(stack.app.submit(kind, {"email": address})["id"])


def test_a_deletion_is_followed_to_its_end_and_its_receipt_verified(
    stack: RunningStack, shell: Shell, tmp_path: Path
) -> None:
    request_id = submitted(stack, "deletions", stack.graph.add_person()[1])
    code, out, err = shell.run("follow", request_id)
    assert (code, err) == (Exit.DONE, "")
    assert out.splitlines()[-1].startswith(f"deletion {request_id}: completed")
    receipt = tmp_path / "receipt.jws"
    receipt.write_bytes(stack.app.http.get(f"/api/deletions/{request_id}/receipt").content)
    verified = dict_of(shell.json("receipt", "verify", str(receipt)))
    assert dict_of(verified["claims"])["jti"] == request_id


def test_a_decision_and_the_whole_report(stack: RunningStack, shell: Shell, tmp_path: Path) -> None:
    stack.graph.fault("503", times=None, retry_after=60)
    request_id = submitted(stack, "exports", stack.graph.add_person()[1])
    done = dict_of(shell.json("cancel", request_id, "--yes", "--note", "asked for twice"))
    assert (done["id"], done["status"]) == (request_id, "cancelled")
    report, table = tmp_path / "report.html", tmp_path / "report.csv"
    code, _, err = shell.run("report", "--html", str(report), "--csv", str(table))
    assert (code, err) == (Exit.DONE, f"Written: {table}\nWritten: {report}\n")
    assert f"{request_id},export,cancelled," in table.read_text()


def test_an_operator_signs_in_by_device_code(stack: RunningStack, tmp_path: Path) -> None:
    company = workforce(stack.graph)
    told = {
        "OPERATE_TENANT_ID": company.told["tenant_id"],
        "OPERATE_CLIENT_ID": company.public.client["client_id"],
        "OPERATE_SCOPE": company.told["scope"],
        "OPERATE_AUTHORITY": stack.ready.login,
        "REQUESTS_CA_BUNDLE": stack.ready.ca_file,
    }
    with shell_of(stack, tmp_path, **told).started("list", "--json") as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"open (\S+) and type (\S+)$", line)
        assert found, line + process.stderr.read()
        sign_in(stack.graph, *found.groups())
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert isinstance(json.loads(out), list)
    assert not re.search(r"eyJ", out + err)


def sign_in(simulator: Simulator, address: str, code: str) -> None:
    with Browser(simulator) as browser:
        page = browser.page(f"{address}?user_code={code}")
        done = browser.send(page, user_name="rita@company.onmicrosoft.com", password="any")
    assert isinstance(done, Page)
    assert done.texts["h1"] == "Signed in"


def test_ctrl_c_ends_the_watch_with_one_line(stack: RunningStack, shell: Shell) -> None:
    stack.graph.fault("503", times=None, retry_after=60)
    request_id = submitted(stack, "exports", stack.graph.add_person()[1])
    with shell.started("follow", request_id) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"export {request_id}: ")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (Exit.INTERRUPTED, "Interrupted.\n")


def test_a_wrong_address_is_told_from_one_that_is_not_trusted_and_one_where_nobody_is(
    stack: RunningStack, shell: Shell, tmp_path: Path
) -> None:
    ids = dict.fromkeys(("OPERATE_TENANT_ID", "OPERATE_CLIENT_ID"), str(uuid4()))
    nowhere = "127.0.0.1:9"
    unsigned = {
        login: shell_of(stack, tmp_path, **ids, OPERATE_AUTHORITY=login)
        for login in (stack.ready.login, f"https://{nowhere}")
    }
    tries = (
        (shell, stack.ready.inbox, Exit.WRONG_ADDRESS),
        (shell, stack.ready.login, Exit.TLS),
        (shell, f"http://{nowhere}", Exit.UNREACHABLE),
        (unsigned[stack.ready.login], stack.ready.app, Exit.TLS),
        (unsigned[f"https://{nowhere}"], stack.ready.app, Exit.UNREACHABLE),
    )
    with ThreadPoolExecutor(3) as pool:
        ends = list(pool.map(lambda one: one[0].run("list", "--url", one[1]), tries))
    assert [code for code, _, _ in ends] == [code for _, _, code in tries], ends
    assert {(out, len(err.splitlines())) for _, out, err in ends} == {("", 1)}, ends
