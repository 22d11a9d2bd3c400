"""Applications and their service principals, as every tenant knows them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.graph.directory import ALL_ROLES, Json, Tenant

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
MULTITENANT = "AzureADMultipleOrgs"
FURTHER_ROLES = ("User.ReadWrite.All", "Directory.ReadWrite.All", "Mail.Read")
"""That Graph offers beside those that the app is meant to have."""
SECRET_LASTS = timedelta(days=180)


def role_id(value: str) -> str:
    """The id of Graph's application role of that name, the same in every tenant."""
    return str(uuid.uuid5(uuid.UUID(GRAPH_APP), value))


ROLES = {role_id(value): value for value in (*ALL_ROLES, *FURTHER_ROLES)}


@dataclass
class Application:
    """A registration in its home tenant; credentials are as Graph writes them, with their secrets."""

    home: str
    name: str
    audience: str = "AzureADMyOrg"
    app_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    object_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    passwords: list[Json] = field(default_factory=list)
    keys: list[Json] = field(default_factory=list)
    federated: list[Json] = field(default_factory=list)
    required: list[Json] = field(default_factory=list)


@dataclass
class ServicePrincipal:
    """An application in one tenant; `assigned` are its roles in Graph: role id by assignment id."""

    tenant: str
    app_id: str
    name: str
    object_id: str
    assigned: dict[str, str] = field(default_factory=dict)


@dataclass
class Registry:
    """All of them. The app that a tenant brings along has the roles that the tenant says."""

    tenants: dict[str, Tenant]
    applications: list[Application] = field(default_factory=list)
    principals: list[ServicePrincipal] = field(default_factory=list)

    def __post_init__(self) -> None:
        for tenant in self.tenants.values():
            self.principals.append(
                ServicePrincipal(tenant.name, GRAPH_APP, "Microsoft Graph", _graph(tenant))
            )
            self._bring_along(tenant)

    def application(self, client_id: str) -> Application | None:
        """By application id, wherever it is at home."""
        return next((one for one in self.applications if one.app_id == client_id.lower()), None)

    def at_home(self, tenant: Tenant) -> Iterator[Application]:
        """The applications that are registered in a tenant."""
        return (one for one in self.applications if one.home == tenant.name)

    def principal(self, tenant: Tenant, client_id: str) -> ServicePrincipal | None:
        """By application id."""
        known = (one for one in self.principals if one.tenant == tenant.name)
        return next((one for one in known if one.app_id == client_id.lower()), None)

    def admit(self, tenant: Tenant, application: Application) -> ServicePrincipal:
        """The application's new service principal in a tenant."""
        made = ServicePrincipal(
            tenant.name, application.app_id, application.name, principal_id(tenant, application.app_id)
        )
        self.principals.append(made)
        return made

    def roles(self, tenant: Tenant, client_id: str) -> tuple[str, ...]:
        """What tokens of an application for Graph carry in a tenant."""
        if client_id.lower() == tenant.client_id:
            return tenant.roles
        principal = self.principal(tenant, client_id)
        return tuple(sorted(ROLES[role] for role in set(principal.assigned.values()))) if principal else ()

    def let_secret_end(self, tenant: Tenant, left: timedelta) -> None:
        """The secret of the app that the tenant brought along lasts so much longer."""
        application = self.application(tenant.client_id)
        assert application is not None  # noqa: S101 - brought along at the start
        application.passwords[:] = [password("brought along", tenant.client_secret, left)]

    def _bring_along(self, tenant: Tenant) -> None:
        application = Application(tenant.name, "privacy requests", app_id=tenant.client_id)
        self.applications.append(application)
        self.let_secret_end(tenant, SECRET_LASTS)
        self.admit(tenant, application)


def principal_id(tenant: Tenant, client_id: str) -> str:
    """The object id of an application's service principal: subject and object of its tokens."""
    return str(uuid.uuid5(uuid.UUID(tenant.tenant_id), client_id))


def password(name: str, secret: str, life: timedelta) -> Json:
    """A password credential, its text included."""
    now = datetime.now(UTC)
    return {
        "keyId": str(uuid.uuid4()),
        "displayName": name,
        "startDateTime": now.isoformat(),
        "endDateTime": (now + life).isoformat(),
        "hint": secret[:3],
        "secretText": secret,
    }


def _graph(tenant: Tenant) -> str:
    return principal_id(tenant, GRAPH_APP)
