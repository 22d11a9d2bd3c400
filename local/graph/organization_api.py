"""The tenant as an organization."""

from starlette.responses import Response

from local.graph.answers import ok
from local.graph.call import Call
from local.graph.directory import Json


def get_organization(call: Call) -> Response:
    """GET /organization: of its many properties, those that tell which tenant it is."""
    domain: Json = {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": True,
        "name": call.tenant.domain,
        "type": "Managed",
    }
    held: Json = {"id": call.tenant.tenant_id, "displayName": call.tenant.name, "verifiedDomains": [domain]}
    names = call.options.get("$select", ",".join(held)).split(",")
    shown = {name: value for name, value in held.items() if name in names}
    return ok(call.request, {"@odata.context": f"{call.root}/$metadata#organization", "value": [shown]})
