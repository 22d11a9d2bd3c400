"""`operate doctor`: what it asks, shows and ends with."""

import ssl
from collections.abc import Mapping, Sequence

import httpx
import pytest

from operate.diagnosis import COMMON
from operate.exits import Exit
from shared.domain.checks.common_reasons import CLOCK_OFF
from shared.domain.checks.storage_reasons import SHARED_KEY_DISABLED
from shared.domain.checks.tenant_reasons import NEEDS_TOKEN, SECRET_EXPIRED, WRONG_SECRET
from shared.setting_forms import UNRESOLVED
from shared.setting_parts import Fault
from tests.unit.checking import Asked, Clinic, MadeUpTenant
from tests.unit.operating import Ended, Terminal
from tests.unit.staff import RITA

GATEWAY = httpx.Response(503, headers={"content-type": "text/html"}, content=b"<html>Service Unavailable")


def terminal(clinic: Clinic) -> Terminal:
    return Terminal(clinic.office)


def findings(done: Ended) -> list[Mapping[str, object]]:
    value = done.value
    assert isinstance(value, dict)
    shown = value["findings"]
    assert isinstance(shown, list)
    return shown


def bodies(at: Terminal) -> Sequence[bytes]:
    return [call.content for call in at.transport.calls if call.method == "POST"]


def test_a_sound_set_up_ends_with_0_and_shows_every_place() -> None:
    at = terminal(Clinic())
    done = at.run("doctor")
    assert (done.code, done.err) == (Exit.DONE, "")
    for words in ("✓ ok", "upkeep", "tables", "contoso", "fabrikam", "sign-in", "0 fault, 0 warning"):
        assert words in done.out, words


def test_each_place_is_asked_by_itself_so_that_it_is_shown_when_it_is_known() -> None:
    at = terminal(Clinic())
    at.run("doctor")
    common, contoso, fabrikam = bodies(at)
    assert all(place in common.decode() for place in COMMON)
    assert b'"contoso"' in contoso
    assert b'"fabrikam"' in fabrikam
    assert all(b'"write":false' in one.replace(b" ", b"") for one in (contoso, fabrikam))


def test_only_the_tenants_that_are_named_are_asked() -> None:
    clinic = Clinic()
    assert terminal(clinic).run("doctor", "--tenant", "fabrikam").code == Exit.DONE
    assert [one.reads.count for one in clinic.tenants.values()] == [0, 1]


def test_a_tenant_that_is_none_is_bad_input() -> None:
    done = terminal(Clinic()).run("doctor", "--tenant", "litware")
    assert done.code == Exit.BAD_INPUT
    assert "tenants/0 must be the name of a configured tenant" in done.err


def test_a_fault_ends_with_its_code_and_is_shown_last_with_what_to_do() -> None:
    clinic = Clinic(upkeep=Asked(CLOCK_OFF))
    clinic.tenants["contoso"].reads.reason = SECRET_EXPIRED
    done = terminal(clinic).run("doctor")
    assert done.code == Exit.FAULTS
    summary = done.out.rpartition("what to do")[2]
    assert summary.index("! warning") < summary.index("✗ fault")
    assert "TENANTS__CONTOSO__CLIENT_SECRET" in summary
    assert "1 fault, 1 warning" in done.out


def test_a_warning_alone_is_no_failure() -> None:
    assert terminal(Clinic(upkeep=Asked(CLOCK_OFF))).run("doctor").code == Exit.DONE


def test_checks_that_say_the_same_share_a_line() -> None:
    tenant = MadeUpTenant("contoso", Asked(NEEDS_TOKEN), Asked(NEEDS_TOKEN))
    done = terminal(Clinic({"contoso": tenant})).run("doctor", "--write", "--yes")
    assert "sign-in, hard-delete" in done.out


def test_json_is_one_value_with_every_finding() -> None:
    done = terminal(Clinic(tables=Asked(WRONG_SECRET))).run("doctor", "--json")
    assert done.code == Exit.FAULTS
    assert [one["code"] for one in findings(done)] == [
        "alive",
        "swept",
        "wrong_secret",
        *("signed_in", "not_asked_to_write"),
        *("signed_in", "not_asked_to_write"),
    ]


