"""What the code logs, read from its calls of a log; and what a query asks for."""

import re

from shared.domain.telemetry import CONVENTIONAL_NAMES, INSTRUMENTS
from tests.codes import logged_with_fields
from tests.paths import ROOT

QUERIES = sorted((ROOT / "infra").glob("*/*.kql"))
OF_EVERY_LINE = {"event", "level", "timestamp", "request_id"}
"""`request_id` is bound while a request is worked on."""


LOGGED = logged_with_fields()
MEASURED = {one.name: {CONVENTIONAL_NAMES.get(name, name) for name in one.attributes} for one in INSTRUMENTS}
"""Metrics with the attributes that are exported."""


def events_asked(query: str) -> set[str]:
    """The events that a query names: whatever it compares an event with."""
    listed = re.findall(r"\bevent\)? (?:==|!=|in) \(?((?:\"\w+\"(?:, )?)+)", query)
    return set(re.findall(r"\w+", " ".join(listed)))


def fields_asked(query: str) -> set[str]:
    """The fields of lines that a query names."""
    return {*re.findall(r"\bline\.(\w+)", query), *re.findall(r"\bline\[\"(\w+)\"\]", query)}


def metrics_asked(query: str) -> set[str]:
    """The metrics that a query names."""
    return set(re.findall(r"\"(privacy\.[\w.]+)\"", query))


def attributes_asked(query: str) -> set[str]:
    """The attributes of metrics and spans that a query names."""
    return {*re.findall(r"\bProperties\.(\w+)", query), *re.findall(r"\bProperties\[\"([\w.]+)\"\]", query)}
