"""Requests for the lists that are asked for by a filter."""

from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph import query
from shared.adapters.graph.send import MakeRequest

EVENTS_PER_PAGE = 1000
"""The most that Graph gives; fewer pages are fewer of the five report requests per 10 s."""


def users(filter_by: str) -> MakeRequest:
    """Users with what tells them apart."""
    return lambda graph: query.with_query(
        graph.users.to_get_request_information(), select=query.ACCOUNT_PROPERTIES, filter_by=filter_by
    )


def audit_events(filter_by: str) -> MakeRequest:
    """Audit events, the newest first."""
    return lambda graph: query.with_query(
        graph.audit_logs.directory_audits.to_get_request_information(),
        filter_by=filter_by,
        order_by="activityDateTime desc",
        top=EVENTS_PER_PAGE,
    )


def sign_ins(filter_by: str) -> MakeRequest:
    """The sign-in log."""
    return lambda graph: query.with_query(
        graph.audit_logs.sign_ins.to_get_request_information(), filter_by=filter_by, top=EVENTS_PER_PAGE
    )


def extensions_app(graph: GraphServiceClient) -> RequestInformation:
    """The application that holds the tenant's custom attributes."""
    return query.with_query(
        graph.applications.to_get_request_information(),
        select=("id",),
        filter_by=query.EXTENSIONS_APP_FILTER,
    )


def extensions(app_id: str) -> MakeRequest:
    """The custom attributes that an application holds."""
    return lambda graph: graph.applications.by_application_id(
        app_id
    ).extension_properties.to_get_request_information()