def test_a_throw_away_user_is_made_once_a_person_says_yes() -> None:
    clinic = Clinic()
    at = terminal(clinic)
    assert at.run("doctor", "--write", typed="n\n").code == Exit.DECLINED
    assert at.transport.calls == []
    assert at.run("doctor", "--write", typed="y\n").code == Exit.DONE
    assert at.run("doctor", "--write", "--yes").code == Exit.DONE
    assert [one.writes.count for one in clinic.tenants.values()] == [2, 2]


def test_while_settings_are_at_fault_each_is_a_finding_and_no_token_is_asked_for() -> None:
    faults = (Fault("HASH_KEY", "is required"), Fault("TENANTS__CONTOSO__CLIENT_SECRET", UNRESOLVED))
    at = terminal(Clinic(faults=faults))
    done = at.run("doctor", "--json", environment={"OPERATE_TOKEN": "?"})
    assert done.code == Exit.FAULTS
    wrong, unresolved = findings(done)
    assert (wrong["code"], "HASH_KEY is required" in str(wrong["meaning"])) == ("setting_at_fault", True)
    assert unresolved["code"] == "reference_not_resolved"
    assert "TENANTS__CONTOSO__CLIENT_SECRET" in str(unresolved["meaning"])
    assert "Key Vault Secrets User" in str(unresolved["remedy"])
    assert len(at.transport.calls) == 1


def tls() -> httpx.ConnectError:
    error = httpx.ConnectError("no")
    error.__cause__ = ssl.SSLCertVerificationError("no")
    return error


@pytest.mark.parametrize(
    ("first", "code", "finding", "names"),
    [
        (httpx.ConnectError("no"), Exit.UNREACHABLE, "app_unreachable", "OPERATE_URL"),
        (httpx.ReadTimeout("no"), Exit.UNREACHABLE, "app_unreachable", "network"),
        (tls(), Exit.TLS, "app_not_trusted", "SSL_CERT_FILE"),
        (httpx.Response(404), Exit.WRONG_ADDRESS, "not_this_app", "OPERATE_URL"),
        (httpx.Response(200, content=b"<html>"), Exit.WRONG_ADDRESS, "not_this_app", "deployed"),
        (httpx.Response(200, json={"status": "ok"}), Exit.WRONG_ADDRESS, "not_this_app", "OPERATE_URL"),
        (GATEWAY, Exit.APP_FAILED, "app_failed", "started"),
        (httpx.Response(500), Exit.APP_FAILED, "app_failed", "log"),
    ],
)
def test_an_app_that_does_not_answer_is_a_finding_too(
    first: httpx.Response | Exception, code: Exit, finding: str, names: str
) -> None:
    at = terminal(Clinic())
    at.transport.instead = [first]
    done = at.run("doctor", "--json")
    assert done.code == code
    (said,) = findings(done)
    assert (said["code"], names in str(said["remedy"])) == (finding, True)


def test_a_place_that_is_not_told_of_hides_no_other() -> None:
    at = terminal(Clinic())
    health, common = httpx.Response(200, json={"status": "alive"}), httpx.Response(500)
    at.transport.instead = [health, common]
    done = at.run("doctor", "--tenant", "contoso", "--json")
    assert done.code == Exit.FAULTS
    assert [one["code"] for one in findings(done)] == [
        *("alive", "no_findings", "signed_in", "not_asked_to_write")
    ]


def test_who_may_only_read_is_told_so() -> None:
    done = terminal(Clinic()).run("doctor", who=RITA)
    assert done.code == Exit.ROLE


def test_texts_from_elsewhere_steer_no_terminal() -> None:
    at = terminal(Clinic())
    spoilt = {
        **dict.fromkeys(("place", "tenant", "check", "code", "remedy"), "[bold]\x1b[31m"),
        "meaning": "a\nb\x07",
        "result": "fault",
    }
    health = httpx.Response(200, json={"status": "alive"})
    answer = httpx.Response(200, json={"tenants": [], "findings": [spoilt], "checkedAt": "x"})
    at.transport.instead = [health, answer]
    out = at.run("doctor").out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[bold]" in out


def test_the_shared_key_is_named_with_its_remedy() -> None:
    clinic = Clinic(tables=Asked(SHARED_KEY_DISABLED))
    clinic.tables.facts = {"account": "STATE"}
    assert "STATE__connectionString" in terminal(clinic).run("doctor").out
