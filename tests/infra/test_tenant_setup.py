"""The page on setting up a tenant asks for what the code needs, no more and no less."""

import contextlib
import io
import re

import pytest

from shared.adapters.graph.calls import CALLS, ERASING
from shared.adapters.graph.clouds import CLOUDS, Cloud
from tenant_setup.options import options
from tenant_setup.permissions import PROFILES
from tests.paths import ROOT

PAGE = (ROOT / "docs/tenant-setup.md").read_text()
NEEDED = {
    permission: {call.name for call in CALLS if permission in call.permissions}
    for permission in {permission for call in CALLS for permission in call.permissions}
}


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


PERMISSIONS, BY_HAND = section("Permissions"), section("By hand")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", BY_HAND, re.DOTALL)
    return str(found)


def test_the_table_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", PERMISSIONS, re.MULTILINE)
    assert {permission: set(re.findall(r"`(\w+)`", calls)) for permission, calls in rows} == NEEDED
    assert len(rows) == len(NEEDED)


def test_the_commands_grant_just_these_permissions() -> None:
    granted = re.findall(r"\b[A-Z]\w+\.\w+(?:\.\w+)*\.All\b", block("sh"))
    assert sorted(granted) == sorted(NEEDED)
    assert set(re.findall(r"'([A-Z]\w+\.[\w.]+)'", block("powershell"))) == set(NEEDED)


def test_what_is_for_deletions_alone_is_told_last() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|", PERMISSIONS, re.MULTILINE)
    assert "The last three are for deletions alone." in PAGE
    assert set(rows[-3:]) == ERASING


def test_the_clouds_are_those_of_the_code_with_what_each_does_not_have() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \|(.+)\|$", section("Clouds"), re.MULTILINE)
    assert {name: set(re.findall(r"`([^`]+)`", told)) for name, told in rows} == {
        name: told_of(cloud) for name, cloud in CLOUDS.items()
    }


def told_of(cloud: Cloud) -> set[str]:
    return {cloud.login, cloud.graph, cloud.exchange_audience, *cloud.lacks}


def test_the_script_takes_every_option_that_the_page_has() -> None:
    rows = re.findall(r"^\| (`--.+?`) \|", section("By the script"), re.MULTILINE)
    named = set(re.findall(r"--[a-z-]+", " ".join(rows)))
    with pytest.raises(SystemExit), contextlib.redirect_stdout(io.StringIO()) as shown:
        options(["--help"])
    offered = set(re.findall(r"--[a-z-]+", shown.getvalue()))
    left_out = {"--dry-run", "--secret-days", "--graph-url", "--login-url", "--help"}
    assert named == offered - left_out
    assert set(re.findall(r"--profile (\w+)", " ".join(rows))) == set(PROFILES)
