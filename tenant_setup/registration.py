"""The application in its home tenant: found by name or made, and held to what it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenant_setup.failure import SetupFailed
from tenant_setup.graph import Graph, Json, equals

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
REGISTERING = "Application Administrator (or Cloud Application Administrator)"
AUDIENCES: Mapping[bool, str] = {False: "AzureADMyOrg", True: "AzureADMultipleOrgs"}


@dataclass(frozen=True)
class Application:
    """Its object id in the home tenant and its application id; `new` if this run made it."""

    object_id: str
    app_id: str
    held: Json
    new: bool

    @property
    def path(self) -> str:
        """Where Graph has it."""
        return f"applications/{self.object_id}"


def application(graph: Graph, name: str, audience: str) -> Application:
    """The one of that name, made where there is none. Raises `SetupFailed` where there are several."""
    found = list(graph.listed(f"applications?{equals('displayName', name)}", REGISTERING))
    if len(found) > 1:
        raise SetupFailed(f"{len(found)} applications are called {name}; choose another --name")
    if found:
        return _kept(found[0], name, audience)
    made = graph.write("POST", "applications", {"displayName": name, "signInAudience": audience}, REGISTERING)
    return Application(str(made["id"]), str(made["appId"]), {}, new=True)


def ask_for(graph: Graph, one: Application, roles: Sequence[str]) -> None:
    """Have the application name just these roles of Graph, so that consent in the portal gives the same."""
    access = [{"id": role, "type": "Role"} for role in sorted(roles)]
    if _asked(one.held.get("requiredResourceAccess")) != {(GRAPH_APP, "Role", role) for role in roles}:
        wanted = [{"resourceAppId": GRAPH_APP, "resourceAccess": access}]
        graph.write("PATCH", one.path, {"requiredResourceAccess": wanted}, REGISTERING)


def _asked(required: object) -> set[tuple[object, object, object]]:
    """Resource, kind and id of each permission that an application names."""
    return {
        (resource.get("resourceAppId"), access.get("type"), access.get("id"))
        for resource in (required if isinstance(required, list) else ())
        for access in resource.get("resourceAccess", ())
    }


def _kept(found: Json, name: str, audience: str) -> Application:
    if found.get("signInAudience") != audience:
        raise SetupFailed(
            f"{name} is registered with another audience than {audience}; choose another --name"
        )
    print(f"there already: application {name}")
    return Application(str(found["id"]), str(found["appId"]), found, new=False)
