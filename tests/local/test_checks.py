"""What tests check archives and pages with: where it comes from, and what is said where it is missing."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.alone import alone
from local.checks import packages, programs
from local.child import NotReady


@pytest.mark.parametrize(
    ("name", "found"),
    [("unzip", programs.unzip), ("7zz", programs.seven_zip), ("bsdtar", programs.libarchive)],
)
def test_the_machine_s_own_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, found: Callable[[], str | tuple[str, ...]]
) -> None:
    own = tmp_path / name
    own.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found() in {str(own), (str(own),)}


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        (programs.unzip, "install the package unzip"),
        (programs.packaged_seven_zip, "install one of: 7z, 7zz, 7za"),
        (programs.packaged_libarchive, "run: make setup, or install bsdtar"),
    ],
)
def test_what_is_nowhere_to_be_had_is_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Callable[[], object], advice: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platform.machine", lambda: "sparc")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(NotReady, match=advice):
        found()


def test_one_installs_while_all_others_wait(tmp_path: Path) -> None:
    home = tmp_path / "checks"
    with alone(home), (tmp_path / "checks.lock").open() as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (tmp_path / "checks.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_lock_pins_what_is_fetched_and_names_no_host() -> None:
    locked = json.loads(packages.LOCK.read_text())["packages"]
    fetched = {name: package for name, package in locked.items() if name}
    assert {"node_modules/7zip-bin", "node_modules/axe-core"} <= set(fetched)
    assert all(package["integrity"].startswith("sha512-") for package in fetched.values())
    assert not any("resolved" in package for package in fetched.values())
