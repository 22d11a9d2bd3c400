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

    def name_of(self, assignment: Json) -> str:
        """Of the role that is assigned; another API's is told by its id."""
        role = str(assignment.get("appRoleId"))
        if assignment.get("resourceId") != self.object_id:
            return f"{role} of {assignment.get('resourceDisplayName')}"
        return next((name for name, of in self.roles.items() if of == role), role)


@dataclass(frozen=True)
class Extra:
    """A role that the application need not have: where Graph has its assignment, and its name."""

    path: str
    name: str


def offered(graph: Graph) -> Offered:
    """What Graph offers in this tenant."""
    found = _principal(graph, GRAPH_APP)
    roles = found.get("appRoles") if found else None
    if not found or not isinstance(roles, list):
        raise SetupFailed("this tenant does not know Microsoft Graph")
    return Offered(str(found["id"]), {str(one["value"]): str(one["id"]) for one in roles if _for_apps(one)})


def consent(graph: Graph, app_id: str, resource: Offered, wanted: Mapping[str, str]) -> tuple[Extra, ...]:
    """Give the roles (name by id) that are missing; those that it need not have."""
    known = _principal(graph, app_id)
    made = known or graph.write("POST", "servicePrincipals", {"appId": app_id}, REGISTERING)
    path = f"servicePrincipals/{made['id']}/appRoleAssignments"
    held = list(graph.listed(path, CONSENTING)) if known else []
    mine = {str(one["appRoleId"]) for one in held if one.get("resourceId") == resource.object_id}
    for role in wanted:
        if role in mine:
            print(f"there already: {wanted[role]}")
        else:
            body = {"principalId": made["id"], "resourceId": resource.object_id, "appRoleId": role}
            print(f"{wanted[role]}:")
            graph.write("POST", path, body, CONSENTING)
    needed = {(resource.object_id, role) for role in wanted}
    extra = (one for one in held if (one.get("resourceId"), one.get("appRoleId")) not in needed)
    return tuple(Extra(f"{path}/{one['id']}", resource.name_of(one)) for one in extra)


def withdraw(graph: Graph, extra: Sequence[Extra]) -> None:
    """Take roles away."""
    for one in extra:
        print(f"{one.name}:")
        graph.write("DELETE", one.path, {}, CONSENTING)


def _principal(graph: Graph, app_id: str) -> Json | None:
    if app_id == NEW:
        return None
    path = f"servicePrincipals?{equals('appId', app_id)}"
    return next(graph.listed(path, REGISTERING), None)


def _for_apps(role: Json) -> bool:
    members = role.get("allowedMemberTypes")
    return isinstance(members, list) and "Application" in members and role.get("isEnabled") is not False
