"""A person of whom there is something in nearly every section, and archives opened for a test."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from shared.domain.ports import AuditRole, JsonObject, JsonValue
from shared.domain.sources import Source
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from tests.unit.samples import CONTOSO
from tests.unit.test_export_plan import archive_of
from tests.unit.world import ADA, World

EMAIL = EmailSubject("ada@example.com")
APP = "0123456789abcdef0123456789abcdef"
PROFILE: JsonObject = {
    "id": ADA,
    "displayName": "Ada King",
    "accountEnabled": True,
    "jobTitle": None,
    "identities": [
        {"signInType": "emailAddress", "issuer": CONTOSO, "issuerAssignedId": "ada@example.com"},
        {"signInType": "federated", "issuer": "google.com", "issuerAssignedId": "1122"},
    ],
    f"extension_{APP}_LoyaltyNumber": "L-1815",
}
RELATED: Mapping[Source, Sequence[JsonObject]] = {
    Source.MEMBERSHIPS: [{"id": "g1", "displayName": "Newsletter"}, {"id": "g2", "displayName": "Gold"}],
    Source.AUTHENTICATION_METHODS: [{"id": "1", "phoneNumber": "+44 20 7946 0958"}],
}


def audit_event(number: int, **more: JsonValue) -> JsonObject:
    return {
        "id": f"e{number}",
        "activityDateTime": f"2026-11-2{number % 4}T{number % 24:02}:00:00.1234567Z",
        "activityDisplayName": ("Sign-in", "Update user")[number % 2],
        "result": "success",
        "initiatedBy": {"app": {"displayName": "Shop"}},
        **more,
    }


def rich_world(profile: JsonObject | None = None, events: Sequence[JsonObject] | None = None) -> World:
    world = World()
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.profiles[ADA] = {**PROFILE, **(profile or {})}
    directory.related = {(ADA, source): list(items) for source, items in RELATED.items()}
    directory.photos[ADA] = b"\xff\xd8picture"
    shown = [audit_event(number) for number in range(60)] if events is None else events
    directory.events = [(ADA, AuditRole.TARGET, event) for event in shown]
    directory.signed_in = [
        (ADA, {"id": "s1", "createdDateTime": "2026-11-20T00:00:00Z", "appDisplayName": "Shop"})
    ]
    directory.not_offered = {Source.RISKY_USER: "licence"}
    return world


async def exported(world: World) -> zipfile.ZipFile:
    """The person's archive, each file of it read back whole."""
    archive = archive_of(world, await world.ended(Kind.EXPORT, EMAIL))
    assert archive.testzip() is None
    return archive


def text_of(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(name).decode("utf-8-sig")


def json_of(archive: zipfile.ZipFile, name: str) -> JsonValue:
    value: JsonValue = json.loads(archive.read(name))
    return value


def rows_of(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    csv.field_size_limit(1 << 24)
    return list(csv.reader(io.StringIO(text_of(archive, name), newline=""), strict=True))
