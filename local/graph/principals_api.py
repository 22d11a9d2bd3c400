"""Service principals, and the roles in Graph that administrators give them: that is admin consent."""

import re
import uuid

from starlette.responses import Response

from local.graph.answers import GraphError, created, no_content, not_found, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json, Tenant
from local.graph.registry import (
    GRAPH_APP,
    MULTITENANT,
    ROLES,
    Application,
    Registry,
    ServicePrincipal,
    principal_id,
)
from local.graph.registry_values import text_of

_BY_APP = re.compile(r"appId eq '([0-9a-fA-F-]{36})'")


class PrincipalsApi:
    """The calls under /servicePrincipals that setting up a tenant takes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def listed(self, call: Call) -> Response:
        """GET /servicePrincipals: by application id."""
        by = _BY_APP.fullmatch(call.options.get("$filter", ""))
        if by is None:
            raise unknown("this filter on servicePrincipals")
        found = self._registry.principal(call.tenant, by[1])
        context = f"{call.root}/$metadata#servicePrincipals"
        return ok(call.request, {"@odata.context": context, "value": [_shown(found)] if found else []})

    def add(self, call: Call) -> Response:
        """POST /servicePrincipals: of an application of the tenant's own, or of a multitenant one."""
        app_id = text_of(call.body, "appId")
        application = self._registry.application(app_id)
        if application is None or not _is_known(application, call.tenant):
            text = f"The appId '{app_id}' of the service principal references no valid application object."
            raise GraphError(400, "Request_BadRequest", text)
        if self._registry.principal(call.tenant, app_id):
            text = (
                "The service principal cannot be created, updated, or restored because the service principal "
            )
            raise GraphError(
                409, "Request_MultipleObjectsWithSameKeyValue", f"{text}name {app_id} is in use."
            )
        return created(call.request, _shown(self._registry.admit(call.tenant, application)))

    def list_assigned(self, call: Call) -> Response:
        """GET /servicePrincipals/{id}/appRoleAssignments."""
        one = self._named(call.tenant, call.name)
        if one.app_id == call.tenant.client_id:
            raise unknown("the roles of the app that a tenant brings along")
        given = [_assignment(call.tenant, one, name, role) for name, role in one.assigned.items()]
        return ok(call.request, {"value": given})

    def assign(self, call: Call) -> Response:
        """POST /servicePrincipals/{id}/appRoleAssignments."""
        one = self._named(call.tenant, call.name)
        role = text_of(call.body, "appRoleId")
        _check_assignment(call, one, role)
        name = uuid.uuid4().hex
        one.assigned[name] = role
        return created(call.request, _assignment(call.tenant, one, name, role))

    def withdraw(self, call: Call) -> Response:
        """DELETE /servicePrincipals/{id}/appRoleAssignments/{assignment}."""
        holders = (one for one in self._registry.principals if one.tenant == call.tenant.name)
        holder = next((one for one in holders if call.name in one.assigned), None)
        if holder is None:
            raise not_found(call.name)
        del holder.assigned[call.name]
        return no_content(call.request)

    def _named(self, tenant: Tenant, object_id: str) -> ServicePrincipal:
        mine = (one for one in self._registry.principals if one.tenant == tenant.name)
        found = next((one for one in mine if one.object_id == object_id.lower()), None)
        if found is None:
            raise not_found(object_id)
        return found


def _is_known(application: Application, tenant: Tenant) -> bool:
    return application.home == tenant.name or application.audience == MULTITENANT


def _check_assignment(call: Call, one: ServicePrincipal, role: str) -> None:
    graph = principal_id(call.tenant, GRAPH_APP)
    known = call.body.get("principalId") == one.object_id and call.body.get("resourceId") == graph
    if not known or role not in ROLES:
        raise GraphError(400, "Request_BadRequest", "Not a valid reference update.")
    if role in one.assigned.values():
        text = "Permission being assigned already exists on the object"
        raise GraphError(400, "Request_BadRequest", text)


def _shown(one: ServicePrincipal) -> Json:
    roles = [
        {"id": role, "value": value, "allowedMemberTypes": ["Application"], "isEnabled": True}
        for role, value in ROLES.items()
    ]
    return {
        "id": one.object_id,
        "appId": one.app_id,
        "displayName": one.name,
        "appRoles": roles if one.app_id == GRAPH_APP else [],
    }


def _assignment(tenant: Tenant, one: ServicePrincipal, name: str, role: str) -> Json:
    return {
        "id": name,
        "appRoleId": role,
        "principalId": one.object_id,
        "principalType": "ServicePrincipal",
        "resourceId": principal_id(tenant, GRAPH_APP),
        "resourceDisplayName": "Microsoft Graph",
    }
