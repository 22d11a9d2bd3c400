"""Bad input and bad luck: one clear line, one exit code, nothing half done, no secret told."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from operate.answers import ANOTHER_APP
from operate.client import BROKEN_OFF, CUT_SHORT, NOT_REACHED, TOO_SLOW, UNTRUSTED
from operate.exits import Exit
from operate.refusals import APP_FAILED, NOT_SIGNED_IN, NOT_THE_APP, USUAL
from tests.paths import ROOT
from tests.security.minting import operator
from tests.unit.operating import Terminal
from tests.unit.samples import NOW, REQUEST_ID
from tests.unit.staff import NILS
from tests.unit.world import ADA

SECRET = "eyJhbGciOi-secret"
HTML = httpx.Headers({"content-type": "text/html"})
SHOW = ("show", REQUEST_ID)
CANCEL = ("cancel", REQUEST_ID, "--yes")
TOO_LONG = "x" * 701


def answer(status: int, code: str = "", **headers: str) -> httpx.Response:
    """A problem of the app where there is a code, else a gateway's page."""
    if not code:
        return httpx.Response(status, html="<h1>Gateway</h1>", headers=headers)
    body = {"code": code, "detail": f"Detail of {code}."}
    problem = {"content-type": "application/problem+json", **headers}
    return httpx.Response(status, json=body, headers=problem)


def tls() -> httpx.ConnectError:
    error = httpx.ConnectError("handshake")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    return error


