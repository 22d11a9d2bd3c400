"""HTTP functions for exports."""

from datetime import timedelta
from http import HTTPStatus

import azure.functions as func

from shared import views
from shared.domain.ports import DownloadLinks, JsonObject
from shared.domain.request import Kind, Status
from shared.front_desk import FrontDesk
from shared.responses import answer, problem


def export_blueprint(desk: FrontDesk, links: DownloadLinks, link_lifetime: timedelta) -> func.Blueprint:
    """`POST /api/exports`, `GET /api/exports/{id}`, `POST /api/exports/{id}/link`."""
    blueprint = func.Blueprint()

    @blueprint.route("exports", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
    async def submit_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit(Kind.EXPORT, req))

    @blueprint.route("exports/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
    async def show_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show(Kind.EXPORT, req))

    @blueprint.route("exports/{id}/link", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
    async def link_export(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: mint_link(req, desk, links, link_lifetime))

    return blueprint


async def mint_link(
    req: func.HttpRequest, desk: FrontDesk, links: DownloadLinks, lifetime: timedelta
) -> func.HttpResponse:
    """A fresh link to the archive: 409 while there is none, 410 once it has expired."""
    request = await desk.find(Kind.EXPORT, req)
    archive, now = request.archive, desk.clock.now()
    if archive is None or request.status is not Status.COMPLETED:
        detail = f"There is no archive to download: the export is {request.status}."
        return problem(HTTPStatus.CONFLICT, "archive_not_ready", detail)
    if archive.expires_at <= now:
        return problem(HTTPStatus.GONE, "archive_expired", "The archive has expired; ask for a new export.")
    link = await links.mint(archive.blob, min(now + lifetime, archive.expires_at))
    body: JsonObject = {
        "url": link.url,
        "expiresAt": views.text(link.expires_at),
        "size": archive.size,
        "sha256": archive.sha256,
    }
    return answer(HTTPStatus.OK, body)
