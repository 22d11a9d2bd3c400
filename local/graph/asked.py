"""Read what is asked of the control address.

What would change nothing is refused: a test that relies on it would pass for nothing.
"""

import math
from collections.abc import Collection, Sequence

from starlette.requests import Request

from local.graph.call import METHODS
from local.graph.directory import Json
from local.graph.fault import GRAPH, LOGIN, Fault
from local.graph.strikes import CATALOGUE, Kind

COMMON = frozenset({"fault", "endpoint", "tenant", "method", "path", "times", "after", "probability"})
MET = {GRAPH: METHODS, LOGIN: frozenset({"POST"})}
"""The methods that faults of an endpoint can meet: of the login endpoint, only asking for a token."""


class Refused(Exception):
    """What is asked makes no sense; the message says what would."""


async def asked_of(request: Request) -> Json:
    """The body. Raises `Refused`."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("the body must be a JSON object")
    return body


def fault_asked_for(asked: Json, tenants: Sequence[str]) -> Fault:
    """The fault. Raises `Refused` where it could never strike, or not as it was asked."""
    for_ever = "times" in asked and asked["times"] is None
    asked = {name: value for name, value in asked.items() if value is not None}
    name = _one_of(asked, "fault", CATALOGUE)
    kind = CATALOGUE[name]
    if strange := sorted(set(asked) - COMMON - kind.fields):
        raise Refused(f"a fault {name} has no {strange[0]}")
    endpoint = _one_of({"endpoint": GRAPH, **asked}, "endpoint", sorted(kind.endpoints))
    return Fault(
        kind=name,
        endpoint=endpoint,
        tenant=_one_of(asked, "tenant", tenants) if "tenant" in asked else None,
        methods=_methods(asked, kind, endpoint),
        path=str(asked.get("path", "")),
        query=kind.query,
        times=None if for_ever else whole_number(asked, "times", 1, least=1),
        after=whole_number(asked, "after", 0),
        probability=_probability(asked),
        retry_after=whole_number(asked, "retry_after", 0) if "retry_after" in asked else None,
        seconds=number(asked, "seconds", 1.0),
    )


def switch(asked: Json, name: str) -> bool:
    """On or off. Raises `Refused`."""
    value = asked.get(name)
    if not isinstance(value, bool):
        raise Refused(f"{name} must be true or false, not {value!r}")
    return value


def number(asked: Json, name: str, default: float | None = None) -> float:
    """A number from 0. Raises `Refused`."""
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise Refused(f"{name} must be a number from 0, not {value!r}")
    return float(value)


def whole_number(asked: Json, name: str, default: int, *, least: int = 0) -> int:
    """A whole number from `least`. Raises `Refused`."""
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Refused(f"{name} must be a whole number from {least}, not {value!r}")
    return value


def _methods(asked: Json, kind: Kind, endpoint: str) -> frozenset[str]:
    possible = kind.methods & MET[endpoint]
    return frozenset({_one_of(asked, "method", sorted(possible))}) if "method" in asked else possible


def _probability(asked: Json) -> float:
    chance = number(asked, "probability", 1.0)
    if not 0 < chance <= 1:
        raise Refused(f"probability must be above 0 and at most 1, not {chance}")
    return chance


def _one_of(asked: Json, name: str, known: Collection[str]) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or value not in known:
        raise Refused(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value
