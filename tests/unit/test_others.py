import pytest

from export_function.mentions import MASK
from export_function.others import masking_others
from shared.domain.account import Account, Identity
from shared.domain.ports import JsonObject, JsonValue
from tests.unit.samples import CONTOSO, NOW

ADA = Account(
    "aaaaaaaa-0000-4000-8000-000000000001",
    f"ada@{CONTOSO}",
    (Identity("emailAddress", CONTOSO, "ada@example.com"),),
    NOW,
)
EVE = "eeeeeeee-0000-4000-8000-000000000001"
CLIENT = [{"key": "ClientIpAddress", "value": "198.51.100.7"}, {"key": "PolicyId", "value": "B2C_1_signin"}]


def user(object_id: str, name: str) -> JsonObject:
    return {"id": object_id, "displayName": name, "userPrincipalName": f"{name}@{CONTOSO}", "ipAddress": "x"}


def event(initiator: JsonObject | None, *targets: JsonObject) -> JsonObject:
    return {
        "id": "e1",
        "activityDisplayName": "Update user",
        "initiatedBy": {"user": initiator, "app": None if initiator else {"appId": "shop"}},
        "targetResources": [{"type": "User", "modifiedProperties": [], **target} for target in targets],
        "additionalDetails": CLIENT,
    }


def shown(given: JsonObject) -> JsonObject:
    return masking_others([ADA])(given)


def test_what_a_person_did_to_themselves_stays_as_it_is() -> None:
    own = event(user(ADA.object_id.upper(), "ada"), user(ADA.object_id, "ada"))
    assert shown(own) == own


def test_what_an_app_did_for_the_person_keeps_the_person_s_address() -> None:
    signed_in = event(None, {"id": ADA.object_id, "displayName": None})
    assert shown(signed_in) == signed_in


def test_somebody_else_who_acted_is_masked_with_their_device() -> None:
    masked = shown(event(user(EVE, "eve"), user(ADA.object_id, "ada")))
    assert "eve" not in str(masked)
    assert EVE not in str(masked)
    assert "198.51.100.7" not in str(masked)
    assert masked["activityDisplayName"] == "Update user"
    assert {"key": "PolicyId", "value": "B2C_1_signin"} in masked["additionalDetails"]  # type: ignore[operator] # a list
    assert "ada" in str(masked["targetResources"])


def test_somebody_else_to_whom_it_was_done_is_masked_with_what_changed() -> None:
    change = {"displayName": "City", "oldValue": '["Bern"]', "newValue": '["Ulm"]'}
    masked = shown(event(user(ADA.object_id, "ada"), {**user(EVE, "eve"), "modifiedProperties": [change]}))
    assert "eve" not in str(masked)
    assert "Ulm" not in str(masked)
    assert "City" in str(masked)
    assert "198.51.100.7" in str(masked)


def test_the_person_is_known_by_the_name_that_a_deletion_mangles() -> None:
    mangled = {"id": None, "userPrincipalName": f"{ADA.object_id.replace('-', '')}{ADA.user_principal_name}"}
    deleted = event(None, mangled)
    assert shown(deleted) == deleted


def test_events_of_another_form_pass_through() -> None:
    for odd in ({"id": "x"}, {"id": "x", "initiatedBy": None, "targetResources": [None, 3, "User"]}):
        assert shown(odd) == odd
    assert MASK not in str(shown({"id": "x", "additionalDetails": "text"}))


def test_of_somebody_else_only_what_they_are_stays_whatever_else_is_told_of_them() -> None:
    eve = {**user(EVE, "eve"), "mail": "eve@example.com", "homeTenantId": None, "userType": "Guest"}
    told = shown(event(eve, {**user(ADA.object_id, "ada"), "telephone": "1"}))
    assert told["initiatedBy"] == {
        "user": {**dict.fromkeys(eve, MASK), "homeTenantId": None, "userType": "Guest"},
        "app": None,
    }
    assert "telephone" in str(told["targetResources"])


def test_a_person_among_the_targets_is_one_whatever_type_graph_names() -> None:
    unnamed = {**user(EVE, "eve"), "type": None}
    assert "eve" not in str(shown(event(user(ADA.object_id, "ada"), unnamed)))


def test_what_an_event_repeats_of_somebody_else_is_masked_wherever_it_stands() -> None:
    changes: list[JsonValue] = [
        {"displayName": "User.UPN", "oldValue": None, "newValue": f'"Eve@{CONTOSO}"'},
        {"displayName": "AppRole.Value", "oldValue": None, "newValue": '"Buyer"'},
    ]
    app: JsonObject = {"id": "shop", "type": "ServicePrincipal", "modifiedProperties": changes}
    given = {**event(user(ADA.object_id, "ada"), app, user(EVE, "eve")), "resultReason": f"for {EVE.upper()}"}
    told = shown(given)
    assert (told["resultReason"], "eve" in str(told).lower()) == (f"for {MASK}", False)
    assert "Buyer" in str(told)
    assert told["id"] == given["id"]


@pytest.mark.parametrize("nobody", [{}, {"id": None, "displayName": None}, {"id": "", "ipAddress": ""}])
def test_where_nobody_is_named_nobody_is_masked(nobody: JsonObject) -> None:
    signed_in = event(nobody, {"id": ADA.object_id, "displayName": None})
    assert shown(signed_in) == signed_in


def test_nothing_is_added_to_an_event_that_lacks_something() -> None:
    bare: JsonObject = {"id": "x", "initiatedBy": {"user": user(EVE, "eve")}}
    assert set(shown(bare)) == set(bare)
