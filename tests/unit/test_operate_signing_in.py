"""Who an operator is to the app, and that nobody else learns it."""

from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError

from operate.exits import Exit, Failed
from operate.sign_in_refusals import told
from operate.signing_in import SignIn, Way, sign_in_of, token_source
from tests.unit.operating import Terminal

RECORD = Path("signed-in.json")
GUID = "5f000000-0000-4000-8000-0000000000aa"
IDS = {"OPERATE_TENANT_ID": "tenant", "OPERATE_CLIENT_ID": "client"}
IDS_AT_FAULT = "OPERATE_TENANT_ID, OPERATE_CLIENT_ID or OPERATE_AUTHORITY is not as it must be."
NO_CLI = "the Azure command line has no sign-in; run az login."
CLI = ("list", "--credential", "azure-cli")


def test_a_token_from_the_environment_goes_before_every_other_way() -> None:
    for way in Way:
        assert token_source(way, {"OPERATE_TOKEN": " token\n", **IDS}, RECORD, print)() == "token"


def test_the_scope_is_this_program_s_own_registration_unless_another_is_named() -> None:
    assert sign_in_of(IDS, RECORD) == SignIn("tenant", "client", "api://client/.default")
    named = {
        **IDS,
        "OPERATE_SCOPE": "api://app/.default",
        "OPERATE_AUTHORITY": "https://login.microsoftonline.us",
    }
    assert sign_in_of(named, RECORD).scope == "api://app/.default"
    assert sign_in_of(named, RECORD).authority == "https://login.microsoftonline.us"


@pytest.mark.parametrize(("value", "kept"), [("1", RECORD), ("0", None), ("yes", None), ("", None)])
def test_whose_tokens_there_are_is_kept_only_where_that_is_asked_for(value: str, kept: Path | None) -> None:
    assert sign_in_of({**IDS, "OPERATE_REMEMBER": value}, RECORD).record == kept


@pytest.mark.parametrize("missing", IDS)
def test_what_is_missing_is_named(missing: str) -> None:
    with pytest.raises(Failed, match=missing):
        sign_in_of({**IDS, missing: ""}, RECORD)


def test_nobody_is_asked_to_sign_in_for_what_cannot_be_called() -> None:
    done = Terminal().run("list", environment={"OPERATE_TOKEN": None, "OPERATE_URL": None, **IDS})
    assert done.code == Exit.WRONG_ADDRESS


@pytest.mark.parametrize(
    ("words", "environment", "line"),
    [
        (CLI, {"PATH": "", "OPERATE_SCOPE": "api://app/.default"}, NO_CLI),
        (CLI, {"OPERATE_SCOPE": "api://app/.default", "OPERATE_TENANT_ID": "no/tenant"}, IDS_AT_FAULT),
        (("list",), {"OPERATE_TENANT_ID": "no/tenant", "OPERATE_CLIENT_ID": GUID}, IDS_AT_FAULT),
        (
            ("list",),
            {"OPERATE_TENANT_ID": GUID, "OPERATE_CLIENT_ID": GUID, "OPERATE_AUTHORITY": "http://login"},
            IDS_AT_FAULT,
        ),
    ],
    ids=[
        "no Azure command line",
        "a tenant for it that is none",
        "a tenant that is none",
        "a login in the clear",
    ],
)
def test_what_keeps_one_from_signing_in_is_one_line(
    words: tuple[str, ...], environment: dict[str, str], line: str
) -> None:
    done = Terminal().run(*words, environment={"OPERATE_TOKEN": None, **environment})
    assert (done.code, done.out, done.err) == (Exit.SIGN_IN, "", f"Not signed in: {line}\n")


def test_of_a_refusal_microsoft_s_code_is_told_alone() -> None:
    text = "AADSTS50034: The user account olga@company.example does not exist"
    with pytest.raises(Failed) as refused, told():
        raise ClientAuthenticationError(text)
    assert refused.value.line == "The sign-in did not succeed (AADSTS50034)."


def test_whoever_has_no_key_store_is_told_that_nothing_can_be_remembered() -> None:
    text = "Authentication failed: Cache encryption is impossible because libsecret is not installed"
    with pytest.raises(Failed, match="OPERATE_REMEMBER=1 needs the system's key store"), told():
        raise ClientAuthenticationError(text)


def test_a_record_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = tmp_path / "signed-in.json"
    record.write_text("nonsense")
    monkeypatch.setattr("operate.session.record", lambda: record)
    environment = {
        "OPERATE_TOKEN": None,
        "OPERATE_TENANT_ID": GUID,
        "OPERATE_CLIENT_ID": GUID,
        "OPERATE_REMEMBER": "1",
    }
    done = Terminal().run("list", environment=environment)
    assert done.code == Exit.SIGN_IN
    assert done.err == f"{record} is not what was kept there; remove it and sign in again.\n"
