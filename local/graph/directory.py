"""What the simulator holds: tenants, their users, recycle bins, audit events and registrations."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local.graph.lag import Lag, Seen

Json = dict[str, object]
ALL_ROLES = (
    "User.Read.All",
    "User.EnableDisableAccount.All",
    "User.RevokeSessions.All",
    "User.DeleteRestore.All",
    "AuditLog.Read.All",
    "Directory.Read.All",
    "Application.Read.All",
    "UserAuthenticationMethod.Read.All",
    "IdentityRiskyUser.Read.All",
    "IdentityRiskEvent.Read.All",
)
BIN_KEEPS = timedelta(days=30)
PROTECTED_FOR = timedelta(days=7)
AUDITS_KEPT = timedelta(days=7)
SECRET_LASTS = timedelta(days=180)


def moment_text(ago: timedelta = timedelta()) -> str:
    """A moment so long ago as Graph writes it in audit events: seven digits, so that they sort as text."""
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


@dataclass
class Tenant:
    """One directory; `as_target` and `as_initiator` index audit events by the users they concern.

    `related` is what is kept about a user (or group) beside it, by the last part of the path. `premium` is
    the licence that brings sign-ins. `protected` are users whose hard deletion is held back (Graph beta:
    `isHardDeleteProtectionEnabled`). `outranks` is whether the app has a directory role above all others.
    `secret_ends` is when the app's secret does.

    What is held on a user is replaced by a write, never changed: `lag` may still show what was before.
    """

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
    related: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    premium: bool = False
    protected: set[str] = field(default_factory=set)
    outranks: bool = False
    secret_ends: datetime = field(default_factory=lambda: datetime.now(UTC) + SECRET_LASTS)
    lag: Lag = field(default_factory=Lag)

    @property
    def held(self) -> Seen:
        """Everybody as of now: what writes act on."""
        oldest = datetime.now(UTC) - BIN_KEEPS
        for object_id, user in list(self.bin.items()):
            if datetime.fromisoformat(str(user["deletedDateTime"])) <= oldest:
                del self.bin[object_id]
                self.gone.add(object_id)
        return Seen(self.users, self.bin)

    @property
    def seen(self) -> Seen:
        """Everybody as reads see them."""
        return self.lag.seen(self.held)

    def add(self, user: Json) -> None:
        """A new user."""
        object_id = str(user["id"])
        self.lag.note(object_id, self.held)
        self.users[object_id] = user

    def change(self, object_id: str, **properties: object) -> None:
        """Other values for some properties of a user."""
        self.lag.note(object_id, self.held)
        self.users[object_id] = {**self.users[object_id], **properties}

    def soft_delete(self, object_id: str, agent: str) -> Json | None:
        """Move to the recycle bin, the name mangled as Graph does; None if not among the users."""
        self.lag.note(object_id, self.held)
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

    def age(self, object_id: str, days: float) -> Json | None:
        """Have been in the recycle bin for so many days longer; None if not there."""
        user = self.held.bin.get(object_id)
        if user is None:
            return None
        deleted = datetime.fromisoformat(str(user["deletedDateTime"])) - timedelta(days=days)
        self.bin[object_id] = {**user, "deletedDateTime": deleted.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return self.bin[object_id]

    def holds_back(self, object_id: str) -> bool:
        """Whether a user in the recycle bin must not be deleted for good yet."""
        user = self.held.bin.get(object_id)
        if user is None or object_id not in self.protected:
            return False
        return datetime.now(UTC) - datetime.fromisoformat(str(user["deletedDateTime"])) < PROTECTED_FOR

    def hard_delete(self, object_id: str, agent: str) -> bool:
        """Remove from the recycle bin for good."""
        self.lag.note(object_id, self.held)
        if self.bin.pop(object_id, None) is None:
            return False
        self.gone.add(object_id)
        self.record("Hard Delete user", object_id, None, agent, hard_deleted=True)
        return True

    def restore(self, object_id: str, agent: str) -> Json | None:
        """Back among the users, under the old name."""
        self.lag.note(object_id, self.held)
        user = self.bin.pop(object_id, None)
        if user is None:
            return None
        name = str(user["userPrincipalName"]).removeprefix(object_id.replace("-", ""))
        kept = {key: value for key, value in user.items() if key != "deletedDateTime"}
        self.users[object_id] = {**kept, "userPrincipalName": name}
        self.record("Restore user", object_id, name, agent)
        return self.users[object_id]

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
            "activityDateTime": moment_text(),
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

    def note_event(self, event: Json) -> None:
        """An audit event, to be found by the ids of its targets and of the user who did it."""
        targets, initiated = event.get("targetResources"), event.get("initiatedBy")
        user = initiated.get("user") if isinstance(initiated, dict) else None
        for object_id in _ids(targets if isinstance(targets, list) else []):
            self.as_target[object_id].append(event)
        for object_id in _ids([user]):
            self.as_initiator[object_id].append(event)

    def state_of(self, object_id: str) -> str:
        """active, soft_deleted, gone or unknown."""
        held = self.held
        places = {"active": held.users, "soft_deleted": held.bin, "gone": self.gone}
        return next((state for state, place in places.items() if object_id in place), "unknown")


def _ids(named: list[object]) -> set[str]:
    return {str(one["id"]) for one in named if isinstance(one, dict) and one.get("id")}
