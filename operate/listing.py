"""Lists, page by page."""

from collections.abc import Mapping

from operate.answers import Json, Page
from operate.client import Client
from operate.exits import Exit, Failed
from operate.words import Status

REQUESTS = "/api/operations/requests"
TOP = "200"
"""The most that the app gives at once."""
MOST_PAGES = 10_000
"""An end for a list that would have none."""
EVERY_STATUS = ",".join(Status)


def every_request(client: Client, query: Mapping[str, str]) -> tuple[Json, ...]:
    """All that fit the query, as they were answered. Raises `Failed`."""
    found: list[Json] = []
    place: Mapping[str, str] = {}
    for _ in range(MOST_PAGES):
        body = client.get(REQUESTS, {**query, "top": TOP, **place})
        page = Page.read(body)
        raw = body["requests"]
        found += raw if isinstance(raw, list) else []
        if page.next is None:
            return tuple(found)
        place = {"next": page.next}
    raise Failed(Exit.APP_FAILED, "The list does not end.")
