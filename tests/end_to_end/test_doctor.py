"""`operate doctor` in a process of its own, before apps that have each of the faults it is for."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from local.graph.directory import ALL_ROLES
from local.stack import StackOptions
from operate.exits import Exit
from tests.certificates import certificate
from tests.contract.azure_like import SOFT_DELETED, Manners, Refusal, azure_like
from tests.contract.test_storage_checks import NOWHERE
from tests.end_to_end.test_log_canaries import secrets_of_process
from tests.end_to_end.test_operate import Shell, shell_of
from tests.running import RunningStack, started_stack
from tests.security.deployment import Tokens

SECRET = "kanarienvogel~8Q~never-the-secret-of-anybody"
SHARED_KEYS_OFF = Refusal(403, "KeyBasedAuthenticationNotPermitted")


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack of its own: apps with faults take messages as well."""
    folder = tmp_path_factory.mktemp("clinic")
    with started_stack(StackOptions(tenants=1, users=5, data_dir=folder), LOG_LEVEL="DEBUG") as running:
        yield running


@pytest.fixture
def olga(clinic: RunningStack, tmp_path: Path) -> Iterator[Shell]:
    clinic.graph.reset()
    token = Tokens(clinic.graph).made("operator", operator="olga")
    yield shell_of(clinic, tmp_path, OPERATE_TOKEN=token)
    clinic.graph.reset()


@dataclass(frozen=True)
class Told:
    """How it ended, and what was found, by code."""

    code: int
    text: str
    findings: Mapping[str, Mapping[str, str]]

    @property
    def faults(self) -> set[str]:
        return {code for code, one in self.findings.items() if one["result"] == "fault"}


def doctor(shell: Shell, *words: str) -> Told:
    code, out, err = shell.run("doctor", "--json", *words)
    assert err == ""
    return Told(code, out, {str(one["code"]): one for one in json.loads(out)["findings"]})


def test_a_sound_set_up_has_no_fault_and_nothing_is_written(clinic: RunningStack, olga: Shell) -> None:
    told = doctor(olga)
    assert (told.code, told.faults) == (Exit.DONE, set())
    assert {code for code, one in told.findings.items() if one["result"] == "warning"} <= {"never_swept"}
    assert {"alive", "signs", "round_trip", "erases", "link_works", "permitted"} <= set(told.findings)
    assert clinic.graph.writes() == []


def test_a_person_reads_a_line_for_each(olga: Shell) -> None:
    code, out, err = olga.run("doctor")
    assert (code, err) == (Exit.DONE, "")
    assert "contoso" in out
    assert "docs/doctor.md" in out.splitlines()[-1]


def test_a_throw_away_user_is_made_and_gone(clinic: RunningStack, olga: Shell) -> None:
    clinic.graph.ask("POST", "roles", tenant="contoso", roles=[*ALL_ROLES, "User.ReadWrite.All"])
    before = clinic.graph.everybody()
    told = doctor(olga, "--write", "--yes")
    assert "hard_deletes" in told.findings
    assert clinic.graph.everybody() == before
    assert [write["method"] for write in clinic.graph.writes()] == ["POST", "DELETE", "DELETE"]


@dataclass(frozen=True)
class Case:
    """An app with these settings over such an account; what is found, and what its remedy names."""

    code: str
    names: str
    settings: Mapping[str, str] = field(default_factory=dict)
    arrange: Callable[[RunningStack], object] = lambda _clinic: None
    manners: Manners | None = None
    accounts: Sequence[str] = ()

    def account(self, sound: str) -> AbstractContextManager[str]:
        return azure_like(sound, self.manners) if self.manners else nullcontext(sound)


def litware(**proof: str) -> Mapping[str, str]:
    """A tenant more, which nobody has."""
    given = {
        "TENANT_ID": "11111111-0000-4000-8000-000000000011",
        "CLIENT_ID": "22222222-0000-4000-8000-000000000022",
        "DOMAIN": "litware.example",
        "DATA_REGION": "local",
        **proof,
    }
    return {f"TENANTS__LITWARE__{name}": value for name, value in given.items()}


EXPIRED = certificate(ends_in=timedelta(days=-1))
CASES = {
    "missing permission": Case(
        "permission_missing",
        "User.Read.All",
        arrange=lambda clinic: clinic.graph.withhold("contoso", frozenset({"User.Read.All"})),
    ),
    "wrong secret": Case(
        "wrong_secret", "TENANTS__CONTOSO__CLIENT_SECRET", {"TENANTS__CONTOSO__CLIENT_SECRET": SECRET}
    ),
    "expired certificate": Case(
        "certificate_expired",
        "TENANTS__LITWARE__CLIENT_CERTIFICATE",
        litware(CLIENT_CERTIFICATE=EXPIRED.pkcs12()),
    ),
    "wrong domain": Case(
        "domain_wrong",
        "TENANTS__CONTOSO__DOMAIN to contoso.onmicrosoft.com",
        {"TENANTS__CONTOSO__DOMAIN": "kontoso.onmicrosoft.com"},
    ),
    "unreachable storage": Case(
        "storage_unreachable",
        "DNS",
        {"STATE__connectionString": NOWHERE, "EXPORTS__connectionString": NOWHERE},
    ),
    "shared key disabled": Case(
        "shared_key_disabled",
        "EXPORTS__connectionString",
        manners=Manners(dict.fromkeys(("Blob", "Queue", "Table"), SHARED_KEYS_OFF)),
        accounts=("EXPORTS",),
    ),
    "soft delete on": Case(
        "soft_delete_on", "EXPORTS", manners=Manners(stays=SOFT_DELETED), accounts=("EXPORTS",)
    ),
    "skewed clock": Case(
        "clock_wrong", "NTP", arrange=lambda clinic: clinic.graph.ask("POST", "clock", ahead=600)
    ),
    "unresolved Key Vault reference": Case(
        "reference_not_resolved",
        "Key Vault Secrets User",
        {"HASH_KEY": "@Microsoft.KeyVault(SecretUri=https://kanarienvogel.vault.azure.net/secrets/hash)"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_named_with_what_to_do_and_nothing_secret_is_told(
    name: str, clinic: RunningStack, olga: Shell
) -> None:
    case, host = CASES[name], f"host with {name}"
    case.arrange(clinic)
    with case.account(clinic.ready.storage_connection_string) as account:
        settings = {f"{one}__connectionString": account for one in case.accounts} | dict(case.settings)
        url = clinic.processes.start_host(host, 0, **settings)
        secrets = secrets_of_process(clinic.ready.pids[host])
        told = doctor(Shell({**olga.environment, "OPERATE_URL": url}))
        clinic.processes.kill_host(host)
    assert (told.code, case.code in told.faults) == (Exit.FAULTS, True)
    assert case.names in told.findings[case.code]["remedy"]
    said = told.text + clinic.log_text(host)
    assert [one for one, secret in secrets.items() if secret in said] == []
    assert "kanarienvogel" not in said


def test_whoever_is_no_operator_is_told_nothing(clinic: RunningStack, olga: Shell) -> None:
    rita = Tokens(clinic.graph).made("operator", operator="rita")
    code, out, err = Shell({**olga.environment, "OPERATE_TOKEN": rita}).run("doctor", "--json")
    assert (code, out) == (Exit.ROLE, "")
    assert "role" in err
