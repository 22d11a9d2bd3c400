"""The way back to the app, and what goes along it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from local.graph.sign_in import pages
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.refusals import MISSING, REDIRECT, RESPONSE_MODE, SignInRefused
from local.graph.sign_in.registrations import Client

MODES = {"query": "?", "fragment": "#", "form_post": ""}


@dataclass(frozen=True)
class WayBack:
    """Only a registered address is one; `state` goes back as it came."""

    client: Client
    address: str
    mode: str
    state: str | None

    def response(self, **values: str) -> Response:
        """Send the browser back with the values."""
        sent = values if self.state is None else {**values, "state": self.state}
        if self.mode == "form_post":
            return pages.form_post(self.address, sent)
        mark = "&" if self.mode == "query" and "?" in self.address else MODES[self.mode]
        return RedirectResponse(f"{self.address}{mark}{urlencode(sent)}", 302, {"cache-control": "no-store"})

    def refused(self, refusal: SignInRefused) -> Response:
        """Send the browser back without a code."""
        told = refusal.described()
        return self.response(error=refusal.error, error_description=str(told["error_description"]))


def way_back(authority: Authority, asked: Mapping[str, str]) -> WayBack:
    """Where the app wants the answer. Raises `SignInRefused`, which only a page can show."""
    for name in ("client_id", "redirect_uri"):
        if not asked.get(name):
            raise authority.refusal(MISSING, name)
    client, address = authority.client(asked["client_id"]), asked["redirect_uri"]
    if not client.redirects_to(address):
        raise authority.refusal(REDIRECT, address, client.client_id)
    mode = asked.get("response_mode") or "query"
    if mode not in MODES:
        raise authority.refusal(RESPONSE_MODE, mode)
    return WayBack(client, address, mode, asked.get("state"))
