"""HTTP functions for operators: lists, one request with its journal, acts, and the search for people."""

import azure.functions as func

from operations_function.desk import OperatorsDesk


def operations_blueprint(desk: OperatorsDesk) -> func.Blueprint:
    """`/api/operations/requests`, `…/{id}`, `…/{id}/{act}`, `/api/operations/people/search`."""
    blueprint = func.Blueprint()

    @blueprint.route("operations/requests", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def list_requests(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.list(req))

    @blueprint.route("operations/requests/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    async def show_request(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.show(req))

    @blueprint.route("operations/requests/{id}/{act}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def act_on_request(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.act(req))

    @blueprint.route("operations/people/search", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    async def search_people(req: func.HttpRequest) -> func.HttpResponse:
        return await desk.guarded(lambda: desk.search(req))

    return blueprint
