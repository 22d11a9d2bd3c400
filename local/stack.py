"""The local stack: Graph simulator, inbox, Azurite, and the function app in the embedded host."""

import base64
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from local.app_settings import Keys, app_settings, notice_settings, object_of
from local.azurite.process import Azurite
from local.child import Child, Command, NotReady, python
from local.node import ROOT, set_up

PATIENCE = 30.0
Json = Mapping[str, object]


@dataclass(frozen=True)
class StackOptions:
    """What to start, what to use instead of starting it, and settings of the app beside the usual ones."""

    port: int = 0
    users: int = 20
    tenants: int = 2
    audit_events: int = 12
    seed: int = 1
    data_dir: Path | None = None
    graph_url: str | None = None
    login_url: str | None = None
    storage_connection_string: str | None = None
    invisibility: int = 600
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ready:
    """Where everything answers."""

    app: str
    function_key: str
    graph: str
    storage_connection_string: str
    sample_users: tuple[Json, ...]
    pids: Mapping[str, int]
    login: str
    ca_file: str
    sign_in: Json
    identity: Json
    inbox: str


class Stack:
    """Starts everything in order; `ended` names a process that did not live on."""

    def __init__(self, options: StackOptions, folder: Path, exits: ExitStack) -> None:
        self._folder = folder
        self._options = options
        self._exits = exits
        self._running: dict[str, Callable[[], int | None]] = {}
        self._pids: dict[str, int] = {}
        self._hosts: dict[str, Child] = {}
        self._host_arguments: Sequence[str] = ()
        self._host_environment: Mapping[str, str] = {}

    def start(self) -> Ready:
        """Everything, each waited for. Raises `NotReady`."""
        graph = self._graph()
        inbox = self._inbox(graph) if "ca_file" in graph else None
        storage = self._options.storage_connection_string or self._azurite()
        key = secrets.token_urlsafe(24)
        told = inbox.ready(PATIENCE) if inbox else {}
        usual = app_settings(graph, storage, self._keys(), os.environ) | notice_settings(told)
        self._host_environment = {**usual, **self._options.settings}
        arguments = {"--app": ROOT, "--function-key": key, "--invisibility": self._options.invisibility}
        self._host_arguments = [f"{name}={value}" for name, value in arguments.items()]
        url = self.start_host(port=self._options.port)
        samples = graph.get("sample_users", ())
        return Ready(
            app=url,
            function_key=key,
            graph=str(graph["graph"]),
            storage_connection_string=storage,
            sample_users=tuple(samples) if isinstance(samples, list) else (),
            pids=self._pids,
            login=str(graph["login"]),
            ca_file=str(graph.get("ca_file", "")),
            sign_in=object_of(graph, "sign_in"),
            identity=object_of(graph, "identity"),
            inbox=str(told.get("page", "")),
        )

    def start_host(self, name: str = "host", port: int = 0, **settings: str) -> str:
        """One more process that serves the app, or one in place of another that was killed; its address.

        `settings` are for this one alone.
        """
        arguments = python("local.host", *self._host_arguments, f"--port={port}", "--follow-parent")
        environment = {**self._host_environment, **settings}
        command = Command(name, arguments, self._folder / f"{name}.log", environment)
        self._hosts[name] = child = self._exits.enter_context(Child(command))
        self._running[name], self._pids[name] = child.ended, child.pid
        return str(child.ready(PATIENCE)["url"])

    def kill_host(self, name: str = "host") -> None:
        """End it at once, as a machine that fails would."""
        self._hosts.pop(name).kill()

    def ended(self) -> str | None:
        """The name of a process that has ended, None while all run."""
        return next((name for name, ended in self._running.items() if ended() is not None), None)

    def _graph(self) -> Json:
        options = self._options
        if options.graph_url and options.login_url:
            return {"graph": options.graph_url, "login": options.login_url}
        arguments = {
            "--users": options.users,
            "--tenants": options.tenants,
            "--audit-events": options.audit_events,
            "--seed": options.seed,
            "--state-dir": self._folder / "graph",
        }
        flat = [str(part) for pair in arguments.items() for part in pair]
        child = self._started("graph", python("local.graph", *flat, "--follow-parent"))
        return child.ready(PATIENCE)

    def _inbox(self, graph: Json) -> Child:
        """Mail service and webhook receiver, under the simulator's certificate; not waited for."""
        files = (f"--certificate={graph['ca_file']}", f"--key={graph['key_file']}")
        return self._started("inbox", python("local.inbox", *files, "--follow-parent"))

    def _azurite(self) -> str:
        azurite = self._exits.enter_context(Azurite(self._folder))
        self._running["azurite"], self._pids["azurite"] = azurite.ended, azurite.pid
        return azurite.connection_string

    def _started(self, name: str, arguments: Sequence[str]) -> Child:
        child = self._exits.enter_context(Child(Command(name, arguments, self._folder / f"{name}.log", {})))
        self._running[name], self._pids[name] = child.ended, child.pid
        return child

    def _keys(self) -> Keys:
        """Kept with the data: another hash key would not know the requests of before."""
        return Keys(
            hash_key=_kept(self._folder / "hash-key", lambda: secrets.token_bytes(32)),
            receipts=_kept(self._folder / "receipts-key", _signing_key),
        )


