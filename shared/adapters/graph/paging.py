"""Lists of Graph, page by page.

The SDK's own iterator stops at an empty page, and would send the token to any host a link names.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import httpx
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph.calls import Call
from shared.adapters.graph.principals import TenantSender
from shared.adapters.graph.send import MakeRequest, json_object
from shared.domain.errors import DirectoryRefused, DirectoryUnavailable
from shared.domain.ports import JsonObject, JsonValue

MOST_PAGES = 10_000


async def pages(
    sender: TenantSender, base_url: str, call: Call, first: MakeRequest
) -> AsyncGenerator[Sequence[JsonObject], None]:
    """The pages of a list, empty ones too, following next links on the host of `base_url` only.

    Raises a `DirectoryFault`; `DirectoryRefused` for a link elsewhere and beyond `MOST_PAGES`.
    """
    make = first
    for _ in range(MOST_PAGES):
        page = await sender.patiently(call, make, _page)
        if page is None:
            raise DirectoryUnavailable(call.name)
        yield page.taken()
        if page.link is None:
            return
        make = _following(call, page.link, base_url)
    raise DirectoryRefused(call.name)


@dataclass
class _Page:
    """Its items are given away, so that they do not lie here while the next page is waited for."""

    items: Sequence[JsonObject]
    link: JsonValue

    def taken(self) -> Sequence[JsonObject]:
        """The items, once."""
        taken, self.items = self.items, ()
        return taken


def items(call: Call, response: httpx.Response) -> Sequence[JsonObject]:
    """What is on a first page, for lists of which no more is wanted. Raises `DirectoryUnavailable`."""
    return _page(call, response).items


def _page(call: Call, response: httpx.Response) -> _Page:
    page = json_object(call, response)
    items = page.get("value")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DirectoryUnavailable(call.name)
    return _Page(items, page.get("@odata.nextLink"))


def _following(call: Call, link: JsonValue, base_url: str) -> MakeRequest:
    if not isinstance(link, str) or not _same_origin(link, base_url):
        raise DirectoryRefused(call.name)

    def make(_: GraphServiceClient) -> RequestInformation:
        request = RequestInformation(Method.GET)
        request.url = link
        request.headers.try_add("Accept", "application/json")
        return request

    return make


def _same_origin(link: str, base_url: str) -> bool:
    # Parsed by what will send it, so that both agree on where the host ends.
    try:
        there, here = httpx.URL(link), httpx.URL(base_url)
    except httpx.InvalidURL:
        return False
    return not there.userinfo and (there.scheme, there.host, there.port) == (
        here.scheme,
        here.host,
        here.port,
    )
