"""What each call to Graph needs: the one table that code, documents and permissions go by.

Paths and permissions: Graph v1.0 reference and its permissions.json; quotas: Graph throttling limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

from shared.domain.ports import AuditRole
from shared.domain.sources import Source


class Quota(Enum):
    """Limits that Graph counts apart, each per application and tenant."""

    DIRECTORY = "directory"
    """Identity and access: resource units per 10 s."""
    WRITES = "writes"
    """Identity and access: writes per 150 s; each costs a resource unit as well."""
    REPORTS = "reports"
    """Identity and access reports: 5 requests per 10 s."""
    IDENTITY_PROTECTION = "identity_protection"
    """Identity Protection: 1 request a second of all applications, and no word of when to come again."""


class Principal(Enum):
    """Whose permissions a call needs: registrations of a tenant, one for both where no other is named."""

    READER = "reader"
    ERASER = "eraser"


@dataclass(frozen=True)
class Call:
    """One kind of request.

    `permissions` are application permissions, all of them needed. `absence` says what a 404 means;
    None where a 404 would be a wrong request.
    """

    name: str
    method: Literal["GET", "PATCH", "POST", "DELETE"]
    path: str
    permissions: tuple[str, ...]
    quota: Quota = Quota.DIRECTORY
    absence: str | None = None

    @property
    def principal(self) -> Principal:
        """Who sends it: whatever changes something is the eraser's."""
        return Principal.READER if self.method == "GET" else Principal.ERASER


READ_USER = Call("read_user", "GET", "/users/{id}", ("User.Read.All",), absence="not among the users")
FIND_USERS = Call("find_users", "GET", "/users", ("User.Read.All",))
READ_DELETED = Call(
    "read_deleted",
    "GET",
    "/directory/deletedItems/{id}",
    ("User.Read.All",),
    absence="not in the recycle bin",
)
DELETE_USER = Call(
    "delete_user",
    "DELETE",
    "/users/{id}",
    ("User.DeleteRestore.All",),
    Quota.WRITES,
    absence="not among the users, perhaps by an earlier delete whose answer was lost: read back",
)
READ_STANDING = Call("read_standing", "GET", "/users/{id}", ("User.Read.All",), absence="not among the users")
ALL_MEMBERSHIPS = Call("all_memberships", "GET", "/users/{id}/transitiveMemberOf", ("Directory.Read.All",))
"""Not memberOf: a role may be held through a group. User.Read.All would do, but not for the roles' names."""
DISABLE_USER = Call(
    "disable_user",
    "PATCH",
    "/users/{id}",
    ("User.EnableDisableAccount.All", "User.Read.All"),
    Quota.WRITES,
    absence="not among the users",
)
ENABLE_USER = replace(DISABLE_USER, name="enable_user")
REVOKE_SESSIONS = Call(
    "revoke_sessions",
    "POST",
    "/users/{id}/revokeSignInSessions",
    ("User.RevokeSessions.All",),
    Quota.WRITES,
    absence="not among the users",
)
PURGE_USER = Call(
    "purge_user",
    "DELETE",
    "/directory/deletedItems/{id}",
    ("User.DeleteRestore.All",),
    Quota.WRITES,
    absence="not in the recycle bin, or not yet, or not any more: read back",
)
READ_PROFILE = Call("read_profile", "GET", "/users/{id}", ("User.Read.All",), absence="not among the users")
FIND_EXTENSIONS_APP = Call("find_extensions_app", "GET", "/applications", ("Application.Read.All",))
LIST_EXTENSIONS = Call(
    "list_extensions", "GET", "/applications/{id}/extensionProperties", ("Application.Read.All",)
)
AUDITS_AS_TARGET = Call(
    "audits_as_target",
    "GET",
    "/auditLogs/directoryAudits",
    ("AuditLog.Read.All", "Directory.Read.All"),
    Quota.REPORTS,
)
AUDITS_AS_INITIATOR = Call(
    "audits_as_initiator",
    "GET",
    "/auditLogs/directoryAudits",
    ("AuditLog.Read.All", "Directory.Read.All"),
    Quota.REPORTS,
)

READ_PHOTO = Call(
    "read_photo", "GET", "/users/{id}/photo/$value", ("User.Read.All",), absence="no photo, or no mailbox"
)
SIGN_INS = Call(
    "sign_ins", "GET", "/auditLogs/signIns", ("AuditLog.Read.All", "Directory.Read.All"), Quota.REPORTS
)
LISTS: Mapping[Source, Call] = {
    Source.MEMBERSHIPS: Call("memberships", "GET", "/users/{id}/memberOf", ("Directory.Read.All",)),
    Source.APP_ROLE_ASSIGNMENTS: Call(
        "app_role_assignments", "GET", "/users/{id}/appRoleAssignments", ("Directory.Read.All",)
    ),
    Source.CONSENTS: Call("consents", "GET", "/users/{id}/oauth2PermissionGrants", ("Directory.Read.All",)),
    Source.OWNED_OBJECTS: Call("owned_objects", "GET", "/users/{id}/ownedObjects", ("User.Read.All",)),
    Source.OWNED_DEVICES: Call("owned_devices", "GET", "/users/{id}/ownedDevices", ("User.Read.All",)),
    Source.REGISTERED_DEVICES: Call(
        "registered_devices", "GET", "/users/{id}/registeredDevices", ("User.Read.All",)
    ),
    Source.EXTENSIONS: Call("extensions", "GET", "/users/{id}/extensions", ("User.Read.All",)),
    Source.AUTHENTICATION_METHODS: Call(
        "authentication_methods",
        "GET",
        "/users/{id}/authentication/methods",
        ("UserAuthenticationMethod.Read.All",),
        Quota.REPORTS,
    ),
    Source.RISKY_USER: Call(
        "risky_user",
        "GET",
        "/identityProtection/riskyUsers/{id}",
        ("IdentityRiskyUser.Read.All",),
        Quota.IDENTITY_PROTECTION,
        absence="never found risky",
    ),
    Source.RISK_DETECTIONS: Call(
        "risk_detections",
        "GET",
        "/identityProtection/riskDetections",
        ("IdentityRiskEvent.Read.All",),
        Quota.IDENTITY_PROTECTION,
    ),
}
"""What is asked about an account besides its profile and events; B2C and External ID have the same paths.

Consumers in B2C are seldom in groups and own nothing as a rule; External ID has groups and roles for them.
"""

AUDITS = {AuditRole.TARGET: AUDITS_AS_TARGET, AuditRole.INITIATOR: AUDITS_AS_INITIATOR}

CALLS = (
    READ_USER,
    FIND_USERS,
    READ_DELETED,
    DELETE_USER,
    READ_STANDING,
    ALL_MEMBERSHIPS,
    DISABLE_USER,
    ENABLE_USER,
    REVOKE_SESSIONS,
    PURGE_USER,
    READ_PROFILE,
    FIND_EXTENSIONS_APP,
    LIST_EXTENSIONS,
    AUDITS_AS_TARGET,
    AUDITS_AS_INITIATOR,
    READ_PHOTO,
    SIGN_INS,
    *LISTS.values(),
)


def permissions_of(*principals: Principal) -> frozenset[str]:
    """The application permissions that these need, and no more."""
    mine = (call for call in CALLS if call.principal in principals)
    return frozenset(permission for call in mine for permission in call.permissions)


ERASING = permissions_of(Principal.ERASER) - permissions_of(Principal.READER)
"""Permissions that only deletions need."""
