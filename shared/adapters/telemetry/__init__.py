"""Telemetry by OpenTelemetry's SDK. Imported only where settings ask for it."""
