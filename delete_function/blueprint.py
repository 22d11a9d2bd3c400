"""HTTP functions for deletions."""

import azure.functions as func

from shared.domain.request import Kind
from shared.front_desk import FrontDesk


def delete_blueprint(desk: FrontDesk) -> func.Blueprint:
    """`POST /api/deletions`, `GET /api/deletions/{id}`."""
    blueprint = func.Blueprint()

    @blueprint.route("deletions", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
    async def submit_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.submit(Kind.DELETION, req))

    @blueprint.route("deletions/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
    async def show_deletion(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show(Kind.DELETION, req))

    return blueprint
