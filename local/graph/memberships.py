"""What a user belongs to, and what follows from that."""

from local.graph.directory import Json, Tenant

GROUP = "#microsoft.graph.group"
ROLE = "#microsoft.graph.directoryRole"


def all_memberships(tenant: Tenant, object_id: str) -> list[Json]:
    """The user's memberships and those of the groups among them, each once; direct ones first."""
    found: dict[str, Json] = {}
    left = _memberships(tenant, object_id)
    while left:
        item = left.pop(0)
        if str(item["id"]) not in found:
            found[str(item["id"])] = item
            left += _memberships(tenant, str(item["id"]))
    return list(found.values())


def is_privileged(tenant: Tenant, object_id: str) -> bool:
    """Whether the user holds a directory role, or is in a group to which roles may be given."""
    return any(
        item.get("@odata.type") == ROLE or item.get("isAssignableToRole") is True
        for item in all_memberships(tenant, object_id)
    )


def _memberships(tenant: Tenant, object_id: str) -> list[Json]:
    return list(tenant.related.get(object_id, {}).get("memberOf", ()))
