"""`scripts/setup_tenant` as an administrator runs it, against the simulator's Graph over HTTP."""

import base64
import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import hashes

from shared.adapters.graph.calls import CALLS, ERASING, Principal, permissions_of
from shared.adapters.graph.clouds import CHINA, CLOUDS, GLOBAL
from shared.settings import load_settings
from tenant_setup.options import options
from tenant_setup.permissions import PROFILES, permissions
from tenant_setup.proofs import is_of
from tests.certificates import certificate
from tests.local.graph_client import token
from tests.local.registering import GRAPH_APP, applications, posted, principals, register
from tests.paths import ROOT
from tests.running import Simulator
from tests.unit.test_settings import environment
from tests.unit.test_settings import tenant as settings_of

AZ = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
cat "$(dirname "$0")/told"
"""
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Desk:
    """An administrator's machine: the Azure CLI is signed in, and the script is there."""

    simulator: Simulator
    folder: Path
    name: str

    def sign_in(self, tenant: str = "contoso", roles: list[str] | None = None) -> None:
        """`az login` to a tenant."""
        with self.simulator.administrator(tenant, roles) as graph:
            bearer = graph.headers["authorization"].removeprefix("Bearer ")
        tenant_id = jwt.decode(bearer, options={"verify_signature": False})["tid"]
        (self.folder / "told").write_text(json.dumps({"accessToken": bearer, "tenant": tenant_id}))

    def run(self, *arguments: str, tenant: str = "contoso.onmicrosoft.com", status: int = 0) -> Done:
        """The script, which must end so."""
        where = ("--graph-url", self.simulator.url, "--login-url", self.simulator.login)
        command = [str(ROOT / "scripts/setup_tenant"), tenant, *where, *self._named(arguments), *arguments]
        path = f"{self.folder}:{os.environ['PATH']}"
        environment = {"PATH": path, "SETUP_PYTHON": sys.executable}
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env=environment, cwd=self.folder
        )
        assert ran.returncode == status, ran.stdout + ran.stderr
        return ran

    def _named(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return () if {"--name", "--client-id", "--application"} & set(arguments) else ("--name", self.name)


@pytest.fixture
def desk(simulator: Simulator, tmp_path: Path) -> Desk:
    az = tmp_path / "az"
    az.write_text(AZ)
    az.chmod(0o755)
    made = Desk(simulator, tmp_path, f"privacy {uuid4().hex}'s")
    made.sign_in()
    return made


def told(ran: Done) -> dict[str, str]:
    """The settings that it leads to."""
    return dict(line.split("=", 1) for line in ran.stdout.splitlines() if re.match(r"[A-Z][A-Z_]+=", line))


def client_id(ran: Done) -> str:
    settings = told(ran)
    return settings.get("TENANTS__CONTOSO__CLIENT_ID") or settings["TENANTS__CONTOSO__ERASER__CLIENT_ID"]


def roles(desk: Desk, ran: Done, secret: Path, tenant: str = "contoso") -> list[str]:
    """What the app's own token carries, from the login."""
    given = token(desk.simulator, tenant, client_id=client_id(ran), client_secret=secret.read_text())
    claims: dict[str, Any] = jwt.decode(given.json()["access_token"], options={"verify_signature": False})
    carried: list[str] = claims["roles"]
    return carried


def writes(desk: Desk) -> list[dict[str, Any]]:
    """What the simulator was made to change since it was last asked."""
    made = desk.simulator.writes()
    desk.simulator.ask("DELETE", "writes")
    return made


@pytest.mark.parametrize("profile", PROFILES)
def test_the_app_s_token_has_just_the_permissions_of_the_table(desk: Desk, profile: str) -> None:
    secret = desk.folder / "secret"
    ran = desk.run("--profile", profile, "--secret-file", str(secret))
    assert roles(desk, ran, secret) == sorted(permissions_of(*PROFILES[profile]))
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text() not in ran.stdout + ran.stderr


def test_profiles_share_out_the_table() -> None:
    assert set(permissions("both", "global")) == {name for call in CALLS for name in call.permissions}
    assert not ERASING & set(permissions("reader", "global"))
    assert permissions("exports", "global") == permissions("reader", "global")
    assert set(permissions("eraser", "global")) == permissions_of(Principal.ERASER)


def test_what_a_cloud_does_not_have_needs_no_permission() -> None:
    left_out = set(permissions("both", "global")) - set(permissions("both", "china"))
    needed = {name for call in CALLS if call.name not in CHINA.lacks for name in call.permissions}
    assert left_out == permissions_of(*Principal) - needed
    assert "AuditLog.Read.All" in left_out


def test_a_dry_run_shows_each_call_and_changes_nothing(desk: Desk) -> None:
    desk.simulator.ask("DELETE", "writes")
    secret = desk.folder / "secret"
    arguments = ("--secret-file", str(secret), "--identity", str(uuid4()))
    shown = desk.run("--dry-run", *arguments)
    assert writes(desk) == []
    assert not secret.exists()
    would = re.findall(r"^would send: (\w+) /(\S+)", shown.stdout, re.MULTILINE)
    done = re.findall(r"^sends: (\w+) /(\S+)", desk.run(*arguments).stdout, re.MULTILINE)
    assert [method for method, _ in would] == [method for method, _ in done]
    assert len(would) == len(writes(desk)) == 5 + len(permissions("both", "global"))


def test_a_second_run_changes_nothing_more(desk: Desk) -> None:
    made, secret = certificate(), desk.folder / "secret"
    file = desk.folder / "app.pem"
    file.write_text(made.certificate_pem)
    arguments = (
        *("--secret-file", str(secret), "--certificate", str(file)),
        *("--identity", desk.simulator.identity["principal_id"]),
    )
    first = desk.run(*arguments)
    kept = secret.read_text()
    writes(desk)
    again = desk.run(*arguments, "--application", client_id(first))
    assert writes(desk) == []
    assert (secret.read_text(), client_id(again)) == (kept, client_id(first))


def test_a_permission_too_many_is_told_and_taken_away_when_asked(desk: Desk) -> None:
    secret = desk.folder / "secret"
    made = desk.run("--profile", "both", "--secret-file", str(secret))
    arguments = ("--application", client_id(made), "--profile", "reader", "--secret-file", str(secret))
    warned = desk.run(*arguments)
    assert f"it has {', '.join(sorted(ERASING))}, which it need not have" in warned.stdout
    assert set(roles(desk, warned, secret)) >= ERASING
    desk.run(*arguments, "--remove-extra", "--dry-run")
    assert set(roles(desk, warned, secret)) >= ERASING
    removed = desk.run(*arguments, "--remove-extra")
    assert roles(desk, removed, secret) == list(permissions("reader", "global"))


@pytest.mark.parametrize(
    ("may", "needed"),
    [
        (["Application.Read.All"], "Application Administrator"),
        (["Application.ReadWrite.All"], "Privileged Role Administrator"),
        ([], "Application Administrator"),
    ],
)
def test_whoever_may_not_is_told_the_role_that_it_takes(desk: Desk, may: list[str], needed: str) -> None:
    desk.sign_in(roles=may)
    secret = desk.folder / "secret"
    ran = desk.run("--secret-file", str(secret), status=1)
    assert f"it takes the role {needed}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_no_file_is_left_where_no_secret_was_made(desk: Desk) -> None:
    made = client_id(desk.run())
    desk.simulator.fault("500", path="addPassword")
    secret = desk.folder / "secret"
    ran = desk.run("--application", made, "--secret-file", str(secret), status=1)
    assert "Graph answered 500" in ran.stderr
    assert not secret.exists()


def test_no_secret_is_made_that_cannot_be_written(desk: Desk) -> None:
    ran = desk.run("--secret-file", "not-there/secret", status=1)
    assert "cannot be written: FileNotFoundError" in ran.stderr
    assert [one for one in writes(desk) if "addPassword" in str(one)] == []


def test_what_graph_puts_off_is_tried_again(desk: Desk) -> None:
    desk.simulator.fault("503", retry_after=0, path="servicePrincipals", times=2)
    desk.run()


def test_an_application_of_another_tenant_is_consented_to_and_proved_by_its_identity(desk: Desk) -> None:
    identity = desk.simulator.identity
    desk.sign_in("workforce")
    at_home = desk.run("--multitenant", "--identity", identity["principal_id"], "--setting", "contoso")
    app_id = client_id(at_home)
    with desk.simulator.administrator("workforce") as home:
        assert principals(home, app_id) == []
    desk.sign_in()
    here = desk.run("--client-id", app_id)
    assert told(here)["TENANTS__CONTOSO__CLIENT_ID"] == app_id
    assert "TENANTS__CONTOSO__MANAGED_IDENTITY_CLIENT_ID" in told(here)
    params = {"api-version": "2019-08-01", "resource": GLOBAL.exchange_audience}
    given = httpx.get(
        identity["endpoint"],
        params={**params, "client_id": identity["client_id"]},
        headers={"x-identity-header": identity["header"]},
        trust_env=False,
    ).json()["access_token"]
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    answer = token(desk.simulator, client_id=app_id, client_assertion=given, client_assertion_type=kind)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["roles"] == list(permissions("both", "global"))


def test_the_settings_of_reader_eraser_and_exports_are_told(desk: Desk) -> None:
    both = told(desk.run("--setting", "shop"))
    assert both["TENANTS__SHOP__DOMAIN"] == "contoso.onmicrosoft.com"
    assert "TENANTS__SHOP__DELETIONS" not in both
    eraser = told(desk.run("--profile", "eraser", "--name", f"eraser {uuid4().hex}"))
    assert set(eraser) == {"TENANTS__CONTOSO__ERASER__CLIENT_ID", "TENANTS__CONTOSO__ERASER__CLIENT_SECRET"}
    exports = told(desk.run("--profile", "exports", "--cloud", "us_gov", "--name", f"exports {uuid4().hex}"))
    assert (exports["TENANTS__CONTOSO__DELETIONS"], exports["CLOUD"]) == ("none", "us_gov")


def test_the_sign_in_is_asked_for_the_graph_of_the_cloud(desk: Desk) -> None:
    for name, cloud in CLOUDS.items():
        desk.run("--dry-run", "--cloud", name)
        asked = (desk.folder / "asked").read_text().splitlines()[-1]
        assert f"--tenant contoso.onmicrosoft.com --resource {cloud.graph} " in asked


def test_whoever_else_has_registered_an_application_of_that_name_is_given_nothing(desk: Desk) -> None:
    with desk.simulator.administrator() as graph:
        others = posted(graph, "applications", {"displayName": desk.name})
    writes(desk)
    ran = desk.run("--secret-file", str(desk.folder / "secret"), status=1)
    assert f"is there ({others['appId']})" in ran.stderr
    assert writes(desk) == []


def test_one_that_is_named_is_gone_on_with(desk: Desk) -> None:
    with desk.simulator.administrator() as graph:
        mine = posted(graph, "applications", {"displayName": desk.name, "signInAudience": "AzureADMyOrg"})
    assert client_id(desk.run("--application", mine["appId"])) == mine["appId"]
    assert "no application" in desk.run("--application", str(uuid4()), status=1).stderr


def test_what_an_application_asks_for_besides_is_taken_away_only_when_asked(desk: Desk) -> None:
    made, other = client_id(desk.run("--profile", "exports")), str(uuid4())
    theirs = {"resourceAppId": other, "resourceAccess": [{"id": str(uuid4()), "type": "Scope"}]}
    with desk.simulator.administrator() as graph:
        one = applications(graph, made)[0]
        body = {"requiredResourceAccess": [theirs]}
        graph.patch(f"applications/{one['id']}", json=body).raise_for_status()
        warned = desk.run("--application", made)
        asked = applications(graph, made)[0]["requiredResourceAccess"]
        desk.run("--application", made, "--remove-extra")
        left = applications(graph, made)[0]["requiredResourceAccess"]
    assert "asks for 1 permissions that it need not have" in warned.stdout
    assert theirs in asked
    assert {of["resourceAppId"]: len(of["resourceAccess"]) for of in left} == {
        GRAPH_APP: len(permissions("both", "global"))
    }


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        (certificate().key_pem, "holds a private key"),
        ("-----BEGIN X-----", "holds 0 certificates"),
        (certificate().certificate_pem * 2, "holds 2 certificates"),
    ],
    ids=["key", "none", "two"],
)
def test_a_file_that_is_no_certificate_is_not_sent(desk: Desk, text: str, told_of: str) -> None:
    file = desk.folder / "app.pem"
    file.write_text(text)
    assert told_of in desk.run("--certificate", str(file), status=1).stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--client-id", str(uuid4()), "--multitenant"),
        ("--client-id", str(uuid4()), "--application", str(uuid4())),
        ("--client-id", "no guid"),
        ("--identity", "no guid"),
        ("--secret-days", "731"),
        ("--setting", "the-shop"),
        ("--setting", "s" * 33),
        ("--graph-url", "http://graph.example.com"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    desk: Desk, arguments: tuple[str, ...]
) -> None:
    desk.run(*arguments, status=2)
    assert not (desk.folder / "asked").exists()


