"""Applications: the one that holds a tenant's custom attributes, and the calling app's own registration."""

import re
import uuid

from starlette.responses import Response

from local.graph.answers import not_found, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json, Tenant

EXTENSIONS_APP = "startswith(displayName,'b2c-extensions-app')"
_BY_ID = re.compile(r"appId eq '([0-9a-f-]{36})'")
HINT = 3
"""Letters of a secret that Graph tells."""


def list_applications(call: Call) -> Response:
    """GET /applications: by the name of the extensions app, or by the calling app's id."""
    names = call.options.get("$select", "id,displayName").split(",")
    shown = [
        {name: value for name, value in app.items() if name in names}
        for app in _chosen(call.tenant, call.options.get("$filter", ""))
    ]
    return ok(call.request, {"@odata.context": f"{call.root}/$metadata#applications", "value": shown})


def list_extensions(call: Call) -> Response:
    """GET /applications/{id}/extensionProperties."""
    app = call.tenant.extensions_app
    if call.name.lower() != app:
        raise not_found(call.name)
    context = f"{call.root}/$metadata#applications('{app}')/extensionProperties"
    names = [{"id": name, "name": name, "targetObjects": ["User"]} for name in call.tenant.extension_names]
    return ok(call.request, {"@odata.context": context, "value": names})


def _chosen(tenant: Tenant, asked: str) -> list[Json]:
    if asked == EXTENSIONS_APP:
        return [{"id": tenant.extensions_app, "displayName": "b2c-extensions-app. Do not modify."}]
    if found := _BY_ID.fullmatch(asked):
        return [_registration(tenant)] if found[1] == tenant.client_id else []
    raise unknown("this filter on applications")


def _registration(tenant: Tenant) -> Json:
    secret = {
        "customKeyIdentifier": None,
        "displayName": "privacy requests",
        "endDateTime": tenant.secret_ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hint": tenant.client_secret[:HINT],
        "keyId": str(uuid.uuid5(uuid.UUID(tenant.tenant_id), tenant.client_secret)),
        "secretText": None,
    }
    return {
        "id": str(uuid.uuid5(uuid.UUID(tenant.client_id), "application")),
        "appId": tenant.client_id,
        "displayName": "privacy requests",
        "passwordCredentials": [secret],
    }
