"""Checks beside each other, and what single ones make of what they are told."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError

from operate import diagnosis
from shared.adapters.graph.calls import CALLS, ERASING, Principal
from shared.adapters.graph.certificates import read_certificate
from shared.adapters.graph.clouds import CHINA
from shared.adapters.graph.credential_check import certificate_found, secret_found
from shared.adapters.graph.domain_check import domain_found
from shared.adapters.graph.leftovers import LONGEST_CLEARING
from shared.adapters.graph.login_refusals import login_refused
from shared.adapters.graph.permissions import needed, permissions_found
from shared.adapters.graph.send import CALL_TIME_LIMIT
from shared.adapters.graph.throw_away import LONGEST_CLEANING, LONGEST_REMOVAL
from shared.adapters.receipt_check import ReceiptCheck
from shared.domain.checks.check import PATIENCE_FOR_WRITES, Check, Name, Place, examine
from shared.domain.checks.clocks import clock_found
from shared.domain.checks.common_reasons import COMMON_REASONS, SWEPT
from shared.domain.checks.reason import Found, Reason, Result, found
from shared.domain.checks.storage_reasons import STORAGE_REASONS
from shared.domain.checks.sweeps import SweepCheck
from shared.domain.checks.tenant_reasons import TENANT_REASONS
from shared.domain.errors import SigningUnavailable, StorageUnavailable
from shared.domain.ports import JsonObject
from shared.domain.receipts import PublicKey
from tests.certificates import certificate
from tests.fakes import FakeClock, ListLog
from tests.unit.samples import NOW

REASONS = (*COMMON_REASONS, *STORAGE_REASONS, *TENANT_REASONS)
ALL = frozenset(Principal)


def a_check(ask: Callable[[], Awaitable[Sequence[Found]]], name: Name = Name.TABLES) -> Check:
    return Check(Place.STATE, name, ask, patience=timedelta(milliseconds=50))


async def well() -> Sequence[Found]:
    return (found(SWEPT, seconds=1),)


async def hangs() -> Sequence[Found]:
    await asyncio.Event().wait()
    return ()


async def fails() -> Sequence[Found]:
    raise RuntimeError("kanarienvogel")


async def test_a_check_that_hangs_or_fails_is_itself_a_finding_and_hides_no_other() -> None:
    log = ListLog()
    checks = [a_check(hangs), a_check(fails, Name.QUEUES), a_check(well)]
    findings = await examine(checks, log)
    assert [one.check for one in findings] == checks
    assert [one.found.code for one in findings] == ["no_answer_in_time", "check_failed", "swept"]
    assert log.lines == [("check_failed", {"step": "queues", "tenant": None})]
    assert "kanarienvogel" not in str(findings)


async def test_all_checks_are_asked_at_once() -> None:
    meeting = asyncio.Barrier(3)

    async def meets() -> Sequence[Found]:
        await meeting.wait()
        return await well()

    findings = await examine([a_check(meets)] * 3, ListLog())
    assert [one.found.code for one in findings] == ["swept"] * 3


def test_a_run_ends_before_the_platform_ends_the_call() -> None:
    whole = PATIENCE_FOR_WRITES + LONGEST_CLEANING
    assert LONGEST_REMOVAL + CALL_TIME_LIMIT + LONGEST_CLEARING <= PATIENCE_FOR_WRITES
    assert (
        whole
        < timedelta(seconds=200)
        < timedelta(seconds=float(diagnosis.PATIENCE.read or 0))
        < timedelta(seconds=230)
    )


def test_every_code_is_one_reason_s_and_whatever_is_not_well_says_what_to_do() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    for reason in REASONS:
        assert re.fullmatch("[a-z_]+", reason.code)
        assert bool(reason.remedy) == (reason.result is not Result.OK), reason.code


@pytest.mark.parametrize(
    ("away", "code"),
    [(0, "clock_right"), (59, "clock_right"), (60, "clock_off"), (299, "clock_off"), (300, "clock_wrong")],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_is_judged_by_how_far_it_is_away(away: int, code: str, sign: int) -> None:
    date = (NOW + sign * timedelta(seconds=away)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert clock_found(date, NOW.replace(microsecond=0)).code == code


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_a_service_without_a_clock_is_told_so(date: str | None) -> None:
    assert clock_found(date, NOW).code == "clock_untold"


@pytest.mark.parametrize(
    ("ago", "code"), [(None, "never_swept"), (60, "swept"), (299, "swept"), (300, "not_swept")]
)
async def test_the_timer_is_judged_by_its_last_sweep(ago: int | None, code: str) -> None:
    async def last() -> datetime | None:
        return NOW - timedelta(seconds=ago) if ago is not None else None

    assert [one.code for one in await SweepCheck(last, FakeClock(NOW)).ask()] == [code]


async def test_the_timer_is_not_judged_while_storage_is_down() -> None:
    async def last() -> datetime | None:
        raise StorageUnavailable

    assert [one.code for one in await SweepCheck(last, FakeClock(NOW)).ask()] == ["sweeps_untold"]


def refused(text: str, status: int = 401) -> ClientAuthenticationError:
    error = ClientAuthenticationError(text)
    error.status_code = status
    return error


LOGIN = "Authentication failed: {}: Kanarienvogel of app 'aaaaaaaa-0000-4000-8000-000000000001'. Trace ID: x"
EXPIRED = LOGIN.format("AADSTS700027") + " [Reason - The key used is expired., Thumbprint of key: 'ABC']"


@pytest.mark.parametrize(
    ("error", "code", "names"),
    [
        (refused(LOGIN.format("AADSTS7000215")), "wrong_secret", "__ERASER__CLIENT_SECRET"),
        (refused(LOGIN.format("AADSTS7000222")), "secret_expired", "__ERASER__CLIENT_SECRET"),
        (refused(LOGIN.format("AADSTS700027")), "certificate_unknown", "__ERASER__CLIENT_ID"),
        (refused(EXPIRED), "certificate_expired", "__ERASER__CLIENT_CERTIFICATE"),
        (refused(LOGIN.format("AADSTS700024")), "assertion_off_time", "NTP"),
        (refused(LOGIN.format("AADSTS70021")), "not_trusted", "__ERASER__MANAGED_IDENTITY_CLIENT_ID"),
        (refused(LOGIN.format("AADSTS700213")), "not_trusted", "federated credential"),
        (refused(LOGIN.format("AADSTS700016")), "unknown_app", "__ERASER__CLIENT_ID"),
        (refused(LOGIN.format("AADSTS7000112")), "app_disabled", "__ERASER__CLIENT_ID"),
        (refused(LOGIN.format("AADSTS90002")), "unknown_tenant", "TENANTS__CONTOSO__TENANT_ID"),
        (refused(LOGIN.format("AADSTS53003")), "blocked_by_policy", "service principal"),
        (refused(LOGIN.format("AADSTS50001")), "login_refused", "TENANTS__CONTOSO__ERASER"),
        (refused(LOGIN.format("AADSTS90033"), 503), "login_unavailable", "LOGIN_URL"),
        (refused("no JSON"), "login_unavailable", "LOGIN_URL"),
        (ServiceRequestError("no way to kanarienvogel"), "login_unavailable", "LOGIN_URL"),
        (CredentialUnavailableError("no IMDS"), "identity_missing", "__ERASER__MANAGED_IDENTITY_CLIENT_ID"),
    ],
)
def test_what_the_login_endpoint_says_is_known_by_its_code(
    error: ClientAuthenticationError, code: str, names: str
) -> None:
    said = login_refused(error, "contoso", "TENANTS__CONTOSO__ERASER")
    assert (said.code, said.result) == (code, Result.FAULT)
    assert names in said.remedy
    assert not re.search("kanarienvogel|aaaaaaaa|Trace|ABC", str(said), re.IGNORECASE)


def token(*roles: object) -> str:
    return jwt.encode({"roles": list(roles)}, "k" * 32, "HS256")


def test_the_needs_of_both_registrations_are_those_of_the_table() -> None:
    both = needed(ALL, frozenset())
    assert set(both) == {permission for call in CALLS for permission in call.permissions}
    eraser = needed({Principal.ERASER}, frozenset())
    assert ERASING & set(both) <= set(eraser)
    assert not ERASING & set(needed({Principal.READER}, frozenset()))


def test_what_a_cloud_lacks_needs_no_permission() -> None:
    assert "IdentityRiskyUser.Read.All" not in needed(ALL, CHINA.lacks)


def test_every_difference_between_token_and_table_is_named() -> None:
    wanted = needed(ALL, frozenset())
    assert [one.code for one in permissions_found(token(*wanted), wanted, "contoso")] == ["permitted"]
    without = {*wanted} - {"User.Read.All", "User.DeleteRestore.All", "IdentityRiskyUser.Read.All"}
    said = permissions_found(token(*without, "Mail.Read"), wanted, "contoso")
    assert [one.code for one in said] == [
        "section_not_permitted",
        "deletion_not_permitted",
        "permission_missing",
        "permission_not_used",
    ]
    assert "Mail.Read" in said[3].remedy
    assert "read_profile" in said[2].meaning


def test_a_token_is_taken_for_what_it_is() -> None:
    wanted = needed(ALL, frozenset())
    assert [one.code for one in permissions_found("opaque", wanted, "contoso")] == ["roles_untold"]
    strange = [f"P{number}.All" for number in range(99)]
    assert len(permissions_found(token(*wanted, *strange, "<b>", "x" * 999, 5), wanted, "contoso")) == 20


def domain(name: str, *, initial: bool = False, default: bool = False) -> JsonObject:
    return {"name": name, "isInitial": initial, "isDefault": default}


INITIAL = domain("contoso.onmicrosoft.com", initial=True)
OWN = domain("contoso.example", default=True)
OTHER = domain("shop.example")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("contoso.onmicrosoft.com", "domain_right"),
        ("CONTOSO.onmicrosoft.com", "domain_right"),
        ("contoso.example", "domain_right"),
        ("shop.example", "domain_not_issuer"),
        ("fabrikam.onmicrosoft.com", "domain_wrong"),
    ],
)
def test_a_domain_must_be_the_issuer_of_local_accounts(given: str, code: str) -> None:
    said = domain_found([OTHER, INITIAL, OWN], given, "contoso")
    assert said.code == code
    assert not said.remedy or "TENANTS__CONTOSO__DOMAIN to contoso.onmicrosoft.com" in said.remedy


def test_a_domain_is_named_only_where_it_has_the_form_of_one() -> None:
    said = domain_found([domain("[b]not a domain[/b]", initial=True)], "x.example", "contoso")
    assert "[b]" not in said.remedy


def secret(hint: str | None, days: float) -> JsonObject:
    return {"hint": hint, "endDateTime": f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"}


@pytest.mark.parametrize(
    ("secrets", "code"),
    [
        ([secret("abc", 31)], "secret_good"),
        ([secret("abc", 29)], "secret_ends"),
        ([secret("abc", 29), secret("xyz", 300)], "secret_ends"),
        ([secret(None, 29), secret("xyz", 300)], "secret_good"),
        ([], "secret_untold"),
        (None, "secret_untold"),
        ([{"hint": "abc", "endDateTime": "soon"}], "secret_untold"),
    ],
)
def test_the_end_of_a_secret_is_that_of_the_one_in_use(secrets: list[JsonObject] | None, code: str) -> None:
    said = secret_found([{"passwordCredentials": secrets}], "abcdef", "TENANTS__CONTOSO", NOW)
    assert said.code == code
    assert "abc" not in f"{said.meaning} {said.remedy}"


def test_of_another_tenant_s_registration_no_end_is_known() -> None:
    assert secret_found([], "abcdef", "TENANTS__CONTOSO", NOW).code == "secret_untold"


@pytest.mark.parametrize(
    ("ends_in", "now_in", "code"),
    [
        (31, 0, "certificate_good"),
        (29, 0, "certificate_ends"),
        (1, 2, "certificate_expired"),
        (1, -2, "certificate_not_yet"),
    ],
)
def test_a_certificate_says_itself_how_long_it_is_good(ends_in: int, now_in: int, code: str) -> None:
    made = read_certificate(certificate(ends_in=timedelta(days=ends_in)).pkcs12())
    now = datetime.now(UTC) + timedelta(days=now_in)
    assert certificate_found(made, "TENANTS__CONTOSO", now).code == code


class Vault:
    """A key whose vault answers with this."""

    def __init__(self, cause: Exception) -> None:
        self._cause = cause

    async def public(self) -> PublicKey:
        raise SigningUnavailable from self._cause

    async def signature(self, data: bytes) -> bytes:
        raise NotImplementedError(len(data))


def answered(status: int, text: str = "kanarienvogel") -> HttpResponseError:
    error = HttpResponseError(text)
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("cause", "code", "names"),
    [
        (answered(403), "vault_role_missing", "Key Vault Crypto User"),
        (answered(403, "Code: ForbiddenByFirewall"), "vault_unreachable", "firewall"),
        (answered(404), "vault_key_missing", "RECEIPTS__KEY_ID"),
        (answered(500), "no_signature", "RECEIPTS__KEY_ID"),
        (ServiceRequestError("kanarienvogel"), "vault_unreachable", "firewall"),
        (ServiceResponseError("kanarienvogel"), "vault_unreachable", "firewall"),
        (TimeoutError(), "vault_unreachable", "RECEIPTS__KEY_ID"),
        (CredentialUnavailableError("kanarienvogel"), "vault_no_identity", "RECEIPTS__CLIENT_ID"),
        (ValueError("kanarienvogel"), "no_signature", "EC P-256"),
    ],
)
async def test_what_keeps_a_key_vault_from_signing_is_named(cause: Exception, code: str, names: str) -> None:
    (said,) = await ReceiptCheck(Vault(cause)).ask()
    assert (said.code, said.result, names in said.remedy) == (code, Result.FAULT, True)
    assert "kanarienvogel" not in str(said)


def test_facts_are_filled_in() -> None:
    reason = Reason("x", Result.FAULT, "{a} is off.", "Mend {a} by {b}.")
    assert found(reason, a="It", b=1) == Found("x", Result.FAULT, "It is off.", "Mend It by 1.")
