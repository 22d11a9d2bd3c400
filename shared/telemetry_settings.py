"""Whether and where to telemetry is sent, as settings describe it. What sends it is imported only then."""

from urllib.parse import unquote

from shared.domain.no_telemetry import NoTelemetry
from shared.domain.ports import Telemetry
from shared.settings import Fault, Settings, SettingsFault


def build_telemetry(settings: Settings) -> Telemetry:
    """Opens no connection. Raises `SettingsFault` for a connection string that is none."""
    if settings.telemetry == "azure_monitor":
        return _azure_monitor(settings)
    if settings.telemetry == "otlp":
        return _collector(settings)
    return NoTelemetry()


def _azure_monitor(settings: Settings) -> Telemetry:
    from shared.adapters.telemetry.azure_monitor import managed_identity, to_azure_monitor

    connection, identity = (
        settings.applicationinsights_connection_string,
        settings.applicationinsights_authentication_string,
    )
    credential = managed_identity(client_id_in(identity)) if identity else None
    try:
        given = connection.get_secret_value() if connection else ""
        return to_azure_monitor(given, credential, settings.telemetry_sampling)
    except ValueError:
        expected = "must be the connection string of an Application Insights resource"
        raise SettingsFault((Fault("APPLICATIONINSIGHTS_CONNECTION_STRING", expected),)) from None


def _collector(settings: Settings) -> Telemetry:
    from shared.adapters.telemetry.otlp import to_collector

    given = settings.otel_exporter_otlp_headers
    headers = headers_in(given.get_secret_value()) if given else {}
    return to_collector(settings.otel_exporter_otlp_endpoint or "", headers, settings.telemetry_sampling)


def headers_in(given: str) -> dict[str, str]:
    """Values are in percent-encoding (OpenTelemetry Protocol Exporter, "Specifying headers")."""
    pairs = (pair.split("=", 1) for pair in given.split(","))
    return {name: unquote(value) for name, value in pairs}


def client_id_in(identity: str) -> str | None:
    """The client id of a user-assigned identity, None where it is the app's own."""
    parts = dict(part.lower().split("=", 1) for part in identity.split(";") if part)
    return parts.get("clientid")
