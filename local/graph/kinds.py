"""Accounts that are no consumer's, with what Graph tells of them."""

from collections.abc import Callable
from uuid import uuid4

from local.graph.asked import Refused
from local.graph.directory import Json, Tenant
from local.graph.memberships import ROLE

USER_ADMINISTRATOR: Json = {
    "@odata.type": ROLE,
    "id": "0b6a1e0c-5a0c-4f43-9d0a-6f0d5f0c0001",
    "displayName": "User Administrator",
    "roleTemplateId": "fe930be7-5e62-47db-91af-98c3a49a38b1",
}


def _guest(tenant: Tenant) -> Json:
    """Invited from another company's directory, which alone knows who signs in."""
    name = f"guest.{uuid4().hex[:10]}"
    return {
        "userType": "Guest",
        "creationType": "Invitation",
        "externalUserState": "Accepted",
        "mail": f"{name}@example.org",
        "userPrincipalName": f"{name}_example.org#EXT#@{tenant.domain}",
        "identities": [{"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": None}],
    }


def _employee(tenant: Tenant) -> Json:
    """Of the company itself: a member who signs in by the principal name alone."""
    address = f"employee.{uuid4().hex[:10]}@{tenant.domain}"
    return {"userType": "Member", "creationType": None, "mail": address, "userPrincipalName": address}


def _admin(tenant: Tenant) -> Json:
    return {**_employee(tenant), "related": {"memberOf": [USER_ADMINISTRATOR]}}


KINDS: dict[str, Callable[[Tenant], Json]] = {
    "consumer": lambda _tenant: {},
    "guest": _guest,
    "employee": _employee,
    "admin": _admin,
}


def of_kind(tenant: Tenant, kind: object) -> Json:
    """Properties of an account of this kind, `related` among them. Raises `Refused`."""
    make = KINDS.get(str(kind))
    if make is None:
        raise Refused(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return make(tenant)
