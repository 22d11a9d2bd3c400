"""Tokens that must not be believed, at every door where tokens come in."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from shared.auth.tokens import (
    KeysUnavailable,
    PersonToken,
    PersonTokens,
    Product,
    PublicKey,
    SignIn,
    StepUp,
    TokenRefused,
    WorkforceToken,
    WorkforceTokens,
)
from tests.fakes import FakeClock
from tests.security.minting import (
    API,
    B2C_ISSUER,
    DAEMON,
    DAEMON_APP,
    EXTERNAL_ISSUER,
    EXTERNAL_TENANT_ID,
    NOW,
    OPERATOR,
    OTHER_TENANT_ID,
    PERSON,
    PORTAL,
    TENANT_ID,
    WORKFORCE_ISSUER,
    WORKFORCE_TENANT_ID,
    Mint,
    app_only,
    as_v1,
    b2c_access,
    b2c_id,
    b2c_sign_in,
    encoded,
    external_access,
    external_id,
    external_sign_in,
    jwk,
    known_keys,
    operator,
    rsa_key,
    workforce,
)

MFA_POLICY = "B2C_1A_privacy_mfa"
SIGN_INS = (b2c_sign_in(), b2c_sign_in(MFA_POLICY, StepUp.POLICY), external_sign_in())
CLOCK = FakeClock(NOW)
PEOPLE = PersonTokens(SIGN_INS, CLOCK, timedelta(hours=1))
STAFF = WorkforceTokens(workforce(), CLOCK)


@dataclass(frozen=True)
class Door:
    """What reads tokens, and one that it takes."""

    read: Callable[[str], Awaitable[PersonToken | WorkforceToken]] = field(repr=False)
    mint: Mint = field(repr=False)

    def refuses(self, token: str) -> str:
        """The code of the refusal."""
        with pytest.raises(TokenRefused) as refused:
            asyncio.run(_awaited(self.read(token)))
        return refused.value.code

    def accepts(self, token: str) -> PersonToken | WorkforceToken:
        return asyncio.run(_awaited(self.read(token)))

    def refuses_at_most(self, token: str) -> None:
        """Whatever comes of it, nothing but a refusal is raised."""
        with suppress(TokenRefused):
            self.accepts(token)


async def _awaited(
    read: Awaitable[PersonToken | WorkforceToken],
) -> PersonToken | WorkforceToken:
    return await read


DOORS: Mapping[str, Door] = {
    "b2c-access": Door(PEOPLE.access, b2c_access()),
    "b2c-id": Door(PEOPLE.id_token, b2c_id()),
    "external-access": Door(PEOPLE.access, external_access()),
    "external-id": Door(PEOPLE.id_token, external_id()),
    "app": Door(STAFF.read, app_only()),
    "app-v1": Door(STAFF.read, as_v1(app_only())),
    "operator": Door(STAFF.read, operator()),
    "operator-v1": Door(STAFF.read, as_v1(operator())),
}
OF_PEOPLE = ("b2c-access", "b2c-id", "external-access", "external-id")
ACCESS = tuple(name for name in DOORS if not name.endswith("-id"))
EVERY_DOOR = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


def some_doors(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("door", [DOORS[name] for name in names], ids=names)


def public_pem(key: str) -> bytes:
    return (
        rsa_key(key)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


# --- what is accepted


@EVERY_DOOR
def test_a_token_as_its_issuer_makes_it_is_accepted(door: Door) -> None:
    assert door.accepts(door.mint.token()).issued_at == NOW - timedelta(minutes=1)


@some_doors(*OF_PEOPLE)
def test_a_person_is_who_the_directory_says(door: Door) -> None:
    person = door.accepts(door.mint.token())
    assert isinstance(person, PersonToken)
    assert person.object_id == PERSON
    assert person.nonce == door.mint.claims.get("nonce")
    assert person.sign_in in SIGN_INS
    assert not person.stepped_up


@pytest.mark.parametrize(
    ("name", "is_app", "app", "object_id", "roles"),
    [
        ("app", True, DAEMON_APP, DAEMON, {"Requests.Create"}),
        ("app-v1", True, DAEMON_APP, DAEMON, {"Requests.Create"}),
        ("operator", False, PORTAL, OPERATOR, {"Requests.Approve"}),
        ("operator-v1", False, PORTAL, OPERATOR, {"Requests.Approve"}),
    ],
)
def test_an_app_and_an_operator_are_told_apart(
    *, name: str, is_app: bool, app: str, object_id: str, roles: set[str]
) -> None:
    told = DOORS[name].accepts(DOORS[name].mint.token())
    assert told == WorkforceToken(is_app, app, object_id, frozenset(roles), NOW - timedelta(minutes=1))


def test_nothing_personal_is_in_what_a_token_proves_when_printed() -> None:
    for name in ("b2c-id", "external-access", "operator"):
        shown = repr(DOORS[name].accepts(DOORS[name].mint.token()))
        assert not any(hidden in shown for hidden in (PERSON, OPERATOR, "n-1", "KnownKeys"))


@EVERY_DOOR
@pytest.mark.parametrize("typ", ["JWT", "jwt", "Jwt"])
def test_the_type_has_no_case(door: Door, typ: str) -> None:
    door.accepts(door.mint.headed(typ=typ).token())


@EVERY_DOOR
def test_the_type_may_be_left_out(door: Door) -> None:
    header = {name: value for name, value in door.mint.head().items() if name != "typ"}
    door.accepts(door.mint.sealed(json.dumps(header).encode(), json.dumps(door.mint.claims).encode()))


@some_doors(*ACCESS)
def test_an_access_token_may_say_that_it_is_one(door: Door) -> None:
    door.accepts(door.mint.headed(typ="AT+JWT").token())


@EVERY_DOOR
@pytest.mark.parametrize(
    "typ", ["", "JWE", "JWT ", "logout+jwt", "dpop+jwt", "application/jwt", None, 1, ["JWT"]]
)
def test_a_token_of_another_type_is_refused(door: Door, typ: object) -> None:
    assert door.refuses(door.mint.headed(typ=typ).token()) == "type"


@some_doors("b2c-id", "external-id")
def test_an_id_token_does_not_call_itself_an_access_token(door: Door) -> None:
    assert door.refuses(door.mint.headed(typ="at+jwt").token()) == "type"


@some_doors("b2c-access", "b2c-id")
@pytest.mark.parametrize(
    "names",
    [{"tfp": "b2c_1_SUSI"}, {"acr": "b2c_1_susi"}, {"tfp": "B2C_1_susi", "acr": "b2c_1_SuSi"}],
)
def test_a_policy_is_named_by_tfp_or_acr_in_any_case(door: Door, names: dict[str, object]) -> None:
    door.accepts(door.mint.without("tfp").changed(**names).token())


@EVERY_DOOR
def test_an_audience_may_stand_in_a_list_by_itself(door: Door) -> None:
    door.accepts(door.mint.changed(aud=[door.mint.claims["aud"]]).token())


@EVERY_DOOR
def test_nbf_may_be_left_out(door: Door) -> None:
    door.accepts(door.mint.without("nbf").token())


@EVERY_DOOR
def test_clocks_may_be_a_minute_apart(door: Door) -> None:
    ahead, behind = stamp(NOW + timedelta(seconds=60)), stamp(NOW - timedelta(seconds=59))
    door.accepts(door.mint.changed(iat=ahead, nbf=ahead, exp=ahead + 60).token())
    door.accepts(door.mint.changed(iat=behind - 60, nbf=behind - 60, exp=behind).token())


def test_an_object_id_is_told_in_lower_case() -> None:
    for name, claim in (("b2c-access", "sub"), ("external-id", "oid"), ("operator", "oid")):
        door = DOORS[name]
        told = door.accepts(door.mint.changed(**{claim: str(door.mint.claims[claim]).upper()}).token())
        assert told.object_id == door.mint.claims[claim]


def test_in_b2c_oid_goes_before_a_subject_that_is_not_supported() -> None:
    mint = b2c_access().changed(sub="Not supported currently. Use oid claim.", oid=PERSON)
    assert DOORS["b2c-access"].accepts(mint.token()).object_id == PERSON


def test_a_policy_that_asks_for_more_is_a_step_up() -> None:
    person = asyncio.run(PEOPLE.id_token(b2c_id(policy=MFA_POLICY).token()))
    assert (person.stepped_up, person.sign_in.policy) == (True, MFA_POLICY)


@pytest.mark.parametrize(("amr", "stepped_up"), [(["pwd", "mfa"], True), (["pwd"], False), ([], False)])
def test_in_external_id_amr_tells_of_a_step_up(*, amr: list[str], stepped_up: bool) -> None:
    person = asyncio.run(PEOPLE.access(external_access().changed(amr=amr).token()))
    assert person.stepped_up is stepped_up


def test_amr_is_no_step_up_where_none_is_set() -> None:
    assert not asyncio.run(PEOPLE.access(b2c_access().changed(amr=["mfa"]).token())).stepped_up


def test_the_time_of_a_sign_in_is_told() -> None:
    at = NOW - timedelta(minutes=5)
    person = asyncio.run(PEOPLE.access(external_access().changed(auth_time=stamp(at)).token()))
    assert person.authenticated_at == at


def test_a_customer_whose_account_is_linked_to_elsewhere_is_no_guest() -> None:
    asyncio.run(PEOPLE.access(external_access().changed(idp="google.com", acct=0).token()))
    linked = f"https://sts.windows.net/{OTHER_TENANT_ID}/"
    asyncio.run(PEOPLE.access(b2c_access().changed(idp=linked).token()))


def test_an_operator_may_have_no_roles() -> None:
    told = asyncio.run(STAFF.read(operator().without("roles").token()))
    assert (told.is_app, told.roles) == (False, frozenset())


@pytest.mark.parametrize(
    ("mint", "is_app"),
    [
        (app_only().changed(idtyp="app"), True),
        (app_only().changed(idtyp="app", sub="another"), True),
        (operator().changed(idtyp="user"), False),
        (
            operator().changed(idtyp="user", acct=0, idp=f"https://sts.windows.net/{WORKFORCE_TENANT_ID}/"),
            False,
        ),
        (operator().changed(idp=WORKFORCE_ISSUER), False),
    ],
)
def test_idtyp_tells_apps_from_users(*, mint: Mint, is_app: bool) -> None:
    assert asyncio.run(STAFF.read(mint.token())).is_app is is_app


# --- signatures and keys


@EVERY_DOOR
@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", "HS256", "RS384", "PS256", "ES256", "rs256", None]
)
def test_another_algorithm_in_the_header_is_refused(door: Door, alg: str | None) -> None:
    assert door.refuses(door.mint.headed(alg=alg).token()) == "algorithm"


@EVERY_DOOR
@pytest.mark.parametrize("signature", ["", "AA"])
def test_a_token_without_a_signature_is_refused(door: Door, signature: str) -> None:
    for alg in ("none", "RS256"):
        door.refuses(f"{door.mint.headed(alg=alg).token().rpartition('.')[0]}.{signature}")


@EVERY_DOOR
@pytest.mark.parametrize("alg", ["HS256", "RS256"])
def test_the_public_key_is_no_secret_to_sign_with(door: Door, alg: str) -> None:
    signed = door.mint.headed(alg=alg).token().rpartition(".")[0]
    for secret in (public_pem(door.mint.key), str(jwk(door.mint.key)["n"]).encode(), b""):
        digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        door.refuses(f"{signed}.{encoded(digest)}")


@EVERY_DOOR
def test_another_scheme_under_the_right_name_is_refused(door: Door) -> None:
    signed = door.mint.token().rpartition(".")[0]
    key = rsa_key(door.mint.key)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    for signature in (
        key.sign(signed.encode(), pss, hashes.SHA256()),
        key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA384()),
    ):
        assert door.refuses(f"{signed}.{encoded(signature)}") == "signature"


@EVERY_DOOR
@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_refused(door: Door, part: int) -> None:
    parts = door.mint.token().split(".")
    middle = len(parts[part]) // 2
    parts[part] = (
        f"{parts[part][:middle]}{'AQ' if parts[part][middle] != 'A' else 'QA'}{parts[part][middle + 2 :]}"
    )
    door.refuses(".".join(parts))


@EVERY_DOOR
def test_claims_of_another_token_under_this_signature_are_refused(door: Door) -> None:
    one, other = door.mint.token().split("."), door.mint.changed(roles=["Everything"]).token().split(".")
    assert door.refuses(".".join((one[0], other[1], one[2]))) == "signature"


@EVERY_DOOR
@pytest.mark.parametrize("key", ["stranger", "b2c_1_susi", MFA_POLICY.lower(), "external", "workforce"])
def test_another_tenant_s_or_policy_s_key_is_refused(door: Door, key: str) -> None:
    if key != door.mint.key:
        assert door.refuses(door.mint.signed_by(key).token()) == "signature"
        assert door.refuses(replace(door.mint, key=key).token()) == "key_unknown"


@EVERY_DOOR
@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit", "b64"])
def test_a_key_that_the_token_brings_along_is_refused(door: Door, member: str) -> None:
    values = {"jwk": jwk("stranger"), "x5c": ["MIIB"], "crit": ["exp"], "b64": True}
    forged = door.mint.signed_by("stranger").headed(**{member: values.get(member, "https://evil.example/")})
    assert door.refuses(forged.token()) == "header_member"
    assert door.refuses(door.mint.headed(**{member: None}).token()) == "header_member"


@EVERY_DOOR
@pytest.mark.parametrize("kid", ["../../x", "/dev/null", "unknown", "a" * 128])
def test_an_unknown_key_is_refused(door: Door, kid: str) -> None:
    assert door.refuses(door.mint.headed(kid=kid).token()) == "key_unknown"


@EVERY_DOOR
@pytest.mark.parametrize(
    "kid", ["", "a" * 129, "x\n", "x y", "é", "' OR 1=1 --", "x\0", 1, None, True, ["x"], {}]
)
def test_a_name_that_no_key_has_is_refused(door: Door, kid: object) -> None:
    assert door.refuses(door.mint.headed(kid=kid).token()) == "kid"


@EVERY_DOOR
def test_a_header_must_name_a_key_and_an_algorithm(door: Door) -> None:
    for missing in ("kid", "alg"):
        header = {name: value for name, value in door.mint.head().items() if name != missing}
        door.refuses(door.mint.sealed(json.dumps(header).encode(), json.dumps(door.mint.claims).encode()))


def test_a_revoked_key_is_refused() -> None:
    people = PersonTokens([replace(SIGN_INS[0], keys=known_keys("the-next"))], CLOCK, timedelta(hours=1))
    assert Door(people.access, b2c_access()).refuses(b2c_access().token()) == "key_unknown"


class NoKeys:
    """A provider that does not answer; counts how often it was asked."""

    asked = 0

    async def key(self, kid: str) -> PublicKey:
        self.asked += 1
        raise KeysUnavailable(kid)


def test_without_keys_nothing_is_known_of_a_token() -> None:
    people = PersonTokens([replace(SIGN_INS[0], keys=NoKeys())], CLOCK, timedelta(hours=1))
    staff = WorkforceTokens(replace(workforce(), keys=NoKeys()), CLOCK)
    for read, mint in ((people.access, b2c_access()), (people.id_token, b2c_id()), (staff.read, app_only())):
        with pytest.raises(KeysUnavailable):
            asyncio.run(_awaited(read(mint.token())))


def test_no_provider_is_asked_for_the_key_of_a_stranger() -> None:
    keys = NoKeys()
    people = PersonTokens([replace(SIGN_INS[0], keys=keys)], CLOCK, timedelta(hours=1))
    staff = WorkforceTokens(replace(workforce(), keys=keys), CLOCK)
    for change in ({"iss": "https://evil.example/"}, {"tfp": "B2C_1_other", "iss": f"{B2C_ISSUER}x"}):
        Door(people.access, b2c_access()).refuses(b2c_access().changed(**change).token())
        Door(staff.read, app_only()).refuses(app_only().changed(**change).token())
    Door(people.access, b2c_access()).refuses(b2c_access().changed(tfp="B2C_1_other").token())
    assert keys.asked == 0


# --- for whom, by whom


@EVERY_DOOR
@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example/",
        B2C_ISSUER.rstrip("/"),
        f"{EXTERNAL_ISSUER}/",
        WORKFORCE_ISSUER.upper(),
        f"{WORKFORCE_ISSUER} ",
        f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0",
        f"https://contoso.b2clogin.com/tfp/{TENANT_ID}/b2c_1_susi/v2.0/",
        "",
    ],
)
def test_another_issuer_is_refused(door: Door, issuer: str) -> None:
    assert door.refuses(door.mint.changed(iss=issuer).token()) in {"issuer", "claim_iss"}


@EVERY_DOOR
def test_one_issuer_s_name_over_another_s_signature_is_refused(door: Door) -> None:
    for issuer in {B2C_ISSUER, EXTERNAL_ISSUER, WORKFORCE_ISSUER} - {door.mint.claims["iss"]}:
        renamed = door.mint.changed(iss=issuer)
        if door.read != STAFF.read or issuer != WORKFORCE_ISSUER:
            door.refuses(renamed.token())


@EVERY_DOOR
@pytest.mark.parametrize(
    "audience",
    [
        "00000003-0000-0000-c000-000000000000",
        API.upper(),
        f" {API}",
        [],
        [API, PORTAL],
        [PORTAL, API],
        [[API]],
        [[PORTAL]],
        {"aud": API},
        [API, API],
        "*",
    ],
)
def test_another_audience_is_refused(door: Door, audience: object) -> None:
    assert door.refuses(door.mint.changed(aud=audience).token()) == "audience"


@some_doors("b2c-access", "b2c-id")
@pytest.mark.parametrize(
    "names",
    [
        {},
        {"tfp": "B2C_1_other"},
        {"tfp": "B2C_1_susi", "acr": "B2C_1_other"},
        {"tfp": "B2C_1_susi", "acr": None},
        {"tfp": "B2C_1_other", "acr": "B2C_1_susi"},
        {"tfp": "B2C_1_\u017fusi"},
        {"tfp": "B2C_1_susi "},
        {"tfp": ["B2C_1_susi"]},
        {"tfp": ""},
        {"tfp": None, "acr": "B2C_1_susi"},
    ],
)
def test_another_policy_is_refused(door: Door, names: dict[str, object]) -> None:
    door.refuses(door.mint.without("tfp").changed(**names).token())


def test_a_policy_s_name_over_another_policy_s_signature_is_refused() -> None:
    forged = b2c_id().changed(tfp=MFA_POLICY)
    assert DOORS["b2c-id"].refuses(forged.token()) == "key_unknown"
    assert DOORS["b2c-id"].refuses(forged.headed(kid=MFA_POLICY.lower()).token()) == "signature"


@EVERY_DOOR
@pytest.mark.parametrize("tenant", [OTHER_TENANT_ID, "", "contoso", None, 1, [TENANT_ID], f"{TENANT_ID}\n"])
def test_another_tenant_is_refused(door: Door, tenant: object) -> None:
    assert door.refuses(door.mint.changed(tid=tenant).token()) in {"tenant", "claim_tid"}


# --- when


@EVERY_DOOR
def test_an_expired_token_is_refused(door: Door) -> None:
    begun, ended = stamp(NOW - timedelta(minutes=5)), stamp(NOW - timedelta(seconds=60))
    assert door.refuses(door.mint.changed(iat=begun, nbf=begun, exp=ended).token()) == "expired"


@EVERY_DOOR
@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused(door: Door, claim: str) -> None:
    later = stamp(NOW + timedelta(seconds=61))
    assert door.refuses(door.mint.changed(**{claim: later}, exp=later + 60).token()) == "not_yet_valid"


@EVERY_DOOR
def test_a_token_that_ends_before_it_begins_is_refused(door: Door) -> None:
    assert door.refuses(door.mint.changed(exp=door.mint.claims["iat"]).token()) == "ends_before_it_begins"


@pytest.mark.parametrize(
    ("name", "oldest"),
    [
        ("b2c-access", timedelta(hours=1)),
        ("external-access", timedelta(hours=1)),
        ("b2c-id", timedelta(minutes=10)),
        ("external-id", timedelta(minutes=10)),
        ("app", timedelta(hours=24)),
        ("operator", timedelta(hours=24)),
    ],
)
def test_a_token_that_was_issued_too_long_ago_is_refused(name: str, oldest: timedelta) -> None:
    door, leeway = DOORS[name], timedelta(seconds=60)
    until = stamp(NOW + timedelta(hours=1))
    barely, too_old = stamp(NOW - oldest - leeway), stamp(NOW - oldest - leeway) - 1
    door.accepts(door.mint.changed(iat=barely, nbf=barely, exp=until).token())
    assert door.refuses(door.mint.changed(iat=too_old, nbf=too_old, exp=until).token()) == "too_old"


def test_a_caller_may_ask_for_a_fresher_id_token() -> None:
    with pytest.raises(TokenRefused, match="too_old"):
        asyncio.run(
            PEOPLE.id_token(b2c_id(NOW - timedelta(minutes=2)).token(), longest_age=timedelta(minutes=1))
        )


# --- claims that are missing, or are not what they should be

REQUIRED = ("iss", "aud", "sub", "iat", "exp")
ALSO_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "b2c-access": ("tfp", "scp"),
    "b2c-id": ("tfp",),
    "external-access": ("oid", "scp"),
    "external-id": ("oid",),
    "app": ("tid", "oid", "azp", "ver"),
    "app-v1": ("tid", "oid", "appid", "ver"),
    "operator": ("tid", "oid", "azp", "ver", "scp"),
    "operator-v1": ("tid", "oid", "appid", "ver", "scp"),
}
NEEDED = [(name, claim) for name in DOORS for claim in (*REQUIRED, *ALSO_REQUIRED[name])]
READ = sorted(
    {(name, claim) for name, claim in NEEDED}
    | {(name, claim) for name in OF_PEOPLE for claim in ("oid", "tid", "nonce", "auth_time", "acct", "idtyp")}
    | {(name, claim) for name in DOORS for claim in ("nbf",)}
    | {(name, claim) for name in ("app", "operator") for claim in ("roles", "idtyp", "appid", "scp")}
    | {(name, claim) for name in OF_PEOPLE for claim in ("userType", "ut")}
    | {(name, "amr") for name in ("external-access", "external-id")}
    | {(name, "idp") for name in ("external-access", "external-id", "operator")}
    | {("operator", "acct")}
)


@pytest.mark.parametrize(("name", "claim"), NEEDED)
def test_a_token_without_a_claim_that_is_needed_is_refused(name: str, claim: str) -> None:
    DOORS[name].refuses(DOORS[name].mint.without(claim).token())


@pytest.mark.parametrize(("name", "claim"), READ)
@pytest.mark.parametrize(
    "value", [None, True, False, 1.5, -1, 10**30, 1e400, "", " \t", {}, {"a": 1}, [None], [[]], "\ud800"]
)
def test_a_claim_of_the_wrong_type_is_refused(name: str, claim: str, value: object) -> None:
    DOORS[name].refuses(DOORS[name].mint.changed(**{claim: value}).token())


@some_doors("b2c-access", "b2c-id")
@pytest.mark.parametrize(
    "who",
    [
        {"oid": PERSON, "sub": OPERATOR},
        {"oid": "not-a-guid", "sub": PERSON},
        {"sub": "Not supported currently. Use oid claim."},
        {"sub": f"{PERSON} "},
        {"sub": f"{{{PERSON}}}"},
        {"sub": PERSON.replace("-", "")},
        {"sub": PERSON.replace("0", "\u0660")},
    ],
)
def test_in_b2c_it_must_be_plain_who_is_meant(door: Door, who: dict[str, object]) -> None:
    assert door.refuses(door.mint.changed(**who).token()) in {"claim_sub", "claim_oid"}


def test_in_external_id_a_subject_is_not_an_object_id() -> None:
    mint = external_access().without("oid").changed(sub=PERSON)
    assert DOORS["external-access"].refuses(mint.token()) == "claim_oid"


@some_doors(*OF_PEOPLE)
def test_a_nonce_has_an_end(door: Door) -> None:
    door.accepts(door.mint.changed(nonce="n" * 512).token())
    assert door.refuses(door.mint.changed(nonce="n" * 513).token()) == "claim_nonce"


@some_doors(*OF_PEOPLE)
def test_nobody_has_signed_in_in_the_future(door: Door) -> None:
    later = stamp(NOW + timedelta(seconds=61))
    assert door.refuses(door.mint.changed(auth_time=later).token()) == "claim_auth_time"


# --- one kind of token where another is due


@some_doors("b2c-access", "external-access")
def test_an_id_token_is_no_access_token(door: Door) -> None:
    person = {"b2c_1_susi": b2c_id(), "external": external_id()}[door.mint.key]
    door.refuses(person.token())
    door.refuses(person.changed(aud=API).token())
    door.refuses(person.changed(scp="privacy.request").token())


@some_doors("b2c-id", "external-id")
def test_an_access_token_is_no_id_token(door: Door) -> None:
    access = {"b2c_1_susi": b2c_access(), "external": external_access()}[door.mint.key]
    door.refuses(access.token())
    assert door.refuses(access.changed(aud=PORTAL).token()) == "not_an_id_token"
    assert door.refuses(access.without("scp").token()) == "audience"


@some_doors("b2c-id", "external-id")
def test_an_id_token_is_not_given_to_somebody_else(door: Door) -> None:
    door.accepts(door.mint.changed(azp=PORTAL).token())
    assert door.refuses(door.mint.changed(azp=DAEMON_APP).token()) == "audience"


@some_doors("b2c-access", "external-access", "b2c-id", "external-id")
@pytest.mark.parametrize("kind", ["app", "App", "device", ""])
def test_an_app_by_itself_is_no_person(door: Door, kind: str) -> None:
    assert door.refuses(door.mint.changed(idtyp=kind).token()) == "not_a_person"


def test_an_app_s_token_of_b2c_without_a_scope_is_refused() -> None:
    mint = b2c_access().without("scp", "auth_time", "name").changed(sub=DAEMON)
    assert DOORS["b2c-access"].refuses(mint.token()) == "claim_scp"


@some_doors("b2c-access", "external-access")
def test_operators_and_apps_are_no_customers(door: Door) -> None:
    for mint in (app_only(), operator(), as_v1(app_only())):
        assert door.refuses(mint.token()) == "issuer"


@some_doors("app", "operator")
def test_customers_are_neither_operators_nor_apps(door: Door) -> None:
    for mint in (b2c_access(), b2c_id(), external_access(), external_id()):
        assert door.refuses(mint.token()) == "issuer"


@pytest.mark.parametrize(
    "mint",
    [
        operator().without("scp"),
        operator().without("scp", "azp", "roles").changed(nonce="n"),
        app_only().changed(idtyp="app", scp="operate"),
        app_only().changed(idtyp="device"),
        app_only().changed(sub="another"),
        operator().changed(idtyp="App"),
    ],
    ids=["no scope", "ID token", "app with a scope", "device", "app by no sign", "misspelt"],
)
def test_a_token_that_is_neither_an_app_s_nor_a_user_s_is_refused(mint: Mint) -> None:
    assert DOORS["app"].refuses(mint.token()) == "neither_app_nor_user"


def test_a_token_of_two_apps_is_refused() -> None:
    assert DOORS["app"].refuses(app_only().changed(appid=PORTAL).token()) == "client"
    DOORS["app"].accepts(app_only().changed(appid=DAEMON_APP.upper()).token())


@pytest.mark.parametrize("version", ["1", "3.0", "2.0.0"])
def test_a_version_that_is_not_known_is_refused(version: str) -> None:
    assert DOORS["app"].refuses(app_only().changed(ver=version).token()) == "claim_ver"


@some_doors("external-access", "external-id", "operator", "operator-v1")
@pytest.mark.parametrize(
    "idp",
    [
        f"https://sts.windows.net/{OTHER_TENANT_ID}/",
        f"https://login.microsoftonline.com/{OTHER_TENANT_ID}/v2.0",
        f"HTTPS://STS.WINDOWS.NET/{OTHER_TENANT_ID}/",
        f"sts.windows.net/{OTHER_TENANT_ID}",
        f"https://login.microsoftonline.us/{OTHER_TENANT_ID}/v2.0",
        f"https://sts.windows.net/{EXTERNAL_TENANT_ID}/sts.windows.net/{OTHER_TENANT_ID}/",
        "https://sts.windows.net/",
    ],
)
def test_somebody_from_another_tenant_is_a_guest(door: Door, idp: str) -> None:
    assert door.refuses(door.mint.changed(idp=idp).token()) == "guest"


@pytest.mark.parametrize("idp", ["live.com", "google.com", "mail", EXTERNAL_ISSUER])
def test_an_operator_has_an_account_of_the_tenant_itself(idp: str) -> None:
    assert DOORS["operator"].refuses(operator().changed(idp=idp).token()) == "guest"


@some_doors(*OF_PEOPLE, "operator")
@pytest.mark.parametrize(
    "claims",
    [{"acct": 1}, {"acct": "1"}, {"acct": 2}, {"acct": [0]}, {"userType": "Guest"}, {"ut": "GUEST"}],
)
def test_a_guest_is_refused(door: Door, claims: dict[str, object]) -> None:
    assert door.refuses(door.mint.changed(**claims).token()) == "guest"


# --- the form


@EVERY_DOOR
def test_a_huge_token_is_refused_unread(door: Door) -> None:
    door.accepts(door.mint.changed(groups="g" * 11_000).token())
    assert door.refuses(door.mint.changed(groups="g" * 16_000).token()) == "too_long"
    assert door.refuses("A" * 10_000_000) == "too_long"


@EVERY_DOOR
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda token: f"{token}=",
        lambda token: f"{token}==",
        lambda token: f"{token}\n",
        lambda token: f" {token}",
        lambda token: f"Bearer {token}",
        lambda token: f"{token}.",
        lambda token: f".{token}",
        lambda token: f"{token}.{token.partition('.')[0]}",
        lambda token: f"{token}.a.b",
        lambda token: token.replace(".", "..", 1),
        lambda token: token.replace(".", "\uff0e"),
        lambda token: token.replace("A", "\uff21", 1),
        lambda token: token.replace(".", "=.", 1),
        lambda token: f"{token}\0",
        lambda token: f"{token}\u200b",
        lambda token: token.rpartition(".")[0],
        lambda token: token.partition(".")[0],
        lambda token: token.replace(".", " .", 1),
        lambda token: f"\ufeff{token}",
        lambda token: f"{token}+/",
        lambda _token: "",
        lambda _token: "..",
        lambda _token: "\ud800",
    ],
)
def test_another_form_is_refused(door: Door, spoilt: Callable[[str], str]) -> None:
    assert door.refuses(spoilt(door.mint.token())) == "not_a_token"


@EVERY_DOOR
def test_a_token_has_one_spelling(door: Door) -> None:
    """Four bits of the last character mean nothing, so that other characters would decode to the same."""
    token = door.mint.token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = f"{token[:-1]}{alphabet[alphabet.index(token[-1]) ^ 1]}"
    assert base64.urlsafe_b64decode(other.rpartition(".")[2] + "==") == base64.urlsafe_b64decode(
        token.rpartition(".")[2] + "=="
    )
    assert door.refuses(other) == "base64"
    assert door.refuses(f"{token}AAA") == "base64"


@EVERY_DOOR
@pytest.mark.parametrize("where", [b"{", b"}"], ids=["first", "last"])
def test_a_claim_that_is_there_twice_is_refused(door: Door, where: bytes) -> None:
    header, claims = json.dumps(door.mint.head()).encode(), json.dumps(door.mint.claims).encode()
    twice = b'{"aud": "%s", ' % API.encode() if where == b"{" else b', "aud": "%s"}' % API.encode()
    assert door.refuses(door.mint.sealed(header, twice.join(_cut(claims, where)))) == "member_twice"
    twice = b'{"alg": "none", ' if where == b"{" else b', "alg": "RS256"}'
    assert door.refuses(door.mint.sealed(twice.join(_cut(header, where)), claims)) == "member_twice"


def _cut(text: bytes, where: bytes) -> tuple[bytes, bytes]:
    before, _, after = text.partition(where) if where == b"{" else text.rpartition(where)
    return before, after


@EVERY_DOOR
def test_a_name_that_is_spelt_in_two_ways_is_there_twice(door: Door) -> None:
    header, claims = json.dumps(door.mint.head()).encode(), json.dumps(door.mint.claims).encode()
    twice = b'{"\\u0061ud": "x", '.join(_cut(claims, b"{"))
    assert door.refuses(door.mint.sealed(header, twice)) == "member_twice"


@EVERY_DOOR
def test_a_member_that_is_there_twice_further_inside_is_refused(door: Door) -> None:
    header, claims = json.dumps(door.mint.head()).encode(), json.dumps(door.mint.claims).encode()
    twice = b'{"address": {"a": 1, "a": 2}, '.join(_cut(claims, b"{"))
    assert door.refuses(door.mint.sealed(header, twice)) == "member_twice"


@EVERY_DOOR
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("part", [0, 1])
def test_json_in_another_encoding_is_refused(door: Door, encoding: str, part: int) -> None:
    parts = [json.dumps(door.mint.head()), json.dumps(door.mint.claims)]
    coded = [text.encode(encoding if index == part else "utf-8") for index, text in enumerate(parts)]
    assert door.refuses(door.mint.sealed(coded[0], coded[1])) == "json"


@EVERY_DOOR
@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"{}{}",
        b"{",
        b"\xff",
        b"[" * 5000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b'{"exp": NaN}',
        b'{"exp": Infinity}',
        b'{"exp": ' + b"9" * 5000 + b"}",
        b"{'exp': 1}",
        b'{"exp": 1,}',
    ],
)
def test_what_is_not_a_json_object_is_refused(door: Door, text: bytes) -> None:
    header, claims = json.dumps(door.mint.head()).encode(), json.dumps(door.mint.claims).encode()
    door.refuses(door.mint.sealed(header, text))
    door.refuses(door.mint.sealed(text, claims))


@EVERY_DOOR
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_in_json_is_refused_anywhere(door: Door, value: float) -> None:
    assert door.refuses(door.mint.changed(height=value).token()) == "json"
    assert door.refuses(door.mint.headed(height=value).token()) == "json"


# --- whatever else


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = sorted({name for door in DOORS.values() for name in door.mint.claims} | {claim for _, claim in READ})


@EVERY_DOOR
@given(name=st.sampled_from(NAMES), value=JSON)
def test_any_value_of_any_claim_is_at_most_refused(door: Door, name: str, value: object) -> None:
    door.refuses_at_most(door.mint.changed(**{name: value}).token())


@EVERY_DOOR
@given(name=st.sampled_from(["alg", "kid", "typ", "cty", "zip", "x5t"]), value=JSON)
def test_any_value_of_any_header_member_is_at_most_refused(door: Door, name: str, value: object) -> None:
    door.refuses_at_most(door.mint.headed(**{name: value}).token())


@EVERY_DOOR
@given(claims=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_claims_are_at_most_refused(door: Door, claims: dict[str, object]) -> None:
    door.refuses_at_most(replace(door.mint, claims=claims).token())


@EVERY_DOOR
@given(text=st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_refused(door: Door, text: str) -> None:
    assert door.refuses(text) in {"not_a_token", "base64", "json"}


@EVERY_DOOR
@given(header=st.binary(min_size=1), claims=st.binary(min_size=1))
def test_any_bytes_that_are_signed_are_refused(door: Door, header: bytes, claims: bytes) -> None:
    door.refuses(door.mint.sealed(header, claims))
    door.refuses(door.mint.sealed(json.dumps(door.mint.head()).encode(), claims))


# --- settings by which tokens could not be told apart


@pytest.mark.parametrize(
    "sign_ins",
    [
        (SIGN_INS[0], replace(SIGN_INS[0], name="again", policy="b2c_1_SUSI")),
        (SIGN_INS[2], replace(SIGN_INS[2], name="again")),
        (SIGN_INS[0], replace(SIGN_INS[2], issuer=B2C_ISSUER)),
        (replace(SIGN_INS[2], issuer=B2C_ISSUER), SIGN_INS[0]),
        (replace(SIGN_INS[0], policy=None),),
        (replace(SIGN_INS[0], policy=""),),
        (replace(SIGN_INS[2], policy="B2C_1_susi"),),
        (replace(SIGN_INS[2], step_up=StepUp.POLICY),),
        (replace(SIGN_INS[0], product=Product.EXTERNAL_ID),),
    ],
)
def test_sign_ins_that_tokens_cannot_tell_apart_are_a_mistake(sign_ins: tuple[SignIn, ...]) -> None:
    with pytest.raises(ValueError, match=r"sign-in|step-up"):
        PersonTokens(sign_ins, CLOCK, timedelta(hours=1))
