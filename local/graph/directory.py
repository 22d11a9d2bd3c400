"""What the simulator holds: tenants, their users, recycle bins, audit events and registrations."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Json = dict[str, object]
ALL_ROLES = (
    "User.ReadWrite.All",
    "User.DeleteRestore.All",
    "AuditLog.Read.All",
    "Directory.Read.All",
    "Application.Read.All",
)
BIN_KEEPS = timedelta(days=30)
AUDITS_KEPT = timedelta(days=7)


def now_text() -> str:
    """The present moment as Graph writes it in audit events: seven digits."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


@dataclass
class Tenant:
    """One directory; `as_target` and `as_initiator` index audit events by the users they concern."""

    name: str
    tenant_id: str
    domain: str
    client_id: str
    client_secret: str
    extensions_app: str
    roles: tuple[str, ...] = ALL_ROLES
    users: dict[str, Json] = field(default_factory=dict)
    bin: dict[str, Json] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    extension_names: tuple[str, ...] = ()
    as_target: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    as_initiator: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))

    def soft_delete(self, object_id: str, agent: str) -> Json | None:
        """Move to the recycle bin, the name mangled as Graph does; None if not among the users."""
        user = self.users.pop(object_id, None)
        if user is None:
            return None
        mangled = f"{object_id.replace('-', '')}{user['userPrincipalName']}"
        self.bin[object_id] = {
            **user,
            "userPrincipalName": mangled,
            "deletedDateTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.record("Delete user", object_id, mangled, agent, hard_deleted=False)
        return self.bin[object_id]

    def hard_delete(self, object_id: str, agent: str) -> bool:
        """Remove from the recycle bin for good."""
        if self.recycled(object_id) is None:
            return False
        del self.bin[object_id]
        self.gone.add(object_id)
        self.record("Hard Delete user", object_id, None, agent, hard_deleted=True)
        return True

    def restore(self, object_id: str, agent: str) -> Json | None:
        """Back among the users, under the old name."""
        user = self.recycled(object_id)
        if user is None:
            return None
        del self.bin[object_id]
        name = str(user["userPrincipalName"]).removeprefix(object_id.replace("-", ""))
        kept = {key: value for key, value in user.items() if key != "deletedDateTime"}
        self.users[object_id] = {**kept, "userPrincipalName": name}
        self.record("Restore user", object_id, name, agent)
        return self.users[object_id]

    def recycled(self, object_id: str) -> Json | None:
        """A user in the recycle bin; one whose 30 days are over is gone."""
        user, oldest = self.bin.get(object_id), datetime.now(UTC) - BIN_KEEPS
        if user is None or datetime.fromisoformat(str(user["deletedDateTime"])) > oldest:
            return user
        del self.bin[object_id]
        self.gone.add(object_id)
        return None

    def all_recycled(self) -> list[Json]:
        """Everybody in the recycle bin."""
        return [user for object_id in list(self.bin) if (user := self.recycled(object_id))]

    def record(
        self, activity: str, object_id: str, name: str | None, agent: str, *, hard_deleted: bool | None = None
    ) -> None:
        """The audit event of what the calling app did to a user; `hard_deleted` for deletions alone."""
        # Graph writes the values of changes as JSON inside JSON.
        change = {"displayName": "Is Hard Deleted", "oldValue": None, "newValue": f'"{hard_deleted}"'}
        target: Json = {
            "id": object_id,
            "displayName": None,
            "type": "User",
            "userPrincipalName": name,
            "groupType": None,
            "modifiedProperties": [] if hard_deleted is None else [change],
        }
        event: Json = {
            "id": f"Directory_{uuid.uuid4()}",
            "category": "UserManagement",
            "correlationId": str(uuid.uuid4()),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": activity,
            "activityDateTime": now_text(),
            "loggedByService": "Core Directory",
            "operationType": "Update" if hard_deleted is None else "Delete",
            "initiatedBy": {
                "user": None,
                "app": {"appId": self.client_id, "displayName": "privacy requests"},
            },
            "targetResources": [target],
            "additionalDetails": [{"key": "User-Agent", "value": agent}] if agent else [],
        }
        self.as_target[object_id].append(event)

    def state_of(self, object_id: str) -> str:
        """active, soft_deleted, gone or unknown."""
        self.recycled(object_id)  # its 30 days may be over
        places = {"active": self.users, "soft_deleted": self.bin, "gone": self.gone}
        return next((state for state, place in places.items() if object_id in place), "unknown")
