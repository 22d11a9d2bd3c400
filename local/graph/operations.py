"""The calls that the simulator knows, and the roles that each needs."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from local.graph import applications_api, made_users, organization_api, related_api, users_api
from local.graph.applications_api import ApplicationsApi
from local.graph.audits_api import AuditPages
from local.graph.call import Call
from local.graph.principals_api import PrincipalsApi
from local.graph.registry import Registry

Ways = frozenset[frozenset[str]]
"""The sets of roles of which a token must carry one."""


def any_of(*roles: str) -> Ways:
    """Each of these is enough."""
    return frozenset(frozenset({role}) for role in roles)


READ_USERS = any_of("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
READ_APPS = any_of("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
WRITE_APPS = any_of("Application.ReadWrite.All")
CONSENT = any_of("AppRoleAssignment.ReadWrite.All")
READ_ORGANIZATION = READ_USERS | any_of("Organization.Read.All")
WRITE = any_of("User.ReadWrite.All")
MAKE = any_of("User.ReadWrite.All", "Directory.ReadWrite.All")
SWITCH = WRITE | {frozenset({"User.EnableDisableAccount.All", "User.Read.All"})}
RECYCLE = any_of("User.DeleteRestore.All")
REVOKE = any_of("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
READ_AUDITS = any_of("AuditLog.Read.All")
_GUID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_USER, _RECYCLED, _APP = "users/([^/]+)", f"directory/deletedItems/{_GUID}", f"applications/{_GUID}"

READ_METHODS = any_of("UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All")
READ_DIRECTORY = any_of("Directory.Read.All", "Directory.ReadWrite.All")
LISTS = {
    "memberOf": READ_DIRECTORY,
    "transitiveMemberOf": READ_USERS | any_of("GroupMember.Read.All", "Group.Read.All"),
    "appRoleAssignments": READ_DIRECTORY,
    "oauth2PermissionGrants": READ_DIRECTORY,
    "ownedObjects": READ_USERS,
    "ownedDevices": READ_USERS,
    "registeredDevices": READ_USERS,
    "extensions": READ_USERS,
    "authentication/methods": READ_METHODS,
}

Handle = Callable[[Call], Response]


@dataclass(frozen=True)
class Operation:
    """One call that is known: its path as a pattern, its roles, and the query options it heeds."""

    method: str
    path: re.Pattern[str]
    ways: Ways
    handle: Handle
    options: frozenset[str]


def operations(audits: AuditPages, registry: Registry) -> tuple[Operation, ...]:
    """The whole table."""
    one, page = "$select", "$top $skiptoken"
    return (
        _known("GET", "users", READ_USERS, users_api.list_users, f"$filter {one} {page}"),
        _known("POST", "users", MAKE, made_users.create_user),
        _known("GET", _USER, READ_USERS, users_api.get_user, one),
        _known("PATCH", _USER, SWITCH, users_api.patch_user),
        _known("DELETE", _USER, WRITE | RECYCLE, users_api.delete_user),
        _known("POST", f"{_USER}/revokeSignInSessions", REVOKE, users_api.revoke_sessions),
        _known("GET", _RECYCLED, READ_USERS | RECYCLE, users_api.get_deleted, one),
        _known(
            "GET",
            r"directory/deletedItems/(?:microsoft\.)?graph\.user",
            READ_USERS | RECYCLE,
            users_api.list_deleted,
            f"$filter {one} {page}",
        ),
        _known("DELETE", _RECYCLED, RECYCLE, users_api.purge_deleted),
        _known("POST", f"{_RECYCLED}/restore", RECYCLE, users_api.restore_deleted),
        _known("GET", "auditLogs/directoryAudits", READ_AUDITS, audits.answer, f"$filter $orderby {page}"),
        *(
            _known("GET", f"{_USER}/{name}", ways, related_api.listing(name), page)
            for name, ways in LISTS.items()
        ),
        _known("GET", rf"{_USER}/photo/\$value", READ_USERS, related_api.get_photo),
        _known(
            "GET",
            f"identityProtection/riskyUsers/{_GUID}",
            any_of("IdentityRiskyUser.Read.All"),
            related_api.get_risky_user,
        ),
        _known(
            "GET",
            "identityProtection/riskDetections",
            any_of("IdentityRiskEvent.Read.All"),
            related_api.list_risk_detections,
            f"$filter {page}",
        ),
        _known("GET", "auditLogs/signIns", READ_AUDITS, related_api.list_sign_ins, f"$filter {page}"),
        _known("GET", "organization", READ_ORGANIZATION, organization_api.get_organization, one),
        *_of_applications(ApplicationsApi(registry)),
        *_of_principals(PrincipalsApi(registry)),
        _known("GET", f"{_APP}/extensionProperties", READ_APPS, applications_api.list_extensions),
    )


def _of_applications(api: ApplicationsApi) -> tuple[Operation, ...]:
    federated = f"{_APP}/federatedIdentityCredentials"
    return (
        _known("GET", "applications", READ_APPS, api.listed, "$filter $select"),
        _known("POST", "applications", WRITE_APPS, api.add),
        _known("GET", _APP, READ_APPS, api.show, "$select"),
        _known("PATCH", _APP, WRITE_APPS, api.change),
        _known("POST", f"{_APP}/addPassword", WRITE_APPS, api.add_password),
        _known("GET", federated, READ_APPS, api.list_federated),
        _known("POST", federated, WRITE_APPS, api.add_federated),
    )


def _of_principals(api: PrincipalsApi) -> tuple[Operation, ...]:
    assigned = "appRoleAssignments"
    held = f"servicePrincipals/(?:{_GUID[1:-1]})/{assigned}/([0-9a-zA-Z_-]+)"
    return (
        _known("GET", "servicePrincipals", READ_APPS, api.listed, "$filter $select"),
        _known("POST", "servicePrincipals", WRITE_APPS, api.add),
        _known("GET", f"servicePrincipals/{_GUID}/{assigned}", READ_APPS, api.list_assigned),
        _known("POST", f"servicePrincipals/{_GUID}/{assigned}", CONSENT, api.assign),
        _known("DELETE", held, CONSENT, api.withdraw),
    )


def _known(method: str, path: str, ways: Ways, handle: Handle, options: str = "") -> Operation:
    pattern = re.compile(path, re.IGNORECASE)
    return Operation(method, pattern, ways, handle, frozenset(options.split()))
