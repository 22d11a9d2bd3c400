"""Which Chromium tests of pages get."""

import json
from pathlib import Path

import pytest

from local.browser import chromium
from local.child import NotReady


@pytest.mark.parametrize("name", chromium.NAMES)
def test_the_machine_s_own_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program = tmp_path / name
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.chromium() == chromium.Chromium(str(program))


def test_where_the_package_does_not_run_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "HOME", tmp_path / "none")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(NotReady, match="install one of: chromium"):
        chromium.packaged_chromium()


def test_the_lock_pins_what_is_fetched_and_names_no_host() -> None:
    packages = json.loads(chromium.LOCK.read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert all(package["integrity"].startswith("sha512-") for package in fetched.values())
    assert not any("resolved" in package for package in fetched.values())
