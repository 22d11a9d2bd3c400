"""The application that holds a tenant's custom attributes."""

from starlette.responses import Response

from local.graph.answers import not_found, ok, unknown
from local.graph.call import Call

KNOWN_FILTER = "startswith(displayName,'b2c-extensions-app')"


def list_applications(call: Call) -> Response:
    """GET /applications: by the name of the extensions app alone."""
    if call.options.get("$filter") != KNOWN_FILTER:
        raise unknown("this filter on applications")
    held = {"id": call.tenant.extensions_app, "displayName": "b2c-extensions-app. Do not modify."}
    asked = call.options.get("$select", "id,displayName").split(",")
    app = {name: value for name, value in held.items() if name in asked}
    return ok(call.request, {"@odata.context": f"{call.root}/$metadata#applications", "value": [app]})


def list_extensions(call: Call) -> Response:
    """GET /applications/{id}/extensionProperties."""
    app = call.tenant.extensions_app
    if call.name.lower() != app:
        raise not_found(call.name)
    context = f"{call.root}/$metadata#applications('{app}')/extensionProperties"
    names = [{"id": name, "name": name, "targetObjects": ["User"]} for name in call.tenant.extension_names]
    return ok(call.request, {"@odata.context": context, "value": names})
