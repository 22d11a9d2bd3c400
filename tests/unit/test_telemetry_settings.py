"""Where telemetry goes, by settings: what is needed, what is refused, what is never told."""

import contextlib
import string

import pytest
from opentelemetry.util.re import parse_env_headers

from function_app import build
from shared.domain.no_telemetry import NoTelemetry
from shared.setting_forms import RuleBroken, headers
from shared.settings import SettingsFault, load_settings
from shared.telemetry_settings import build_telemetry, client_id_in, headers_in
from tests.unit.test_settings import CANARY, GUID, environment, faults_of

IDENTITY = f"ClientId={GUID};Authorization=AAD"


def test_nothing_is_set_for_nothing() -> None:
    blank = environment(
        APPLICATIONINSIGHTS_CONNECTION_STRING="", APPLICATIONINSIGHTS_AUTHENTICATION_STRING=""
    )
    assert isinstance(build_telemetry(load_settings(blank)), NoTelemetry)


def test_what_the_host_has_for_itself_turns_nothing_on() -> None:
    hosts = environment(
        APPLICATIONINSIGHTS_CONNECTION_STRING="InstrumentationKey=x",
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING=IDENTITY,
    )
    assert isinstance(build_telemetry(load_settings(hosts)), NoTelemetry)


@pytest.mark.parametrize(
    ("way", "needs"),
    [("azure_monitor", "APPLICATIONINSIGHTS_CONNECTION_STRING"), ("otlp", "OTEL_EXPORTER_OTLP_ENDPOINT")],
)
def test_each_way_needs_where_to(way: str, needs: str) -> None:
    assert set(faults_of(environment(TELEMETRY=way))) == {needs}
    assert set(faults_of(environment(TELEMETRY=way, **{needs: ""}))) == {needs}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEMETRY", "on"),
        ("TELEMETRY_SAMPLING", "1.1"),
        ("TELEMETRY_SAMPLING", "-0.1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example.com:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", CANARY),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"a b={CANARY}"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1\r\nx-other=2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1%0D%0Ax-other: 2"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"a={CANARY};b"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f'a="{CANARY}"'),
        ("OTEL_EXPORTER_OTLP_HEADERS", ",".join(f"h{number}=1" for number in range(17))),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", f"ClientId={CANARY};Authorization=AAD"),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "Authorization=Key"),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", f"@Microsoft.KeyVault({CANARY})"),
    ],
)
def test_a_fault_is_told_by_name_and_never_by_value(name: str, value: str) -> None:
    faults = faults_of(environment(**{name: value}))
    assert set(faults) == {name}
    assert CANARY not in str(faults)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("x-key=a", {"x-key": "a"}),
        ("x-key=a%20b%2Cc,authorization=Bearer abc==", {"x-key": "a b,c", "authorization": "Bearer abc=="}),
        ("x-key=a:b&(c)!", {"x-key": "a:b&(c)!"}),
    ],
)
def test_headers_are_taken_as_exporters_take_them(value: str, meant: dict[str, str]) -> None:
    given = load_settings(environment(OTEL_EXPORTER_OTLP_HEADERS=value)).otel_exporter_otlp_headers
    assert given
    assert headers_in(given.get_secret_value()) == meant == parse_env_headers(value, liberal=True)


def test_no_header_is_taken_that_the_exporter_would_write_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for character in string.printable:
        with contextlib.suppress(RuleBroken):
            parse_env_headers(str(headers(f"x-key=a{character}=b")), liberal=True)
    assert caplog.records == []


def test_a_connection_string_that_is_none_is_a_fault_and_not_shown() -> None:
    settings = load_settings(
        environment(TELEMETRY="azure_monitor", APPLICATIONINSIGHTS_CONNECTION_STRING=f"{CANARY}=x")
    )
    with pytest.raises(SettingsFault) as caught:
        build(settings)
    assert [fault.setting for fault in caught.value.faults] == ["APPLICATIONINSIGHTS_CONNECTION_STRING"]
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(settings)


@pytest.mark.parametrize(
    ("identity", "client_id"),
    [(IDENTITY, GUID), (f"clientid={GUID};authorization=AAD;", GUID), ("Authorization=AAD", None)],
)
def test_the_identity_is_read_as_the_host_reads_it(identity: str, client_id: str | None) -> None:
    load_settings(environment(APPLICATIONINSIGHTS_AUTHENTICATION_STRING=identity))
    assert client_id_in(identity) == client_id
