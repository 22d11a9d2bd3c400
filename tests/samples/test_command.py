"""`python -m local sample`: the stack and the website by one command."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

COMMAND = (sys.executable, "-m", "local", "sample", "--port", "0", "--website-port", "0")


@pytest.fixture
def running(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [*COMMAND, "--data-dir", str(tmp_path), "--users", "6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_says_where_the_website_is_and_who_can_sign_in(running: "subprocess.Popen[str]") -> None:
    assert running.stdout is not None
    said = "".join(iter(running.stdout.readline, "  Ctrl-C ends everything.\n"))
    address = re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert address
    assert re.search(r"Sign in as \S+@\S+ with any password", said)
    assert "<h1>Your privacy</h1>" in httpx.get(address[0], trust_env=False).raise_for_status().text
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0
    with pytest.raises(httpx.TransportError):
        httpx.get(address[0], trust_env=False)
