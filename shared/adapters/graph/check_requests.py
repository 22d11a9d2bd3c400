"""Requests of the calls that only checks make. None of them finds a person."""

import json
import re
import secrets

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph import query
from shared.adapters.graph.send import MakeRequest

BEGINNING = "privacy-check-"
"""Of every throw-away user's principal name."""
THROW_AWAY_NAME = re.compile(rf"([0-9a-f]{{32}})?{BEGINNING}[0-9a-f]{{32}}@.+")
"""Such a name; in the recycle bin the object id stands before it."""
SHOWN_AS = "Throw-away user of a check"
THROW_AWAY_PROPERTIES = ("id", "displayName", "userPrincipalName", "accountEnabled", "createdDateTime")
MOST_LEFTOVERS = 10
"""Throw-away users of earlier runs that one run removes."""


def fresh_name(domain: str) -> str:
    """A throw-away user's principal name, which nobody has yet."""
    return f"{BEGINNING}{secrets.token_hex(16)}@{domain}"


def organization(graph: GraphServiceClient) -> RequestInformation:
    """The tenant's domains, which User.Read.All is enough for."""
    return query.with_query(graph.organization.to_get_request_information(), select=("id", "verifiedDomains"))


def registration(client_id: str) -> MakeRequest:
    """When the registration's secrets end; of the secrets themselves Graph tells the first letters."""
    return lambda graph: query.with_query(
        graph.applications.to_get_request_information(),
        select=("id", "passwordCredentials"),
        filter_by=f"appId eq {query.quoted(client_id)}",
    )


def named(principal_name: str) -> MakeRequest:
    """Users of a name: one that nobody has, or a throw-away user's."""
    return lambda graph: query.with_query(
        graph.users.to_get_request_information(),
        select=("id", "userPrincipalName"),
        filter_by=f"userPrincipalName eq {query.quoted(principal_name)}",
    )


def throw_away_users(graph: GraphServiceClient) -> RequestInformation:
    """Those that are among the users."""
    return query.with_query(
        graph.users.to_get_request_information(),
        select=THROW_AWAY_PROPERTIES,
        filter_by=f"startswith(userPrincipalName,{query.quoted(BEGINNING)})",
        top=MOST_LEFTOVERS,
    )


def deleted_throw_away_users(graph: GraphServiceClient) -> RequestInformation:
    """Those in the recycle bin, where a principal name begins with the object id."""
    return query.with_query(
        graph.directory.deleted_items.graph_user.to_get_request_information(),
        select=THROW_AWAY_PROPERTIES,
        filter_by=f"startswith(displayName,{query.quoted(SHOWN_AS)})",
        top=MOST_LEFTOVERS,
    )


def user(object_id: str) -> MakeRequest:
    """A throw-away user, where it is among the users."""
    return lambda graph: query.with_query(
        graph.users.by_user_id(object_id).to_get_request_information(), select=("id",)
    )


def recycled(object_id: str) -> MakeRequest:
    """A throw-away user, where it is in the recycle bin."""
    return lambda graph: query.with_query(
        graph.directory.deleted_items.by_directory_object_id(object_id).to_get_request_information(),
        select=("id",),
    )


def deleted_users(graph: GraphServiceClient) -> RequestInformation:
    """Whether the recycle bin can be read: of those in it, the id of one at most, which nobody keeps."""
    return query.with_query(
        graph.directory.deleted_items.graph_user.to_get_request_information(), select=("id",), top=1
    )


def create(principal_name: str) -> MakeRequest:
    """A user who cannot sign in, under a password that nobody is told."""
    body = {
        "accountEnabled": False,
        "displayName": SHOWN_AS,
        "mailNickname": principal_name.partition("@")[0],
        "userPrincipalName": principal_name,
        "passwordProfile": {
            "password": f"aA1!{secrets.token_urlsafe(32)}",
            "forceChangePasswordNextSignIn": True,
        },
    }

    def make(graph: GraphServiceClient) -> RequestInformation:
        request = RequestInformation(Method.POST, graph.users.url_template, graph.users.path_parameters)
        request.headers.try_add("Accept", "application/json")
        request.set_stream_content(json.dumps(body).encode(), "application/json")
        return request

    return make
