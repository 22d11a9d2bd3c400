"""Requests for what `Directory.records` lists."""

from collections.abc import Callable, Mapping

from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph import query
from shared.adapters.graph.accounts import without_annotations
from shared.domain.ports import JsonObject
from shared.domain.sources import Source

Make = Callable[[GraphServiceClient, str], RequestInformation]
"""For the user with this object id."""

REQUESTS: Mapping[Source, Make] = {
    Source.MEMBERSHIPS: lambda graph, user: graph.users.by_user_id(
        user
    ).member_of.to_get_request_information(),
    Source.APP_ROLE_ASSIGNMENTS: lambda graph, user: graph.users.by_user_id(
        user
    ).app_role_assignments.to_get_request_information(),
    Source.CONSENTS: lambda graph, user: graph.users.by_user_id(
        user
    ).oauth2_permission_grants.to_get_request_information(),
    Source.OWNED_OBJECTS: lambda graph, user: graph.users.by_user_id(
        user
    ).owned_objects.to_get_request_information(),
    Source.OWNED_DEVICES: lambda graph, user: graph.users.by_user_id(
        user
    ).owned_devices.to_get_request_information(),
    Source.REGISTERED_DEVICES: lambda graph, user: graph.users.by_user_id(
        user
    ).registered_devices.to_get_request_information(),
    Source.EXTENSIONS: lambda graph, user: graph.users.by_user_id(
        user
    ).extensions.to_get_request_information(),
    Source.AUTHENTICATION_METHODS: lambda graph, user: graph.users.by_user_id(
        user
    ).authentication.methods.to_get_request_information(),
    Source.RISKY_USER: lambda graph, user: graph.identity_protection.risky_users.by_risky_user_id(
        user
    ).to_get_request_information(),
    Source.RISK_DETECTIONS: lambda graph, user: query.with_query(
        graph.identity_protection.risk_detections.to_get_request_information(),
        filter_by=f"userId eq {query.quoted(user)}",
    ),
}
SINGLE = frozenset({Source.RISKY_USER})
"""One object in place of a list."""
SECRETS: Mapping[Source, frozenset[str]] = {
    Source.AUTHENTICATION_METHODS: frozenset({"secretKey", "password"})
}
"""Graph gives null for these; an export must not depend on it. Elsewhere such a name is a person's data."""
KIND = "@odata.type"
"""What Graph says beside a record's properties that tells a group from a role, a phone from a password."""


def record(source: Source, item: JsonObject) -> JsonObject:
    """The item with its kind, without other annotations and without what must never leave the directory."""
    kind = {KIND: item[KIND]} if KIND in item else {}
    secrets = SECRETS.get(source, frozenset())
    own = {name: value for name, value in without_annotations(item).items() if name not in secrets}
    return {**kind, **own}