def _kept(path: Path, make: Callable[[], bytes]) -> str:
    """What was made for this folder, as base64."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(make()).decode())
    return path.read_text()


def _signing_key() -> bytes:
    form = serialization.PrivateFormat.PKCS8
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@contextmanager
def running_stack(options: StackOptions) -> Iterator[tuple[Stack, Ready]]:
    """A stack that is ended, whatever happens. Raises `NotReady`."""
    set_up()
    with ExitStack() as exits:
        folder = options.data_dir or Path(
            exits.enter_context(tempfile.TemporaryDirectory(prefix="privacy-", ignore_cleanup_errors=True))
        )
        folder.mkdir(parents=True, exist_ok=True)
        stack = Stack(options, folder, exits)
        yield stack, stack.start()


def up(options: StackOptions, show: Callable[[Ready], None]) -> int:
    """Run until a signal comes (0) or a process ends by itself (1)."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with running_stack(options) as (stack, ready):
            show(ready)
            while not stop.wait(0.5):
                if (name := stack.ended()) is not None:
                    print(f"{name} has ended; ending the rest", file=sys.stderr)
                    return 1
    except NotReady as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def print_ready(ready: Ready) -> None:
    """One JSON line on standard output."""
    print(json.dumps({"event": "ready", **asdict(ready)}), flush=True)


def print_curl(ready: Ready) -> None:
    """What to paste into a terminal, on standard error; the JSON line too."""
    print_ready(ready)
    person = next((user for user in ready.sample_users if "email" in user), None)
    call = f"curl -s -H 'x-functions-key: {ready.function_key}'"
    body = json.dumps({"subject": {"email": person["email"]}, "regulation": "gdpr"}) if person else "{}"
    quoted = body.replace("'", "'\\''")
    post = f"{call} -H 'content-type: application/json' -d '{quoted}'"
    lines = (
        "",
        "Running; ctrl-C ends it. Try:",
        "",
        f"  {post} {ready.app}/api/exports",
        f"  {call} {ready.app}/api/exports/ID",
        f"  {call} -X POST {ready.app}/api/exports/ID/link",
        f"  {post} {ready.app}/api/deletions",
        f"  {call} {ready.app}/api/deletions/ID",
        f"  curl -s {ready.app}/api/health",
        "",
        *((f"E-mails and webhooks are shown at {ready.inbox}/", "") if ready.inbox else ()),
    )
    print("\n".join(lines), file=sys.stderr, flush=True)
