"""Telemetry to Application Insights, by Azure Monitor's exporter without its distribution."""

import os
from collections.abc import MutableMapping

from azure.core.credentials import TokenCredential
from azure.identity import ManagedIdentityCredential
from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter, AzureMonitorTraceExporter

from shared.adapters.telemetry.open_telemetry import OpenTelemetry
from shared.adapters.telemetry.sending import CALL_TIME_LIMIT_MS, sending

OFF = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
"""What the exporter does besides, unless its environment says otherwise: it tells Microsoft and the resource
of its use, lets itself be changed from there, and describes the process in a metric."""


def to_azure_monitor(connection: str, credential: TokenCredential | None, sampling: float) -> OpenTelemetry:
    """Telemetry to the resource of this connection string, under an identity where there is one.

    What cannot be sent is not kept on disk.
    """
    switch_off(os.environ)
    options = {
        "connection_string": connection,
        "credential": credential,
        "disable_offline_storage": True,
        "timeout": CALL_TIME_LIMIT_MS / 1000,
    }
    return sending(AzureMonitorTraceExporter(**options), AzureMonitorMetricExporter(**options), sampling)


def switch_off(environ: MutableMapping[str, str]) -> None:
    """The exporter has no parameters for these."""
    environ.update(dict.fromkeys(OFF, "true"))


def managed_identity(client_id: str | None) -> TokenCredential:
    """The app's identity: the user-assigned one of this client id, else its own."""
    return ManagedIdentityCredential(client_id=client_id)
