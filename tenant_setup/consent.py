"""Admin consent: the application's service principal in a tenant has just the roles that it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenant_setup.failure import SetupFailed
from tenant_setup.graph import NEW, Graph, Json, equals
from tenant_setup.registration import GRAPH_APP, REGISTERING

CONSENTING = "Privileged Role Administrator"


@dataclass(frozen=True)
class Offered:
    """Graph's own service principal in the tenant: its id, and its application roles by name."""

    object_id: str
    roles: Mapping[str, str]

    def ids(self, names: Sequence[str]) -> dict[str, str]:
        """Name by id, in the order of names. Raises `SetupFailed` for one that this Graph does not have."""
        if missing := [name for name in names if name not in self.roles]:
            raise SetupFailed(f"this tenant's Graph does not offer {', '.join(missing)}; is --cloud right?")
        return {self.roles[name]: name for name in names}


def offered(graph: Graph) -> Offered:
    """What Graph offers in this tenant."""
    found = _principal(graph, GRAPH_APP)
    roles = found.get("appRoles") if found else None
    if not found or not isinstance(roles, list):
        raise SetupFailed("this tenant does not know Microsoft Graph")
    return Offered(str(found["id"]), {str(one["value"]): str(one["id"]) for one in roles if _for_apps(one)})


def consent(graph: Graph, app_id: str, graph_id: str, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Give the roles (name by id) that are missing; the ids of assignments that it need not have."""
    known = _principal(graph, app_id)
    made = known or graph.write("POST", "servicePrincipals", {"appId": app_id}, REGISTERING)
    path = f"servicePrincipals/{made['id']}/appRoleAssignments"
    held = list(graph.listed(path, CONSENTING)) if known else []
    mine = {str(one["appRoleId"]) for one in held if one.get("resourceId") == graph_id}
    for role in wanted:
        if role in mine:
            print(f"there already: {wanted[role]}")
        else:
            body = {"principalId": made["id"], "resourceId": graph_id, "appRoleId": role}
            print(f"{wanted[role]}:")
            graph.write("POST", path, body, CONSENTING)
    extra = (one for one in held if one.get("resourceId") != graph_id or one.get("appRoleId") not in wanted)
    return tuple(f"{path}/{one['id']}" for one in extra)


def withdraw(graph: Graph, extra: Sequence[str]) -> None:
    """Take assignments away."""
    for path in extra:
        graph.write("DELETE", path, {}, CONSENTING)


def _principal(graph: Graph, app_id: str) -> Json | None:
    if app_id == NEW:
        return None
    path = f"servicePrincipals?{equals('appId', app_id)}"
    return next(graph.listed(path, REGISTERING), None)


def _for_apps(role: Json) -> bool:
    members = role.get("allowedMemberTypes")
    return isinstance(members, list) and "Application" in members and role.get("isEnabled") is not False
