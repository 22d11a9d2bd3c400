"""Which function answers a call: paths compared, and templates preferred, as the real host does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from local.host.load import PARAMETER, HttpFunction

_SLASH = re.compile("%2f", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """A function and the paths that are its own."""

    function: HttpFunction
    path: re.Pattern[str]


class Routes:
    """The functions' routes under one prefix."""

    def __init__(self, functions: Sequence[HttpFunction], prefix: str) -> None:
        ordered = sorted(functions, key=lambda one: _preference(one.route))
        self._routes = [Route(one, _pattern(prefix, one.route)) for one in ordered]

    def find(self, method: str, raw_path: str) -> tuple[HttpFunction, Mapping[str, str]] | None:
        """The function for a call, and its route parameters; None if there is none."""
        # As in the real host, an escaped slash parts no segments and stays escaped.
        path = unquote(_SLASH.sub("%252F", raw_path))
        for route in self._routes:
            # A function of another method does not stand in the way of a less special template.
            if method in route.function.methods and (found := route.path.fullmatch(path)):
                return route.function, found.groupdict()
        return None


def _preference(route: str) -> list[tuple[int, str]]:
    """Sorts literal segments before parameters, and longer templates before shorter ones."""
    segments = [part for part in route.lower().split("/") if part]
    return [(1, "") if part.startswith("{") else (0, part) for part in segments] + [(2, "")]


def _pattern(prefix: str, route: str) -> re.Pattern[str]:
    template = "/".join(part for part in (prefix.strip("/"), route.strip("/")) if part)
    pieces, at = [], 0
    for parameter in PARAMETER.finditer(template):
        pieces += [re.escape(template[at : parameter.start()]), f"(?P<{parameter[1]}>[^/]+)"]
        at = parameter.end()
    return re.compile("/" + "".join(pieces) + re.escape(template[at:]) + "/?", re.IGNORECASE)
