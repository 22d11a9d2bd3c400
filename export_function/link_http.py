"""A fresh link to an archive, as an HTTP answer."""

from http import HTTPStatus

import azure.functions as func

from export_function.links import ArchiveLinks, Expired, NotReady
from shared import views
from shared.domain.ports import JsonObject, Link
from shared.domain.progress import Archive
from shared.domain.states import Kind
from shared.front_desk import Find, FrontDesk
from shared.responses import answer, problem


async def link(
    kind: Kind, req: func.HttpRequest, find: Find, *, desk: FrontDesk, links: ArchiveLinks
) -> func.HttpResponse:
    """A link to the archive of the request that the address names, for whoever may have it."""
    found = await find(kind, req)
    await desk.allowances.people.draw(f"link:{found.request.id}")
    return await mint_link(found.request.id, found.by, links)


async def mint_link(request_id: str, by: str, links: ArchiveLinks) -> func.HttpResponse:
    """A fresh link to the archive: 409 while there is none, 410 once it has expired or was erased."""
    try:
        archive, minted = await links.mint(request_id, by)
    except NotReady as error:
        detail = f"There is no archive to download: the request is {error.status}."
        return problem(HTTPStatus.CONFLICT, "archive_not_ready", detail)
    except Expired:
        return problem(HTTPStatus.GONE, "archive_expired", "The archive is gone; ask for a new export.")
    return answer(HTTPStatus.OK, _body(archive, minted))


def _body(archive: Archive, minted: Link) -> JsonObject:
    return {
        "url": minted.url,
        "expiresAt": views.text(minted.expires_at),
        "size": archive.size,
        "sha256": archive.sha256,
    }
