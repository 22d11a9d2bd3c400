"""HTTP functions for deletions: of apps, and of people about themselves."""

import azure.functions as func

from shared.domain.request import Kind
from shared.front_desk import FrontDesk


def delete_blueprint(desk: FrontDesk) -> func.Blueprint:
    """`POST /api/deletions`, `GET /api/deletions/{id}`; the same under `/api/me`, with its challenges."""
    blueprint = func.Blueprint()
    level = desk.gate.app_auth.level

    @blueprint.route("deletions", methods=["POST"], auth_level=level)
    async def submit_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit(Kind.DELETION, req))

    @blueprint.route("deletions/{id}", methods=["GET"], auth_level=level)
    async def show_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show(Kind.DELETION, req))

    @blueprint.route("me/challenges", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def make_challenge(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.challenge(req))

    @blueprint.route("me/deletions", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def submit_own_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit_own(Kind.DELETION, req))

    @blueprint.route("me/deletions/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def show_own_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show_own(Kind.DELETION, req))

    return blueprint
