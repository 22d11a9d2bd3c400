"""Users and the recycle bin."""

import re
from datetime import UTC, datetime

from starlette.responses import Response

from local.graph.answers import GraphError, bad_query, denied, no_content, not_found, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json
from local.graph.filters import user_test
from local.graph.lag import Seen
from local.graph.memberships import is_privileged
from local.graph.paging import Place, next_link, page_size, place

DEFAULTS = (
    *("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone"),
    *("officeLocation", "preferredLanguage", "surname", "userPrincipalName"),
)
PROPERTIES = frozenset(
    {
        *DEFAULTS,
        *("accountEnabled", "ageGroup", "city", "companyName", "consentProvidedForMinor", "country"),
        *("createdDateTime", "creationType", "deletedDateTime", "department", "employeeHireDate"),
        *("employeeId", "employeeOrgData", "employeeType", "onPremisesExtensionAttributes"),
        *("externalUserState", "externalUserStateChangeDateTime", "faxNumber"),
        *("lastPasswordChangeDateTime", "legalAgeGroupClassification", "mailNickname", "passwordPolicies"),
        *("postalCode", "signInSessionsValidFromDateTime", "state", "streetAddress", "usageLocation"),
        "userType",
    }
)
"""What is null when selected and not set."""
COLLECTIONS = frozenset({"businessPhones", "identities", "imAddresses", "otherMails", "proxyAddresses"})
IN_MAILBOX = frozenset(
    {
        *("aboutMe", "birthday", "hireDate", "interests", "mailboxSettings", "mySite", "pastProjects"),
        *("preferredName", "responsibilities", "schools", "skills"),
    }
)
"""Held by SharePoint or Exchange: Graph does not implement them on the list of users."""
PAGE, LARGEST_PAGE = 100, 999
RECYCLED = "directory/deletedItems/microsoft.graph.user"
_TYPE = {"@odata.type": "#microsoft.graph.user"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def list_users(call: Call) -> Response:
    """GET /users, with or without a filter."""
    users = list(call.tenant.seen.users.values())
    if "$filter" in call.options:
        test = user_test(call.options["$filter"], call.tenant.domain)
        users = [user for user in users if test(user)]
    return _page(call, users, "users", f"users{_selected(call)}")


def get_user(call: Call) -> Response:
    """GET /users/{id or user principal name}."""
    if call.name.lower() == "$count":
        raise bad_query("$count is not supported for B2C tenants.")
    return _entity(call, _found(call, call.tenant.seen), f"users{_selected(call)}/$entity")


def patch_user(call: Call) -> Response:
    """PATCH /users/{id}: accountEnabled alone."""
    user, enabled = _found(call, call.tenant.held), call.body.get("accountEnabled")
    if set(call.body) != {"accountEnabled"} or not isinstance(enabled, bool):
        raise unknown("PATCH of anything but accountEnabled")
    _check_rank(call, str(user["id"]))
    call.tenant.change(str(user["id"]), accountEnabled=enabled)
    call.tenant.record("Update user", str(user["id"]), str(user["userPrincipalName"]), call.agent)
    return no_content(call.request)


def revoke_sessions(call: Call) -> Response:
    """POST /users/{id}/revokeSignInSessions."""
    user, now = _found(call, call.tenant.held), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    call.tenant.change(str(user["id"]), signInSessionsValidFromDateTime=now)
    return ok(call.request, {"@odata.context": f"{call.root}/$metadata#Edm.Boolean", "value": True})


def delete_user(call: Call) -> Response:
    """DELETE /users/{id}: to the recycle bin."""
    object_id = str(_found(call, call.tenant.held)["id"])
    _check_rank(call, object_id)
    call.tenant.soft_delete(object_id, call.agent)
    return no_content(call.request)


def list_deleted(call: Call) -> Response:
    """GET /directory/deletedItems/microsoft.graph.user."""
    users = list(call.tenant.seen.bin.values())
    if "$filter" in call.options:
        users = list(filter(user_test(call.options["$filter"], call.tenant.domain), users))
    return _page(call, users, RECYCLED, f"users{_selected(call)}")


def get_deleted(call: Call) -> Response:
    """GET /directory/deletedItems/{id}."""
    user = call.tenant.seen.bin.get(call.name.lower())
    if user is None:
        raise not_found(call.name)
    return _entity(call, user, "directoryObjects/$entity", **_TYPE)


def purge_deleted(call: Call) -> Response:
    """DELETE /directory/deletedItems/{id}: for good; 403 while Graph protects the user from it."""
    if call.tenant.holds_back(call.name.lower()):
        raise denied()
    if not call.tenant.hard_delete(call.name.lower(), call.agent):
        raise not_found(call.name)
    return no_content(call.request)


def restore_deleted(call: Call) -> Response:
    """POST /directory/deletedItems/{id}/restore."""
    if call.name.lower() in call.tenant.held.bin:
        _check_rank(call, call.name.lower())
    user = call.tenant.restore(call.name.lower(), call.agent)
    if user is None:
        raise not_found(call.name)
    return _entity(call, user, "directoryObjects/$entity", **_TYPE)


def _page(call: Call, users: list[Json], path: str, context: str) -> Response:
    size, here = page_size(call, PAGE, LARGEST_PAGE), place(call)
    left = [user for user in users if here.after is None or str(user["id"]) > here.after]
    shown = sorted(left, key=lambda user: str(user["id"]))[:size]
    body: Json = {
        "@odata.context": f"{call.root}/$metadata#{context}",
        "value": [_shaped(call, user) for user in shown],
    }
    if len(left) > size:
        body["@odata.nextLink"] = next_link(call, path, Place(here.page + 1, str(shown[-1]["id"])))
    return ok(call.request, body)


def _entity(call: Call, user: Json, context: str, **also: str) -> Response:
    about = {"@odata.context": f"{call.root}/$metadata#{context}", **also}
    return ok(call.request, {**about, **_shaped(call, user)})


def _found(call: Call, where: Seen) -> Json:
    name, users = call.name.lower(), where.users
    by_name = (user for user in users.values() if str(user["userPrincipalName"]).lower() == name)
    user = users.get(name) or next(by_name, None)
    if user is None:
        raise not_found(call.name)
    return user


def _check_rank(call: Call, object_id: str) -> None:
    """Sensitive actions on a user with power take a role above theirs, permissions or not.

    Graph's "Who can perform sensitive actions": disable, enable, delete, restore.
    """
    if is_privileged(call.tenant, object_id) and not call.tenant.outranks:
        raise denied()


def _shaped(call: Call, user: Json) -> Json:
    """The default properties, or those selected: extensions by exact name, unknown names left out."""
    names = _selection(call)
    if not names:
        deleted = {key: user[key] for key in ("deletedDateTime",) if key in user}
        return {name: user.get(name) for name in DEFAULTS} | deleted
    empty: Json = {
        **{name: None for name in names if name in PROPERTIES},
        **{name: [] for name in names if name in COLLECTIONS},
    }
    return {name: user.get(name, empty.get(name)) for name in names if name in user or name in empty}


def _selection(call: Call) -> list[str]:
    names = [name.strip() for name in call.options.get("$select", "").split(",")] if _asked(call) else []
    for name in names:
        _check_selected(name)
    return list(dict.fromkeys(names))


def _asked(call: Call) -> bool:
    return "$select" in call.options


def _selected(call: Call) -> str:
    return f"({','.join(_selection(call))})" if _asked(call) else ""


def _check_selected(name: str) -> None:
    if not _NAME.fullmatch(name):
        text = f"Term '{name}' is not valid in a $select or $expand expression."
        raise GraphError(400, "BadRequest", f"Parsing OData Select and Expand failed: {text}")
    if name == "signInActivity":
        text = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text)
    if name in IN_MAILBOX:
        raise GraphError(501, "NotImplemented", f"'{name}' is not implemented for the users of a tenant.")