@dataclass(frozen=True)
class Case:
    """What is typed and what is so, and how it must end."""

    name: str
    words: tuple[str, ...]
    code: Exit
    line: str
    instead: tuple[httpx.Response | BaseException, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    calls: int = 0


def address(name: str, url: str | None, line: str) -> Case:
    return Case(name, SHOW, Exit.WRONG_ADDRESS, line, environment={"OPERATE_URL": url})


NO_ADDRESS = "That is no address of an app; it has the form https://NAME.azurewebsites.net."
UNSET = {"OPERATE_TOKEN": None, "OPERATE_CLIENT_ID": None, "OPERATE_TENANT_ID": None, "OPERATE_SCOPE": None}
CASES = (
    address("no address", None, "Say where the app is: --url https://… or OPERATE_URL."),
    address("an address without a scheme", "app.example", NO_ADDRESS),
    address("an address of a file", "file:///etc/passwd", NO_ADDRESS),
    address("an address with a bad port", "https://app.example:x", NO_ADDRESS),
    address("an address with a password", "https://user:secret@app.example", NO_ADDRESS),
    address("an address with a key", "https://app.example/api?code=secret", NO_ADDRESS),
    address(
        "an address in the clear",
        "http://app.example",
        "The address must begin with https://: a token would be readable on the way.",
    ),
    Case(
        "another site", SHOW, Exit.WRONG_ADDRESS, NOT_THE_APP, (httpx.Response(200, html="hello"),), calls=1
    ),
    Case(
        "a list of another app",
        ("list",),
        Exit.WRONG_ADDRESS,
        ANOTHER_APP,
        (httpx.Response(200, json={"a": 1}),),
        calls=1,
    ),
    Case("a page not found", SHOW, Exit.WRONG_ADDRESS, NOT_THE_APP, (answer(404),), calls=1),
    Case(
        "a sign-in page",
        SHOW,
        Exit.WRONG_ADDRESS,
        NOT_THE_APP,
        (answer(302, location="https://else.example"),),
        calls=1,
    ),
    Case("no such name", SHOW, Exit.UNREACHABLE, NOT_REACHED, (httpx.ConnectError("x"),), calls=1),
    Case("no answer in time", SHOW, Exit.UNREACHABLE, TOO_SLOW, (httpx.ReadTimeout("x"),), calls=1),
    Case("half an answer", CANCEL, Exit.UNREACHABLE, BROKEN_OFF, (httpx.RemoteProtocolError("x"),), calls=1),
    Case("a strange certificate", SHOW, Exit.TLS, UNTRUSTED, (tls(),), calls=1),
    Case(
        "no sign-in",
        SHOW,
        Exit.SIGN_IN,
        "Not signed in: OPERATE_CLIENT_ID is not set. docs/operate.md says what is needed.",
        environment=UNSET,
    ),
    Case(
        "no scope for the Azure command line",
        (*SHOW, "--credential", "azure-cli"),
        Exit.SIGN_IN,
        "Not signed in: OPERATE_SCOPE is not set. docs/operate.md says what is needed.",
        environment=UNSET,
    ),
    Case(
        "a token that is none",
        SHOW,
        Exit.SIGN_IN,
        "Not signed in: OPERATE_TOKEN is not a token.",
        environment={"OPERATE_TOKEN": f"{SECRET}\nx: y"},
    ),
    Case(
        "a made-up token", SHOW, Exit.SIGN_IN, NOT_SIGNED_IN, environment={"OPERATE_TOKEN": SECRET}, calls=1
    ),
    Case(
        "an expired token",
        SHOW,
        Exit.SIGN_IN,
        NOT_SIGNED_IN,
        environment={"OPERATE_TOKEN": operator(NOW).changed(exp=1).token()},
        calls=1,
    ),
    Case("the host's 401", SHOW, Exit.SIGN_IN, NOT_SIGNED_IN, (httpx.Response(401),), calls=1),
    Case("an unknown request", SHOW, Exit.UNKNOWN, "There is no such request.", calls=1),
    Case("an act on an unknown request", CANCEL, Exit.UNKNOWN, "There is no such request.", calls=1),
    Case(
        "one's own request",
        CANCEL,
        Exit.ROLE,
        "Detail of own_request.",
        (answer(403, "own_request"),),
        calls=1,
    ),
    Case("a gateway that forbids", SHOW, Exit.ROLE, USUAL[Exit.ROLE], (answer(403),), calls=1),
    Case(
        "an app that failed",
        SHOW,
        Exit.APP_FAILED,
        APP_FAILED.format(status=500),
        (answer(500, "internal_error"),),
        calls=1,
    ),
    Case(
        "a gateway that failed", SHOW, Exit.APP_FAILED, APP_FAILED.format(status=502), (answer(502),), calls=1
    ),
    Case(
        "storage that stays away",
        SHOW,
        Exit.BUSY,
        "Detail of storage_unavailable.",
        (answer(503, "storage_unavailable"),) * 4,
        calls=4,
    ),
    Case("too many calls", CANCEL, Exit.BUSY, USUAL[Exit.BUSY], (answer(429),) * 4, calls=4),
    Case(
        "a wait that is too long",
        SHOW,
        Exit.BUSY,
        "Detail of too_many.",
        (answer(429, "too_many", **{"retry-after": "3600"}),),
        calls=1,
    ),
    Case(
        "a note that is too long",
        (*CANCEL, "--note", TOO_LONG),
        Exit.BAD_INPUT,
        "Not taken: note must be 1 to 700 characters without control characters.",
        calls=1,
    ),
    Case(
        "a name with spaces",
        ("find", "ada lovelace"),
        Exit.BAD_INPUT,
        "Not taken: name must be 1 to 320 characters without spaces.",
        calls=1,
    ),
    Case("nobody to find", ("find",), Exit.BAD_INPUT, "Say whom: a name, or --object-id."),
    Case(
        "a name and an object id",
        ("find", "ada", "--object-id", ADA),
        Exit.BAD_INPUT,
        "Say whom: a name, or --object-id.",
    ),
    Case(
        "a tenant that is none",
        ("find", "ada", "--tenant", "nowhere"),
        Exit.BAD_INPUT,
        "Not taken: tenant must be the name of a configured tenant.",
        calls=1,
    ),
    Case(
        "a date that is none",
        ("list", "--due-before", "31.12.2026"),
        Exit.BAD_INPUT,
        "A time has the form 2026-12-01 or 2026-12-01T09:30:00Z.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_goes_wrong_ends_with_one_line_and_a_code(case: Case) -> None:
    terminal = Terminal()
    terminal.transport.instead = list(case.instead)
    done = terminal.run(*case.words, environment=case.environment)
    assert (done.code, done.out) == (case.code, "")
    assert done.err.strip() == case.line
    assert len(terminal.transport.calls) == case.calls
    for secret in (SECRET, terminal.token(), "secret"):
        assert secret not in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("show", "not-an-id"),
        ("nothing",),
        ("list", "--status", "lost"),
        ("refuse", REQUEST_ID, "--yes"),
        ("refuse", REQUEST_ID, "--reason", "complexity", "--yes"),
        ("extend", REQUEST_ID, "--reason", "excessive", "--yes"),
        ("hold", "place", "contoso", ADA, "--yes"),
        ("list", "--credential", "password"),
        ("follow", REQUEST_ID, "--for", "0"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_not_understood_calls_nobody(words: tuple[str, ...]) -> None:
    terminal = Terminal()
    done = terminal.run(*words)
    assert (done.code, done.out, terminal.transport.calls) == (Exit.USAGE, "", [])
    assert done.err.splitlines()[0].startswith("Usage: operate ")


def test_whoever_has_no_role_reads_nothing() -> None:
    done = Terminal().run("list", who=NILS)
    assert (done.code, done.out, done.err) == (Exit.ROLE, "", "You lack the role that this needs.\n")


def test_a_call_is_made_again_after_what_the_app_asks_for() -> None:
    terminal = Terminal()
    terminal.transport.instead = [answer(503, "storage_unavailable", **{"retry-after": "7"}), answer(429)]
    assert terminal.run("list", "--json").value == []
    first, second = terminal.slept
    assert first == 7
    assert 1 <= second <= 2


def test_ctrl_c_ends_with_130_and_a_line() -> None:
    terminal = Terminal()
    terminal.transport.instead = [KeyboardInterrupt()]
    done = terminal.run("list", "--json")
    assert (done.code, done.out, done.err) == (Exit.INTERRUPTED, "", "Interrupted.\n")


def test_ctrl_c_while_the_app_is_asked_to_act_says_that_it_may_have_been() -> None:
    terminal = Terminal()
    terminal.transport.instead = [KeyboardInterrupt()]
    done = terminal.run(*CANCEL)
    assert (done.code, done.out, done.err) == (Exit.INTERRUPTED, "", f"{CUT_SHORT}\n")


def test_a_page_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operate.client.LARGEST", 1000)
    terminal = Terminal()
    terminal.transport.instead = [httpx.Response(200, content=b"{" + b" " * 1001 + b"}")]
    done = terminal.run(*SHOW)
    assert (done.code, done.err) == (Exit.WRONG_ADDRESS, f"{NOT_THE_APP}\n")


def test_an_address_may_end_in_api() -> None:
    terminal = Terminal()
    assert terminal.run("list", "--url", "https://app.example/api/").code == 0
    assert terminal.run("list", "--url", "http://127.0.0.1:7071").code == 0
    assert {str(call.url.path) for call in terminal.transport.calls} == {"/api/operations/requests"}


def test_it_is_not_deployed() -> None:
    assert "operate/" in (ROOT / ".funcignore").read_text().splitlines()
