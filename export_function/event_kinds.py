"""What is known of the sections that hold events: one table, by the section's name.

Properties: Graph v1.0, `directoryAudit` and `signIn`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.marks import N_

Path = tuple[str, ...]
"""Names of properties, one within the other."""


@dataclass(frozen=True)
class EventKind:
    """`time` and `activity` are properties of an event; `columns` those with a column in the CSV file.

    `shown` are the report's columns, time and activity first, each with the places where its value may be.
    """

    time: str
    activity: str
    columns: tuple[str, ...]
    shown: tuple[tuple[str, tuple[Path, ...]], ...]


AUDIT_EVENTS = EventKind(
    "activityDateTime",
    "activityDisplayName",
    (
        "id",
        "activityDateTime",
        "activityDisplayName",
        "category",
        "operationType",
        "result",
        "resultReason",
        "loggedByService",
        "correlationId",
        "initiatedBy",
        "targetResources",
        "additionalDetails",
    ),
    (
        (N_("Time"), (("activityDateTime",),)),
        (N_("What happened"), (("activityDisplayName",),)),
        (N_("Result"), (("result",),)),
        (
            N_("Done by"),
            (
                ("initiatedBy", "app", "displayName"),
                ("initiatedBy", "user", "displayName"),
                ("initiatedBy", "user", "userPrincipalName"),
                ("initiatedBy", "user", "id"),
                ("initiatedBy", "app", "servicePrincipalId"),
            ),
        ),
    ),
)
SIGN_IN_EVENTS = EventKind(
    "createdDateTime",
    "appDisplayName",
    (
        "id",
        "createdDateTime",
        "appDisplayName",
        "appId",
        "clientAppUsed",
        "ipAddress",
        "userDisplayName",
        "userPrincipalName",
        "userId",
        "isInteractive",
        "resourceDisplayName",
        "resourceId",
        "conditionalAccessStatus",
        "correlationId",
        "status",
        "location",
        "deviceDetail",
    ),
    (
        (N_("Time"), (("createdDateTime",),)),
        (N_("Application"), (("appDisplayName",),)),
        (N_("From"), (("ipAddress",),)),
        (N_("Place"), (("location", "city"), ("location", "countryOrRegion"))),
        (N_("Error"), (("status", "failureReason"), ("status", "errorCode"))),
    ),
)
EVENT_KINDS: Mapping[str, EventKind] = {"directoryAudits": AUDIT_EVENTS, "signIns": SIGN_IN_EVENTS}
