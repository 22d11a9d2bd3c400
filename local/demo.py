"""The whole flow on this machine: export a person, download and check it; then a deletion, read back."""

import hashlib
import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from local.client import AppClient, Json, client_for
from local.stack import Ready, StackOptions, running_stack

EVENTS = 2500
WRITES = {"the person": ["PATCH", "POST", "DELETE", "DELETE"]}
"""Sign-in blocked, sessions ended, moved to the recycle bin, purged."""


class DemoFailed(Exception):
    """Something did not come out as promised; the message says what."""


@dataclass(frozen=True)
class Demo:
    """One run of the demo against a running stack."""

    console: Console
    app: AppClient
    graph: httpx.Client

    def run(self, person: Json) -> None:
        """Export the person and check the archive, then delete the account for good and read it back."""
        subject = {"email": person["email"]}
        self.console.rule("1. Export: GDPR Art. 15 and 20")
        exported = self._follow("export", self.app.submit("exports", subject))
        self._expect(exported["status"], "completed", "the export's status")
        self._check_archive(self._download(exported), person)
        self.console.rule("2. Deletion: GDPR Art. 17")
        removed = self._follow("deletion", self.app.submit("deletions", subject))
        self._expect(removed["status"], "completed", "the deletion's status")
        self._read_back(removed, person)

    def _follow(self, title: str, accepted: Json) -> Json:
        last = accepted
        with Live(console=self.console, refresh_per_second=20) as live:
            for last in self.app.follow(accepted):
                live.update(_progress(title, last))
        return last

    def _download(self, exported: Json) -> zipfile.ZipFile:
        link = self.app.link(exported)
        data = httpx.get(str(link["url"]), timeout=60, trust_env=False).raise_for_status().content
        self._expect(hashlib.sha256(data).hexdigest(), link["sha256"], "the archive's SHA-256")
        self.console.print(f"  the link works until {link['expiresAt']}; nothing but the archive, read only")
        return zipfile.ZipFile(io.BytesIO(data))

    def _check_archive(self, archive: zipfile.ZipFile, person: Json) -> None:
        manifest = json.loads(archive.read("manifest.json"))
        table = Table("file", "records", "bytes", "SHA-256", title="export.zip")
        for file in manifest["files"]:
            data = archive.read(file["path"])
            self._expect(hashlib.sha256(data).hexdigest(), file["sha256"], f"SHA-256 of {file['path']}")
            records = f"{file['count']:,}" if "count" in file else ""
            table.add_row(file["path"], records, f"{file['bytes']:,}", f"{file['sha256'][:16]}…")
        self.console.print(table)
        self._compare_events(archive, person)

    def _compare_events(self, archive: zipfile.ZipFile, person: Json) -> None:
        lines = archive.read(f"data/{person['tenant']}/directory-audits.ndjson").splitlines()
        exported = sorted(json.loads(line)["id"] for line in lines)
        held = self.graph.get(f"/_control/events/{person['tenant']}/{person['object_id']}").json()
        self._expect(exported, sorted(held["ids"]), f"all {len(exported):,} audit events, each once")

    def _read_back(self, removed: Json, person: Json) -> None:
        tenants = removed["tenants"]
        assert isinstance(tenants, list)  # noqa: S101 - narrows the type; the contract is openapi.yaml's
        outcome = next(tenant for tenant in tenants if tenant["tenant"] == person["tenant"])
        self._expect(outcome["outcome"], "purged", f"the outcome in {person['tenant']}")
        held = self.graph.get(f"/_control/users/{person['tenant']}/{person['object_id']}").json()
        self._expect(held["state"], "gone", "neither among the users nor in the recycle bin")
        self._expect(self._writes(person), WRITES, "what was written to the account, and to no other")
        self.console.print(f"  Graph's audit events on it remain until {outcome['auditEventsUntil']}")

    def _writes(self, person: Json) -> dict[str, list[str]]:
        """The method of each write that the directory has seen, by whom it was about."""
        seen: dict[str, list[str]] = {}
        for write in self.graph.get("/_control/writes").json():
            seen.setdefault(write["object_id"], []).append(write["method"])
        return {("the person" if whom == person["object_id"] else whom): done for whom, done in seen.items()}

    def _expect(self, found: object, expected: object, what: str) -> None:
        if found != expected:
            raise DemoFailed(f"{what} is not as promised")
        self.console.print(f"  [green]✓[/] {what}")


def _progress(title: str, status: Json) -> Group:
    steps, reason = status["steps"], status["reason"]
    assert isinstance(steps, list)  # noqa: S101 - narrows the type; the contract is openapi.yaml's
    head = Text(
        f"{title} {status['id']}: {status['status']}" + (f" ({reason})" if reason else ""), style="bold"
    )
    lines = [Text(("✓ " if step["done"] else "· ") + step["name"]) for step in steps]
    return Group(head, *lines, Text(f"due {status['dueAt']}", style="dim"), Text())


def main() -> int:
    """Run the demo on a stack of its own; 0 when everything was as promised."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="privacy-demo-") as folder:
        console.print("Starting the Graph simulator, Azurite and the function app …")
        with running_stack(StackOptions(audit_events=EVENTS, data_dir=Path(folder))) as (_, ready):
            try:
                _demo(console, ready).run(ready.sample_users[0])
            except (DemoFailed, httpx.HTTPError, RuntimeError, TimeoutError) as fault:
                console.print(f"[red]✗[/] {fault}")
                return 1
    console.print("[green]Done.[/] Nothing is left running.")
    return 0


def _demo(console: Console, ready: Ready) -> Demo:
    graph = httpx.Client(base_url=ready.graph, timeout=30, trust_env=False)
    return Demo(console, client_for(ready.app, ready.function_key), graph)
