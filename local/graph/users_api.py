"""Users and the recycle bin."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from local.graph.answers import GraphError, bad_query, no_content, not_found, ok, unknown
from local.graph.directory import Json, Tenant
from local.graph.filters import user_test

DEFAULTS = (
    *("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone"),
    *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
)
LARGEST_PAGE = 999
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def list_users(request: Request, tenant: Tenant, options: dict[str, str]) -> Response:
    """GET /users, with or without a filter."""
    chosen = list(tenant.users.values())
    if "$filter" in options:
        test = user_test(options["$filter"], tenant.domain)
        chosen = [user for user in chosen if test(user)]
    return _page(request, chosen, options, "users")


def get_user(request: Request, tenant: Tenant, options: dict[str, str], name: str) -> Response:
    """GET /users/{id or user principal name}."""
    user = _found(tenant, name)
    return ok(
        request, {"@odata.context": f"{_root(request)}/$metadata#users/$entity", **_shaped(user, options)}
    )


def patch_user(request: Request, tenant: Tenant, change: Json, name: str) -> Response:
    """PATCH /users/{id}: accountEnabled alone."""
    user = _found(tenant, name)
    if set(change) != {"accountEnabled"} or not isinstance(change["accountEnabled"], bool):
        raise unknown("PATCH of anything but accountEnabled")
    user["accountEnabled"] = change["accountEnabled"]
    tenant.record("Update user", "Update", str(user["id"]), str(user["userPrincipalName"]), "False")
    return no_content(request)


def delete_user(request: Request, tenant: Tenant, name: str) -> Response:
    """DELETE /users/{id}: to the recycle bin."""
    if tenant.soft_delete(str(_found(tenant, name)["id"])) is None:
        raise not_found(name)
    return no_content(request)


def list_deleted(request: Request, tenant: Tenant, options: dict[str, str]) -> Response:
    """GET /directory/deletedItems/microsoft.graph.user, without a filter."""
    if "$filter" in options:
        raise unknown("a filter on the recycle bin")
    return _page(request, list(tenant.bin.values()), options, "directory/deletedItems/microsoft.graph.user")


def get_deleted(request: Request, tenant: Tenant, options: dict[str, str], object_id: str) -> Response:
    """GET /directory/deletedItems/{id}."""
    user = tenant.bin.get(object_id)
    if user is None:
        raise not_found(object_id)
    shaped = _shaped(user, options) if "$select" in options else {**_shaped(user, options), **_deleted(user)}
    return ok(request, {"@odata.type": "#microsoft.graph.user", **shaped})


def purge_deleted(request: Request, tenant: Tenant, object_id: str) -> Response:
    """DELETE /directory/deletedItems/{id}: for good."""
    if not tenant.hard_delete(object_id):
        raise not_found(object_id)
    return no_content(request)


def restore_deleted(request: Request, tenant: Tenant, object_id: str) -> Response:
    """POST /directory/deletedItems/{id}/restore."""
    user = tenant.restore(object_id)
    if user is None:
        raise not_found(object_id)
    return ok(request, {"@odata.type": "#microsoft.graph.user", **_shaped(user, {})})


def _page(request: Request, chosen: list[Json], options: dict[str, str], path: str) -> Response:
    top, start = _top(options), int(options.get("$skiptoken", "0"))
    body: Json = {
        "@odata.context": f"{_root(request)}/$metadata#{path}",
        "value": [_shaped(user, options) for user in chosen[start : start + top]],
    }
    if start + top < len(chosen):
        kept = {**options, "$skiptoken": str(start + top)}
        query = "&".join(f"{name}={quote(value)}" for name, value in kept.items())
        body["@odata.nextLink"] = f"{_root(request)}/{path}?{query}"
    return ok(request, body)


def _deleted(user: Json) -> Json:
    return {"deletedDateTime": user["deletedDateTime"]}


def _found(tenant: Tenant, name: str) -> Json:
    user = tenant.users.get(name.lower())
    by_name = (one for one in tenant.users.values() if str(one["userPrincipalName"]).lower() == name.lower())
    found = user or next(by_name, None)
    if found is None:
        raise not_found(name)
    return found


def _shaped(user: Json, options: dict[str, str]) -> Json:
    """What is asked for: extension attributes only by their exact name, unknown names left out."""
    if "$select" not in options:
        return {name: user.get(name) for name in DEFAULTS}
    names = [name.strip() for name in options["$select"].split(",")]
    if not all(_NAME.fullmatch(name) for name in names):
        raise GraphError(400, "BadRequest", "Parsing OData Select and Expand failed.")
    return {name: user[name] for name in dict.fromkeys(["id", *names]) if name in user}


def _top(options: dict[str, str]) -> int:
    top = options.get("$top", "100")
    if not top.isdigit() or not 1 <= int(top) <= LARGEST_PAGE:
        raise bad_query("Invalid page size specified.")
    return int(top)


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/v1.0"