@pytest.mark.parametrize("tenant", ["bücher-shop.onmicrosoft.com", "4df37eee-5658-4220-8fa6-faa6a7c7eaf9"])
def test_the_name_of_a_tenant_in_settings_is_one_that_the_app_takes(tenant: str) -> None:
    name = options([tenant]).setting
    environ = {other: value for other, value in environment().items() if "TENANTS" not in other}
    assert load_settings(
        {**environ, **settings_of(name, DOMAIN="contoso.onmicrosoft.com")}
    ).tenants.keys() == {name.lower()}


def test_it_takes_no_package() -> None:
    """`-S` leaves out whatever is installed."""
    command = [sys.executable, "-S", "-m", "tenant_setup", "--help"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_tenant_s_own_extra_application_is_left_alone(desk: Desk) -> None:
    with desk.simulator.administrator() as graph:
        other = register(graph, "Mail.Read")
        desk.run("--remove-extra")
        kept = principals(graph, other.app_id)[0]
        path = f"servicePrincipals/{kept['id']}/appRoleAssignments"
        assert len(graph.get(path).json()["value"]) == 1
        assert principals(graph, GRAPH_APP)


@pytest.mark.parametrize("form", ["bytes", "hexadecimal thumbprint", "base64 thumbprint"])
def test_a_registered_certificate_is_known_again_however_graph_shows_it(form: str) -> None:
    made, other = certificate(), certificate()
    thumbprint = made.certificate.fingerprint(hashes.SHA1())  # noqa: S303 - what Graph names keys by
    shown = {
        "bytes": {"key": base64.b64encode(made.der).decode(), "customKeyIdentifier": None},
        "hexadecimal thumbprint": {"key": None, "customKeyIdentifier": thumbprint.hex().upper()},
        "base64 thumbprint": {"key": None, "customKeyIdentifier": base64.b64encode(thumbprint).decode()},
    }[form]
    assert is_of(shown, made.der)
    assert not is_of(shown, other.der)
