"""What the ready line says of signing in: all that an app's settings and a website need."""

from local.graph.directory import Json
from local.graph.sign_in.accounts import Account, Staff
from local.graph.sign_in.authorities import Authorities
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.registrations import Client


def shown(authorities: Authorities) -> Json:
    """The company's own directory, and each way in which people sign in."""
    return {
        "workforce": _workforce(authorities.workforce, authorities.staff),
        "people": [_people(one) for one in authorities.for_people],
    }


def _workforce(authority: Authority, staff: Staff) -> Json:
    daemons = [client for client in authority.clients if not client.public]
    operators = next(client for client in authority.clients if client.public)
    return {
        **_common(authority),
        "apps": [{**_client(one), "name": one.name, "roles": list(one.roles)} for one in daemons],
        "public_client": _client(operators),
        "operators": [_operator(one) for one in staff.people],
    }


def _people(authority: Authority) -> Json:
    web, public = authority.clients
    return {
        "tenant": authority.directory.name,
        "product": authority.product,
        "policy": authority.policy.name,
        **_common(authority),
        "client_ids": [one.client_id for one in authority.clients],
        "web_client": _client(web),
        "public_client": _client(public),
    }


def _common(authority: Authority) -> Json:
    _, by_id, by_domain = authority.api.addresses
    address = by_domain if authority.product is Product.B2C else by_id
    return {
        "tenant_id": authority.directory.tenant_id,
        "issuer": authority.issuer,
        "authority": authority.base,
        "metadata": authority.metadata,
        "audience": authority.api.audience,
        "scope": f"{address}/{authority.api.scope}",
    }


def _client(client: Client) -> Json:
    return {
        "client_id": client.client_id,
        **({} if client.secret is None else {"client_secret": client.secret}),
    }


def _operator(account: Account) -> Json:
    return {
        "name": account.name,
        "object_id": account.object_id,
        "user_name": account.user_name,
        "roles": list(account.roles),
    }
