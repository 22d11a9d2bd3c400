"""Requests that change a user.

The SDK would want its models for a body, and those cost seconds to import; so bodies are written here.
"""

import json

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph.send import MakeRequest
from shared.domain.ports import JsonObject


def soft_delete(object_id: str) -> MakeRequest:
    """To the recycle bin."""
    return lambda graph: graph.users.by_user_id(object_id).to_delete_request_information()


def purge(object_id: str) -> MakeRequest:
    """Out of the recycle bin, for good."""
    return lambda graph: graph.directory.deleted_items.by_directory_object_id(
        object_id
    ).to_delete_request_information()


def disable(object_id: str) -> MakeRequest:
    """No more sign-ins."""
    return _change(object_id, {"accountEnabled": False})


def enable(object_id: str) -> MakeRequest:
    """Sign-ins again."""
    return _change(object_id, {"accountEnabled": True})


def revoke_sessions(object_id: str) -> MakeRequest:
    """An end to every session; without a body."""
    return lambda graph: graph.users.by_user_id(
        object_id
    ).revoke_sign_in_sessions.to_post_request_information()


def _change(object_id: str, properties: JsonObject) -> MakeRequest:
    def make(graph: GraphServiceClient) -> RequestInformation:
        user = graph.users.by_user_id(object_id)
        request = RequestInformation(Method.PATCH, user.url_template, user.path_parameters)
        request.headers.try_add("Accept", "application/json")
        request.set_stream_content(json.dumps(properties).encode(), "application/json")
        return request

    return make
