import ast
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared.log import FIELDS, MASK, configure_log, get_log, masked
from tests.paths import ROOT

SECRETS = {
    "address": "zoë.o'brien@example.com",
    "encoded address": "zoe%40example.com",
    "object id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "mangled id": "3fa85f6457174562b3fc2c963f66afa6",
    "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln",
    "link": "https://account.blob.core.windows.net/exports/x?sv=1&sig=abc%3D",
    "account key": "AccountKey=Zm9vYmFyZm9vYmFy;x",
    "function key": "code=Zm9vYmFyZm9vYmFyZm9vYmFy",
}


@pytest.fixture(autouse=True)
def fresh_log() -> Iterator[None]:
    factory = logging.getLogRecordFactory()
    configure_log("DEBUG")
    yield
    logging.setLogRecordFactory(factory)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(record.getMessage()) for record in caplog.records]


def test_a_line_is_one_json_object_with_event_level_time_and_fields(caplog: pytest.LogCaptureFixture) -> None:
    structlog.contextvars.bind_contextvars(request_id="11111111-1111-4111-8111-111111111111")
    get_log("test").info("step_done", step="archive")
    (line,) = lines(caplog)
    assert (line["event"], line["level"], line["step"]) == ("step_done", "info", "archive")
    assert line["request_id"] == "11111111-1111-4111-8111-111111111111"
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_secret_gets_out_by_any_way(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = get_log("test")
    log.info("event", step=secret, code=f"a {secret} b", subject=secret, reason={"nested": secret})
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("failed")
        logging.getLogger("somebody").exception("broke with %s", secret)
    logging.getLogger("somebody").debug(secret)
    assert len(caplog.records) == 4
    assert secret not in caplog.text
    assert secret.partition("@")[0] not in caplog.text.replace(MASK, "") or "@" not in secret


def test_an_exception_is_told_by_type_and_place(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("zoe")
    except KeyError:
        get_log("test").exception("failed")
    (line,) = lines(caplog)
    assert line["error"] == "KeyError"
    assert "test_log.py:" in str(line["frames"])


def test_a_record_that_cannot_be_rendered_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Sulky:
        def __str__(self) -> str:
            raise RuntimeError

    logging.getLogger("somebody").warning("%s", Sulky())
    assert caplog.records[0].getMessage() == "[unprintable]"


def test_talkative_packages_are_quiet_also_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").info("GET https://graph.microsoft.com/v1.0/users/zoe")
    logging.getLogger("azure.core.pipeline").info("x")
    assert caplog.records == []


@given(st.text())
def test_masking_takes_any_text_and_is_done_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.emails())
def test_no_address_is_left(address: str) -> None:
    assert address not in masked(f"x {address} y")


SOURCES = [
    path for folder in ("shared", "composition", "*_function") for path in ROOT.glob(f"{folder}/**/*.py")
]
LOGGERS = {"info", "warning", "error", "exception"}


def logged_fields() -> set[str]:
    """The names of fields in every call of a log."""
    calls = (
        node
        for path in (*SOURCES, ROOT / "function_app.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGGERS
    )
    return {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}


def test_every_field_that_the_code_logs_may_be_shown() -> None:
    assert {"step", "channel", "answer"} <= logged_fields() <= FIELDS
