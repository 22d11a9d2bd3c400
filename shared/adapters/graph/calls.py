"""What each call to Graph needs: the one table that code, documents and permissions go by.

Paths and permissions: Graph v1.0 reference and its permissions.json; quotas: Graph throttling limits.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from shared.domain.ports import AuditRole


class Quota(Enum):
    """Limits that Graph counts apart, each per application and tenant."""

    DIRECTORY = "directory"
    """Identity and access: resource units per 10 s, writes per 150 s."""
    REPORTS = "reports"
    """Identity and access reports: 5 requests per 10 s."""


@dataclass(frozen=True)
class Call:
    """One kind of request.

    `permissions` are application permissions, all of them needed. `absence` says what a 404 means;
    None where a 404 would be a wrong request.
    """

    name: str
    method: Literal["GET", "DELETE"]
    path: str
    permissions: tuple[str, ...]
    quota: Quota = Quota.DIRECTORY
    absence: str | None = None


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
    absence="not among the users, perhaps by an earlier delete whose answer was lost: read back",
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

AUDITS = {AuditRole.TARGET: AUDITS_AS_TARGET, AuditRole.INITIATOR: AUDITS_AS_INITIATOR}

CALLS = (
    READ_USER,
    FIND_USERS,
    READ_DELETED,
    DELETE_USER,
    READ_PROFILE,
    FIND_EXTENSIONS_APP,
    LIST_EXTENSIONS,
    AUDITS_AS_TARGET,
    AUDITS_AS_INITIATOR,
)
