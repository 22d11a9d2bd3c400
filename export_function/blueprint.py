"""HTTP functions for exports: of apps, and of people about themselves."""

from http import HTTPStatus

import azure.functions as func

from export_function.links import ArchiveLinks, Expired, NotReady
from shared import views
from shared.domain.ports import JsonObject
from shared.domain.request import Kind
from shared.front_desk import Find, FrontDesk
from shared.responses import answer, problem


def export_blueprint(desk: FrontDesk, links: ArchiveLinks) -> func.Blueprint:
    """`POST /api/exports`, `GET /api/exports/{id}`, `POST /api/exports/{id}/link`; as much of `/api/me`."""
    blueprint = func.Blueprint()
    level = desk.gate.app_auth.level

    @blueprint.route("exports", methods=["POST"], auth_level=level)
    async def submit_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit(Kind.EXPORT, req))

    @blueprint.route("exports/{id}", methods=["GET"], auth_level=level)
    async def show_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show(Kind.EXPORT, req))

    @blueprint.route("exports/{id}/link", methods=["POST"], auth_level=level)
    async def link_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: link(req, desk.find))

    @blueprint.route("me/exports", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def submit_own_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit_own(Kind.EXPORT, req))

    @blueprint.route("me/exports/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def show_own_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show_own(Kind.EXPORT, req))

    @blueprint.route("me/exports/{id}/link", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def link_own_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: link(req, desk.find_own))

    async def link(req: func.HttpRequest, find: Find) -> func.HttpResponse:
        request = await find(Kind.EXPORT, req)
        await desk.allowances.people.draw(f"link:{request.id}")
        return await mint_link(request.id, "ticket" if desk.gate.ticket(req) else request.submitter, links)

    return blueprint


async def mint_link(request_id: str, by: str, links: ArchiveLinks) -> func.HttpResponse:
    """A fresh link to the archive: 409 while there is none, 410 once it has expired or was erased."""
    try:
        archive, link = await links.mint(request_id, by)
    except NotReady as error:
        detail = f"There is no archive to download: the export is {error.status}."
        return problem(HTTPStatus.CONFLICT, "archive_not_ready", detail)
    except Expired:
        return problem(HTTPStatus.GONE, "archive_expired", "The archive is gone; ask for a new export.")
    body: JsonObject = {
        "url": link.url,
        "expiresAt": views.text(link.expires_at),
        "size": archive.size,
        "sha256": archive.sha256,
    }
    return answer(HTTPStatus.OK, body)
