"""The page on setting up a tenant asks for what the code needs, no more and no less."""

import re

from shared.adapters.graph.calls import CALLS
from tests.paths import ROOT

PAGE = (ROOT / "docs/tenant-setup.md").read_text()
NEEDED = {
    permission: {call.name for call in CALLS if permission in call.permissions}
    for permission in {permission for call in CALLS for permission in call.permissions}
}


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_table_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
    assert {permission: set(re.findall(r"`(\w+)`", calls)) for permission, calls in rows} == NEEDED
    assert len(rows) == len(NEEDED)


def test_the_commands_grant_just_these_permissions() -> None:
    granted = re.findall(r"\b[A-Z]\w+\.\w+(?:\.\w+)*\.All\b", block("sh"))
    assert sorted(granted) == sorted(NEEDED)
    assert set(re.findall(r"'([A-Z]\w+\.[\w.]+)'", block("powershell"))) == set(NEEDED)


def test_what_is_for_deletions_alone_is_told_last() -> None:
    deleting = {"disable_user", "enable_user", "revoke_sessions", "delete_user", "purge_user"}
    alone = {permission for permission, calls in NEEDED.items() if calls <= deleting}
    rows = re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE)
    assert "The last three are for deletions alone." in PAGE
    assert set(rows[-3:]) == alone
