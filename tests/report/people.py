"""People whose archives are opened: one of whom much is kept, one of whom next to nothing is, a nasty one."""

import asyncio
from collections.abc import Mapping, Sequence

from export_function.report.processing import load_processing
from shared.domain.ports import AuditRole, JsonObject, JsonValue
from shared.domain.sources import Source
from shared.domain.states import Kind
from tests.paths import ROOT
from tests.unit import rich_world
from tests.unit.rich_world import APP, EMAIL, audit_event
from tests.unit.samples import CONTOSO
from tests.unit.test_hostile_values import NASTY
from tests.unit.world import ADA, World

PHOTO = ROOT / "local" / "graph" / "photo.jpg"
PROFILE: JsonObject = {
    "id": ADA,
    "displayName": "Ada King",
    "givenName": "Ada",
    "surname": "King",
    "mail": "ada@example.com",
    "otherMails": ["ada.king@example.org", "countess@example.net"],
    "mobilePhone": "+44 20 7946 0958",
    "streetAddress": "12 St James's Square",
    "postalCode": "SW1Y 4JH",
    "city": "London",
    "country": "United Kingdom",
    "accountEnabled": True,
    "createdDateTime": "2024-03-01T08:15:30Z",
    "lastPasswordChangeDateTime": "2026-06-12T17:02:11Z",
    "creationType": "LocalAccount",
    "userPrincipalName": f"{ADA}@{CONTOSO}",
    "jobTitle": None,
    "department": None,
    "identities": [
        {"signInType": "emailAddress", "issuer": CONTOSO, "issuerAssignedId": "ada@example.com"},
        {"signInType": "federated", "issuer": "google.com", "issuerAssignedId": "112233445566778899001"},
    ],
    f"extension_{APP}_LoyaltyNumber": "L-1815",
    f"extension_{APP}_MarketingConsent": True,
    f"extension_{APP}_FavouriteColours": ["green", "violet"],
}
RELATED: Mapping[Source, Sequence[JsonObject]] = {
    Source.MEMBERSHIPS: [
        {
            "@odata.type": "#microsoft.graph.group",
            "id": "02bd9fd6-8f93-4758-87c3",
            "displayName": "Newsletter",
        },
        {"@odata.type": "#microsoft.graph.group", "id": "7a5c2c9e-0d4b-4e0b-9d53", "displayName": "Gold"},
    ],
    Source.CONSENTS: [
        {"id": "yI4ZSLmB9kynQxeV8XoUHg", "consentType": "Principal", "scope": "openid offline_access"}
    ],
    Source.REGISTERED_DEVICES: [
        {"id": "6a59ea83-02bd-468f-a40b", "displayName": "Ada's phone", "operatingSystem": "iOS"}
    ],
    Source.AUTHENTICATION_METHODS: [
        {"id": "3179e48a-750b-4051-897c", "phoneNumber": "+44 20 7946 0958", "phoneType": "mobile"},
        {"id": "3ddfcfc8-9383-446f-83cc", "emailAddress": "ada@example.com"},
    ],
    Source.RISK_DETECTIONS: [
        {
            "id": "6a5874ca-abcd-9d82-5ad39bd71600",
            "riskEventType": "unfamiliarFeatures",
            "riskLevel": "low",
            "detectedDateTime": "2026-11-22T07:41:00Z",
            "ipAddress": "203.0.113.7",
            "location": {"city": "Dover", "countryOrRegion": "GB"},
        }
    ],
}
ACTIVITIES = (
    "Issue an id_token to the application",
    "Issue an access token to the application",
    "Validate local account credentials",
    "Update user",
    "Reset password (self-service)",
)


def event(number: int) -> JsonObject:
    """One of a week's, spread as it comes."""
    dice = number * 2654435761 % 2**32
    day, hour, second = 18 + dice // 7919 % 13 * 7 // 13, 6 + dice // 101 % 17, dice % 60
    return {
        "id": f"B2C_{number:06}",
        "activityDateTime": f"2026-11-{day}T{hour:02}:{number % 60:02}:{second:02}.1234567Z",
        "activityDisplayName": ACTIVITIES[dice // 31 % 9 % 5],
        "category": "Authentication",
        "result": "failure" if number % 9 == 0 else "success",
        "initiatedBy": {"app": {"displayName": ("Shop", "Forum")[number % 2]}},
        "targetResources": [{"id": ADA, "type": "User"}],
        "additionalDetails": [{"key": "ClientIpAddress", "value": "203.0.113.7"}],
    }


def sign_in(number: int) -> JsonObject:
    """With the error code that means none, and now and then one that means a wrong password."""
    status: JsonObject = {"errorCode": 50126, "failureReason": "Invalid username or password"}
    return {
        "id": f"s{number}",
        "createdDateTime": f"2026-11-{10 + number % 14}T{7 + number % 13:02}:30:00Z",
        "appDisplayName": ("Shop", "Forum")[number % 2],
        "ipAddress": "203.0.113.7",
        "location": {"city": "London", "countryOrRegion": "GB"},
        "status": status if number % 7 == 3 else {"errorCode": 0},
    }


def rich(language: str | None = None) -> World:
    """There is something in nearly every section, and nothing in a linked directory."""
    world = World(processing=load_processing(ROOT / "processing-information.sample.json"))
    world.person("contoso")
    directory = world.tenants["contoso"]
    directory.profiles[ADA] = {**PROFILE, "preferredLanguage": language}
    directory.related = {(ADA, source): list(items) for source, items in RELATED.items()}
    directory.photos[ADA] = PHOTO.read_bytes()
    directory.events = [(ADA, AuditRole.TARGET, event(number)) for number in range(180)]
    directory.signed_in = [(ADA, sign_in(number)) for number in range(24)]
    directory.not_offered = {Source.RISKY_USER: "licence", Source.EXTENSIONS: "permission_missing"}
    return world


def empty(language: str | None = None) -> World:
    """An account and nothing else."""
    world = World()
    world.person("contoso")
    world.tenants["contoso"].profiles[ADA] = {"id": ADA, "preferredLanguage": language}
    return world


def hostile() -> World:
    """Every nasty text as a value, as a name, and as a custom attribute, in the profile and in events."""
    values: dict[str, JsonValue] = {f"value{place}": text for place, text in enumerate(NASTY)}
    names: dict[str, JsonValue] = {text: text for text in NASTY if text}
    custom: dict[str, JsonValue] = {f"extension_{APP}_{text}": text for text in NASTY}
    event: JsonObject = {**audit_event(1), **names}
    return rich_world.rich_world(
        {**PROFILE, **values, **names, **custom}, [event, {**audit_event(2), **values}]
    )


def archive_of(world: World) -> bytes:
    """The export of Ada, as it is downloaded."""
    request = asyncio.run(world.ended(Kind.EXPORT, EMAIL))
    assert request.archive
    return world.blobs.committed[request.archive.blob]
