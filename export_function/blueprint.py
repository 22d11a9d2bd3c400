"""HTTP functions for exports: of apps, and of people about themselves."""

from datetime import timedelta
from http import HTTPStatus

import azure.functions as func

from shared import views
from shared.domain.ports import DownloadLinks, JsonObject
from shared.domain.request import Kind, PrivacyRequest, Status
from shared.front_desk import Find, FrontDesk
from shared.responses import answer, problem


def export_blueprint(desk: FrontDesk, links: DownloadLinks, link_lifetime: timedelta) -> func.Blueprint:
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
        return await mint_link(request, desk, links, link_lifetime)

    return blueprint


async def mint_link(
    request: PrivacyRequest, desk: FrontDesk, links: DownloadLinks, lifetime: timedelta
) -> func.HttpResponse:
    """A fresh link to the archive: 409 while there is none, 410 once it has expired."""
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
