"""Users that the calling app makes."""

import re
from datetime import UTC, datetime
from uuid import uuid4

from starlette.responses import Response

from local.graph.answers import GraphError, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json

REQUIRED = frozenset(
    {"accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"}
)
_NAME = re.compile(r"[A-Za-z0-9._!#^~-]{1,64}@(.+)")


def create_user(call: Call) -> Response:
    """POST /users, with the required properties alone."""
    if set(call.body) != REQUIRED:
        raise unknown("POST of a user with other properties than the required ones")
    user = _user(call)
    call.tenant.add(user)
    call.tenant.record("Add user", str(user["id"]), str(user["userPrincipalName"]), call.agent)
    shown = {name: user[name] for name in ("id", "displayName", "userPrincipalName")}
    response = ok(call.request, {"@odata.context": f"{call.root}/$metadata#users/$entity", **shown})
    response.status_code = 201
    return response


def _user(call: Call) -> Json:
    name, domain = str(call.body["userPrincipalName"]), call.tenant.domain
    found = _NAME.fullmatch(name)
    if found is None or found[1].lower() != domain:
        raise _bad("The domain portion of the userPrincipalName property is invalid.")
    if any(
        str(user["userPrincipalName"]).lower() == name.lower() for user in call.tenant.held.users.values()
    ):
        raise _bad("Another object with the same value for property userPrincipalName already exists.")
    given = {key: value for key, value in call.body.items() if key != "passwordProfile"}
    principal = {"signInType": "userPrincipalName", "issuer": domain, "issuerAssignedId": name}
    return {
        **given,
        "id": str(uuid4()),
        "creationType": None,
        "userType": "Member",
        "createdDateTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "identities": [principal],
    }


def _bad(text: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", text)
