"""What an export consists of: one table of sections, each with its file and how it is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from export_function.readers import (
    Asked,
    Piece,
    read_audit_events,
    read_claims,
    read_photo,
    read_profile,
    read_records,
    read_sign_ins,
)
from shared.domain.sources import Source

Reader = Callable[[Asked], Awaitable[Piece]]
"""Reads the piece of an account's section that begins at a time, the first for None."""


@dataclass(frozen=True)
class SectionKind:
    """One section. One that is not `required` may be missing for want of a permission, and says so.

    `source` is the call behind it. `title` and `about` are told to the person.
    """

    name: str
    file_name: str
    source: str
    read: Reader
    title: str
    about: str
    required: bool = True


def _records(source: Source, file_name: str, call: str, title: str, about: str) -> SectionKind:
    return SectionKind(source.value, file_name, call, read_records(source), title, about)


def _optional_records(source: Source, file_name: str, call: str, title: str, about: str) -> SectionKind:
    return SectionKind(source.value, file_name, call, read_records(source), title, about, required=False)


PROFILE = SectionKind(
    "profile",
    "profile.json",
    "GET /users/{id}",
    read_profile,
    "Profile",
    "Your name, how you are reached, how you sign in, and every attribute that was kept with your account.",
)
RELATED = (
    _records(
        Source.MEMBERSHIPS,
        "memberships.json",
        "GET /users/{id}/memberOf",
        "Groups and roles",
        "Groups and directory roles that your account belongs to.",
    ),
    _records(
        Source.APP_ROLE_ASSIGNMENTS,
        "app-role-assignments.json",
        "GET /users/{id}/appRoleAssignments",
        "Roles in applications",
        "Applications in which your account was given a role.",
    ),
    _records(
        Source.CONSENTS,
        "consents.json",
        "GET /users/{id}/oauth2PermissionGrants",
        "Consents",
        "What you have let applications do in your name.",
    ),
    _records(
        Source.OWNED_OBJECTS,
        "owned-objects.json",
        "GET /users/{id}/ownedObjects",
        "Owned objects",
        "Objects of the directory that your account owns.",
    ),
    _records(
        Source.OWNED_DEVICES,
        "owned-devices.json",
        "GET /users/{id}/ownedDevices",
        "Owned devices",
        "Devices that your account owns.",
    ),
    _records(
        Source.REGISTERED_DEVICES,
        "registered-devices.json",
        "GET /users/{id}/registeredDevices",
        "Registered devices",
        "Devices that were registered with your account.",
    ),
    _optional_records(
        Source.EXTENSIONS,
        "extensions.json",
        "GET /users/{id}/extensions",
        "Extensions",
        "Data that applications have attached to your account.",
    ),
    SectionKind(
        "photo",
        "photo.jpg",
        "GET /users/{id}/photo/$value",
        read_photo,
        "Photo",
        "The picture of your account.",
        required=False,
    ),
    _optional_records(
        Source.RISKY_USER,
        "risky-user.json",
        "GET /identityProtection/riskyUsers/{id}",
        "Risk state",
        "Whether your account was taken to be at risk of misuse.",
    ),
    _optional_records(
        Source.RISK_DETECTIONS,
        "risk-detections.json",
        "GET /identityProtection/riskDetections",
        "Risk detections",
        "Sign-ins and changes that looked like misuse of your account.",
    ),
    _records(
        Source.AUTHENTICATION_METHODS,
        "authentication-methods.json",
        "GET /users/{id}/authentication/methods",
        "Ways to prove who you are",
        "Phone numbers, addresses and authenticators kept for your sign-in, without their secrets.",
    ),
)
"""Read one after the other in one step; the last draws on the quota of reports."""
AUDITS = SectionKind(
    "directoryAudits",
    "directory-audits.ndjson",
    "GET /auditLogs/directoryAudits (as target, as initiator)",
    read_audit_events,
    "Activity",
    "What was done with your account and by it: sign-ins, changes, deletions.",
)
SIGN_INS = SectionKind(
    "signIns",
    "sign-ins.ndjson",
    "GET /auditLogs/signIns",
    read_sign_ins,
    "Sign-ins",
    "When and from where your account signed in, where the directory keeps that apart.",
    required=False,
)
FROM_GRAPH = (PROFILE, *RELATED, AUDITS, SIGN_INS)
TOKEN_CLAIMS = SectionKind(
    "idTokenClaims",
    "id-token-claims.json",
    "the ID token that came with the request",
    read_claims,
    "Your sign-in for this request",
    "What the sign-in that came with your request said about you.",
)
"""There where a token came, in the tenant that it is of."""
SECTIONS = (*FROM_GRAPH, TOKEN_CLAIMS)
BY_NAME: Mapping[str, SectionKind] = {kind.name: kind for kind in SECTIONS}
OPTIONAL = frozenset(kind.name.lower() for kind in SECTIONS if not kind.required)
"""As settings name them."""
