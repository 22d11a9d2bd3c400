"""The custom policy for the sign-in that goes before a deletion, as a file: no tenant has read it here."""

from xml.etree import ElementTree

import pytest

from tests.paths import ROOT

NAME = "B2C_1A_PRIVACY_MFA"
FILE = ROOT / "samples" / "policies" / f"{NAME}.xml"
IN = {"b2c": "http://schemas.microsoft.com/online/cpim/schemas/2013/06"}
OURS = ("Privacy-SignIn", "Privacy-ReadPhone", "Privacy-NoPhone", "Privacy-Phone")


@pytest.fixture(scope="module")
def policy() -> ElementTree.Element:
    return ElementTree.parse(FILE).getroot()  # noqa: S314 - our own file


def one(policy: ElementTree.Element, path: str) -> ElementTree.Element:
    found = policy.findall(path, IN)
    assert len(found) == 1, path
    return found[0]


def test_it_is_named_as_the_settings_name_it(policy: ElementTree.Element) -> None:
    assert policy.get("PolicyId") == NAME
    assert str(policy.get("PublicPolicyUri")).endswith(f"/{NAME}")
    assert one(policy, "b2c:BasePolicy/b2c:PolicyId").text == "B2C_1A_TrustFrameworkExtensions"


def test_there_is_no_single_sign_on(policy: ElementTree.Element) -> None:
    behaviour = one(policy, "b2c:RelyingParty/b2c:UserJourneyBehaviors/b2c:SingleSignOn")
    assert behaviour.get("Scope") == "Suppressed"


@pytest.mark.parametrize("name", OURS)
def test_no_step_is_passed_by_with_what_a_session_remembers(policy: ElementTree.Element, name: str) -> None:
    profile = f".//b2c:TechnicalProfile[@Id='{name}']"
    session = one(policy, f"{profile}/b2c:UseTechnicalProfileForSessionManagement")
    assert session.get("ReferenceId") == "SM-Noop"


def test_it_asks_for_credentials_then_for_the_phone_of_the_directory(policy: ElementTree.Element) -> None:
    steps = policy.findall(".//b2c:OrchestrationStep", IN)
    assert [step.get("Order") for step in steps] == [str(number) for number in range(1, len(steps) + 1)]
    exchanges = [
        step.find("b2c:ClaimsExchanges/b2c:ClaimsExchange[@TechnicalProfileReferenceId]", IN)
        for step in steps
    ]
    profiles = [None if one is None else one.get("TechnicalProfileReferenceId") for one in exchanges]
    assert profiles == [*OURS, None]
    assert steps[-1].get("Type") == "SendClaims"


def test_only_the_step_for_people_without_a_phone_is_ever_left_out(policy: ElementTree.Element) -> None:
    steps = policy.findall(".//b2c:OrchestrationStep", IN)
    conditional = [step for step in steps if step.find("b2c:Preconditions", IN) is not None]
    (step,) = conditional
    assert step.find(".//*[@TechnicalProfileReferenceId='Privacy-NoPhone']") is not None
    assert one(step, ".//b2c:Precondition/b2c:Value").text == "strongAuthenticationPhoneNumber"


def test_nobody_without_a_phone_gets_on(policy: ElementTree.Element) -> None:
    items = policy.findall(".//b2c:TechnicalProfile[@Id='Privacy-NoPhone']/b2c:Metadata/b2c:Item", IN)
    assert {item.get("Key"): item.text for item in items}["setting.showContinueButton"] == "false"


def test_the_second_factor_is_the_phone(policy: ElementTree.Element) -> None:
    included = one(policy, ".//b2c:TechnicalProfile[@Id='Privacy-Phone']/b2c:IncludeTechnicalProfile")
    assert included.get("ReferenceId") == "PhoneFactor-InputOrVerify"


def test_the_token_names_the_account_and_the_policy(policy: ElementTree.Element) -> None:
    claims = policy.findall("b2c:RelyingParty/b2c:TechnicalProfile/b2c:OutputClaims/b2c:OutputClaim", IN)
    given = {claim.get("PartnerClaimType"): claim for claim in claims}
    assert [given[name].get("ClaimTypeReferenceId") for name in ("sub", "oid")] == ["objectId", "objectId"]
    assert given["tfp"].get("DefaultValue") == "{policy}"
    subject = one(policy, "b2c:RelyingParty/b2c:TechnicalProfile/b2c:SubjectNamingInfo")
    assert subject.get("ClaimType") == "sub"


def test_its_tokens_live_for_five_minutes(policy: ElementTree.Element) -> None:
    items = policy.findall(".//b2c:TechnicalProfile[@Id='JwtIssuer']/b2c:Metadata/b2c:Item", IN)
    values = {item.get("Key"): item.text for item in items}
    assert (values["token_lifetime_secs"], values["id_token_lifetime_secs"]) == ("300", "300")
    assert values["AuthenticationContextReferenceClaimPattern"] == "None"


def test_every_journey_and_transformation_that_is_named_is_there(policy: ElementTree.Element) -> None:
    journey = one(policy, "b2c:RelyingParty/b2c:DefaultUserJourney").get("ReferenceId")
    assert one(policy, "b2c:UserJourneys/b2c:UserJourney").get("Id") == journey
    used = {item.get("ReferenceId") for item in policy.findall(".//b2c:InputClaimsTransformation", IN)}
    made = {item.get("Id") for item in policy.findall(".//b2c:ClaimsTransformation", IN)}
    assert used == made


def test_it_says_that_it_was_never_uploaded() -> None:
    assert "never uploaded to a tenant" in FILE.read_text()
