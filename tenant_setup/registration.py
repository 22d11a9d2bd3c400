"""The application in its home tenant: made, or gone on with by its id, and held to what it asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tenant_setup.failure import SetupFailed
from tenant_setup.graph import NEW, Graph, Json, equals, objects

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
REGISTERING = "Application Administrator (or Cloud Application Administrator)"
AUDIENCES: Mapping[bool, str] = {False: "AzureADMyOrg", True: "AzureADMultipleOrgs"}


class Access(NamedTuple):
    """A permission as an application names it: whose, a role or a scope, and its id."""

    resource: str
    kind: str
    role: str


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

    @property
    def named(self) -> frozenset[Access]:
        """The permissions that it asks for."""
        return frozenset(
            Access(str(of["resourceAppId"]), str(one["type"]), str(one["id"]))
            for of in objects(self.held.get("requiredResourceAccess"))
            for one in objects(of.get("resourceAccess"))
        )


def register(graph: Graph, name: str, audience: str) -> Application:
    """A new one. Raises `SetupFailed` where one of that name is there.

    Anybody may have registered it, and has its credentials: what it is given they would have.
    """
    found = list(graph.listed(f"applications?{equals('displayName', name)}", REGISTERING))
    if found:
        ids = ", ".join(str(one["appId"]) for one in found)
        raise SetupFailed(
            f"an application called {name} is there ({ids}); if it is yours, and nobody else has credentials "
            "of it, go on with it by --application ID, else choose another --name"
        )
    made = graph.write("POST", "applications", {"displayName": name, "signInAudience": audience}, REGISTERING)
    if made["appId"] != NEW:
        print(f"registered: another run goes on with it by --application {made['appId']}")
    return Application(str(made["id"]), str(made["appId"]), {}, new=True)


def registered(graph: Graph, app_id: str, audience: str) -> Application:
    """The one of that id. Raises `SetupFailed` where the tenant has none, or it is for others."""
    found = next(graph.listed(f"applications?{equals('appId', app_id)}", REGISTERING), None)
    if found is None:
        raise SetupFailed(f"no application {app_id} is registered in this tenant")
    if found.get("signInAudience") != audience:
        raise SetupFailed(f"{app_id} is registered with another audience than {audience}; register another")
    print(f"there already: application {found.get('displayName')}")
    return Application(str(found["id"]), str(found["appId"]), found, new=False)


def ask_for(graph: Graph, one: Application, roles: Iterable[str], beside: frozenset[Access]) -> None:
    """Have the application name these roles of Graph, so that consent in the portal gives the same.

    What it names `beside` them it goes on naming.
    """
    needed = {Access(GRAPH_APP, "Role", role) for role in roles}
    if one.named != needed | beside:
        body = {"requiredResourceAccess": _by_resource(sorted(needed | beside))}
        graph.write("PATCH", one.path, body, REGISTERING)
    if beside - needed:
        print(f"warning: it asks for {len(beside - needed)} permissions that it need not have")


def _by_resource(accesses: Sequence[Access]) -> list[Json]:
    return [
        {
            "resourceAppId": resource,
            "resourceAccess": [
                {"id": one.role, "type": one.kind} for one in accesses if one.resource == resource
            ],
        }
        for resource in sorted({one.resource for one in accesses})
    ]
