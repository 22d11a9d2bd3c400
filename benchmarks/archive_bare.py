"""The same pages without the app: the bare minimum of an export, and through the SDK's models.

`python -m benchmarks.archive_bare bare|sdk GRAPH EVENTS` prints what it took.
"""

import asyncio
import json
import sys
import tempfile
import zlib
from collections.abc import AsyncIterator
from dataclasses import asdict

import httpx

from benchmarks.connection import open_connection
from benchmarks.many_events import INITIATOR, TARGET, Person
from benchmarks.page_server import address_of
from benchmarks.took import measured


async def bare(graph: str, events: int) -> None:
    """Read both lists, write each event of each page as a line, compressed as an archive is."""
    packed = zlib.compressobj(6)
    with tempfile.TemporaryFile() as file:
        async for page in _pages(graph, Person(events)):
            for event in page:
                text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
                file.write(packed.compress(text.encode() + b"\n"))
        file.write(packed.flush())


async def _pages(graph: str, person: Person) -> AsyncIterator[list[dict[str, str]]]:
    async with httpx.AsyncClient(trust_env=False) as http:
        for role in (TARGET, INITIATOR):
            link: str | None = address_of(graph, person, role)
            while link:
                page = json.loads((await http.get(link)).content)
                link = page.get("@odata.nextLink")
                yield page["value"]


async def sdk(graph: str, events: int) -> None:
    """Read both lists as the SDK's models."""
    connection, seen = open_connection(graph), set[str]()
    audits = connection.graph.audit_logs.directory_audits
    for role in (TARGET, INITIATOR):
        link: str | None = address_of(graph, Person(events), role)
        while link:
            page = await audits.with_url(link).get()
            assert page is not None
            seen.update(str(event.id) for event in page.value or ())
            link = page.odata_next_link
    await connection.close()
    assert len(seen) == events


def main(way: str, graph: str, events: int) -> None:
    """Print what one of the ways took; that the SDK imports its models at the first parse is not counted."""
    if way == "sdk":
        asyncio.run(sdk(graph, 1))
    work = {"bare": bare, "sdk": sdk}[way]
    print(json.dumps(asdict(measured(lambda: work(graph, events)))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
