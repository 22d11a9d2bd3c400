"""A plain HTTP client of the simulator, so that tests see what Graph would send."""

import ssl
from collections.abc import Mapping

import httpx

from tests.running import Simulator

Json = dict[str, object]


def login_client(simulator: Simulator) -> httpx.Client:
    """A client that trusts the login endpoint's certificate."""
    context = ssl.create_default_context(cafile=str(simulator.ready["ca_file"]))
    return httpx.Client(base_url=simulator.login, verify=context, trust_env=False)


def token(simulator: Simulator, tenant: str = "contoso", **changed: str) -> httpx.Response:
    """What the login endpoint says to the tenant's app."""
    registration = next(one for one in simulator.tenants if one["name"] == tenant)
    form = {
        "grant_type": "client_credentials",
        "client_id": registration["client_id"],
        "client_secret": registration["client_secret"],
        "scope": "https://graph.microsoft.com/.default",
        **changed,
    }
    with login_client(simulator) as login:
        return login.post(f"/{registration['tenant_id']}/oauth2/v2.0/token", data=form)


def graph_client(simulator: Simulator, tenant: str = "contoso") -> httpx.Client:
    """A client with a fresh token of the tenant's app."""
    bearer = token(simulator, tenant).raise_for_status().json()["access_token"]
    headers = {"authorization": f"Bearer {bearer}"}
    return httpx.Client(base_url=f"{simulator.url}/v1.0", headers=headers, trust_env=False)


def values(answer: httpx.Response) -> list[Json]:
    """The items of a page."""
    items: list[Json] = answer.raise_for_status().json()["value"]
    return items


def all_values(http: httpx.Client, path: str, params: Mapping[str, str]) -> list[list[Json]]:
    """The items of every page."""
    answer = http.get(path, params=params)
    pages = [values(answer)]
    while link := answer.json().get("@odata.nextLink"):
        answer = http.get(link)
        pages.append(values(answer))
    return pages


def code(answer: httpx.Response) -> str:
    """Graph's error code."""
    return str(answer.json()["error"]["code"])
