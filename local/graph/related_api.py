"""What is kept about a user beside the user: lists, risk, sign-ins, photo."""

import base64
from collections.abc import Callable

from starlette.responses import Response

from local.graph.answers import GraphError, no_content, not_found, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json, Tenant
from local.graph.filters import sign_in_query, user_id_query
from local.graph.memberships import all_memberships
from local.graph.paging import Place, next_link, page_size, place

PAGE, LARGEST_PAGE = 100, 999
PREMIUM = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
Handle = Callable[[Call], Response]


def listing(name: str) -> Handle:
    """GET /users/{id}/{name}: a list of the user's."""

    def answer(call: Call) -> Response:
        user = _user_of(call)
        derived = DERIVED.get(name)
        items = derived(call.tenant, user) if derived else _related(user, call.tenant, name)
        return _page(call, items, f"users/{call.name}/{name}")

    return answer


def get_photo(call: Call) -> Response:
    """GET /users/{id}/photo/$value."""
    photos = _related(_user_of(call), call.tenant, "photo")
    if not photos:
        raise GraphError(404, "ImageNotFound", "The photo wasn't found.")
    answer = no_content(call.request)
    data = base64.b64decode(str(photos[0]["content"]))
    return Response(data, 200, {**answer.headers, "content-type": "image/jpeg"})


def get_risky_user(call: Call) -> Response:
    """GET /identityProtection/riskyUsers/{id}."""
    found = _related(call.name.lower(), call.tenant, "riskyUser")
    if not found:
        raise not_found(call.name)
    about = {"@odata.context": f"{call.root}/$metadata#identityProtection/riskyUsers/$entity"}
    return ok(call.request, {**about, **found[0]})


def list_risk_detections(call: Call) -> Response:
    """GET /identityProtection/riskDetections by user id."""
    user = user_id_query(call.options.get("$filter", ""))
    items = _related(user, call.tenant, "riskDetections")
    return _page(call, items, "identityProtection/riskDetections")


def list_sign_ins(call: Call) -> Response:
    """GET /auditLogs/signIns by user id, newest first; 403 where the tenant has no premium licence."""
    if not call.tenant.premium:
        raise GraphError(403, PREMIUM, "Neither tenant is B2C or tenant doesn't have premium license")
    user, until = sign_in_query(call.options.get("$filter", ""))
    items = [
        one
        for one in _related(user, call.tenant, "signIns")
        if until is None or str(one["createdDateTime"]) <= until
    ]
    newest_first = sorted(items, key=lambda one: str(one["createdDateTime"]), reverse=True)
    return _page(call, newest_first, "auditLogs/signIns", most=1000)


def _user_of(call: Call) -> str:
    object_id = call.name.lower()
    if object_id not in call.tenant.seen.users:
        raise not_found(call.name)
    return object_id


def _related(object_id: str, tenant: Tenant, name: str) -> list[Json]:
    return tenant.related.get(object_id, {}).get(name, [])


def _page(call: Call, items: list[Json], path: str, most: int = LARGEST_PAGE) -> Response:
    """Items from the place on; a place here is how many were shown before."""
    here = place(call)
    size, start = page_size(call, min(PAGE, most), most), int(here.after or 0)
    body: Json = {"@odata.context": f"{call.root}/$metadata#{path}", "value": items[start : start + size]}
    if start + size < len(items):
        body["@odata.nextLink"] = next_link(call, path, Place(here.page + 1, str(start + size)))
    return ok(call.request, body)


def check_known(related: object) -> dict[str, list[Json]]:
    """What a test gives for a user, by name. Raises `GraphError` for a name that no call would show."""
    if not isinstance(related, dict) or not set(related) <= NAMES:
        raise unknown(f"related must be of: {', '.join(sorted(NAMES))}")
    return related


DERIVED = {"transitiveMemberOf": all_memberships}
"""What follows from what is kept."""
LISTS = (
    *("memberOf", "appRoleAssignments", "oauth2PermissionGrants", "ownedObjects", "ownedDevices"),
    *("registeredDevices", "extensions", "authentication/methods"),
)
NAMES = frozenset({*LISTS, "photo", "riskyUser", "riskDetections", "signIns"})
