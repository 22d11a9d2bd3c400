"""Tokens of people, given by the tenants whose customers they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.auth.checks import check_audience, check_member, check_tenant, check_times, entra_tenants
from shared.auth.claims import LEEWAY, as_guid, guid, optional_moment, optional_text, text, words
from shared.auth.compact import ACCESS_TYPES, ID_TYPES, Compact, read_compact
from shared.auth.keys import KeySource
from shared.auth.refusal import TokenRefused
from shared.auth.signature import check_signature
from shared.domain.ports import Clock, JsonObject

ID_TOKEN_AGE = timedelta(minutes=10)
"""An ID token tells that somebody has just signed in; it is not for keeping."""
LONGEST_NONCE = 512


class Product(StrEnum):
    """What the tenant is."""

    B2C = "b2c"
    EXTERNAL_ID = "external_id"


class StepUp(StrEnum):
    """What proves that more than the usual sign-in took place."""

    NONE = "none"
    POLICY = "policy"
    """the token is of this policy, which asks for more"""
    MFA = "mfa"
    """`amr` has `mfa`"""


@dataclass(frozen=True)
class SignIn:
    """One way in which people sign in: a policy of a B2C tenant, or an External ID tenant.

    `tenant` is our name of it. `policy` is as `tfp` or `acr` names it, in any case; None for External ID.
    `audiences` are those of access tokens for our API, `client_ids` the apps whose ID tokens we take.
    """

    name: str
    tenant: str
    tenant_id: str
    product: Product
    issuer: str
    policy: str | None
    audiences: frozenset[str]
    client_ids: frozenset[str]
    step_up: StepUp
    keys: KeySource = field(repr=False, compare=False)


@dataclass(frozen=True)
class PersonToken:
    """What a token of a person proves; `authenticated_at` is not the time of a fresh sign-in in B2C.

    Source: tokens overview of Azure AD B2C, `auth_time`.
    """

    sign_in: SignIn
    object_id: str = field(repr=False)
    issued_at: datetime
    authenticated_at: datetime | None
    nonce: str | None = field(repr=False)
    stepped_up: bool
    claims: JsonObject = field(repr=False)


Check = Callable[[SignIn, Compact], None]
ByPolicy = Mapping[str | None, SignIn]


class PersonTokens:
    """Verifies tokens of people; `longest_age` is for access tokens, since they were issued."""

    def __init__(self, sign_ins: Sequence[SignIn], clock: Clock, longest_age: timedelta) -> None:
        self._sign_ins = _by_issuer(sign_ins)
        self._clock = clock
        self._longest_age = longest_age

    async def access(self, token: str) -> PersonToken:
        """What an access token for our API proves. Raises `TokenRefused`, `KeysUnavailable`."""
        return await self._verified(token, _check_access, self._longest_age)

    async def id_token(self, token: str, *, longest_age: timedelta = ID_TOKEN_AGE) -> PersonToken:
        """What an ID token of one of our apps proves. Raises `TokenRefused`, `KeysUnavailable`."""
        return await self._verified(token, _check_id_token, longest_age)

    async def _verified(self, token: str, check: Check, longest_age: timedelta) -> PersonToken:
        compact = read_compact(token)
        sign_in = self._sign_in_of(compact.claims)
        await check_signature(compact, sign_in.keys)
        check(sign_in, compact)
        _check_person(sign_in, compact.claims)
        now = self._clock.now()
        issued_at = check_times(compact.claims, now, longest_age)
        return _person(sign_in, compact.claims, issued_at, now)

    def _sign_in_of(self, claims: JsonObject) -> SignIn:
        """Chosen by what the token says of itself, so that only providers of ours are ever asked for keys."""
        by_policy = self._sign_ins.get(text(claims, "iss"))
        if by_policy is None:
            raise TokenRefused("issuer")
        policy = None if None in by_policy else _policy(claims)
        if policy not in by_policy:
            raise TokenRefused("policy")
        return by_policy[policy]


def _by_issuer(sign_ins: Sequence[SignIn]) -> Mapping[str, ByPolicy]:
    """Raises `ValueError` for sign-ins that tokens could not be told apart by."""
    table: dict[str, dict[str | None, SignIn]] = {}
    for sign_in in sign_ins:
        _check_policy(sign_in)
        policy = sign_in.policy.casefold() if sign_in.policy else None
        policies = table.setdefault(sign_in.issuer, {})
        if policy in policies or (policies and None in {policy, *policies}):
            raise ValueError("two sign-ins have the same issuer and policy")
        policies[policy] = sign_in
    return table


def _check_policy(sign_in: SignIn) -> None:
    if bool(sign_in.policy) != (sign_in.product is Product.B2C):
        raise ValueError("a sign-in of B2C has a policy, one of External ID has none")
    if sign_in.step_up is StepUp.POLICY and not sign_in.policy:
        raise ValueError("a step-up by policy needs a policy")


def _policy(claims: JsonObject) -> str:
    """The policy in B2C: `tfp`, or `acr` in older ones; their names have no case. Raises `TokenRefused`."""
    names = [text(claims, name) for name in ("tfp", "acr") if name in claims]
    policies = {name.casefold() for name in names}
    if len(policies) != 1 or not all(name.isascii() for name in names):
        raise TokenRefused("policy")
    return policies.pop()


def _check_access(sign_in: SignIn, token: Compact) -> None:
    if token.type not in ACCESS_TYPES:
        raise TokenRefused("type")
    text(token.claims, "scp")
    check_audience(token.claims, sign_in.audiences)


def _check_id_token(sign_in: SignIn, token: Compact) -> None:
    """OpenID Connect Core 1.0, section 3.1.3.7; an app's own access token has `scp` or another `azp`."""
    if token.type not in ID_TYPES:
        raise TokenRefused("type")
    if "scp" in token.claims:
        raise TokenRefused("not_an_id_token")
    check_audience(token.claims, sign_in.client_ids)
    if "azp" in token.claims:
        check_audience({"aud": token.claims["azp"]}, sign_in.client_ids)


def _check_person(sign_in: SignIn, claims: JsonObject) -> None:
    if claims.get("idtyp", "user") != "user":
        raise TokenRefused("not_a_person")
    if "tid" in claims:
        check_tenant(claims, sign_in.tenant_id)
    check_member(claims)
    # In B2C another tenant may well be where a customer's account is: it is linked, the person is no guest.
    if sign_in.product is Product.EXTERNAL_ID and "idp" in claims:
        others = set(entra_tenants(text(claims, "idp"))) - {sign_in.tenant_id.lower()}
        if others:
            raise TokenRefused("guest")


def _person(sign_in: SignIn, claims: JsonObject, issued_at: datetime, now: datetime) -> PersonToken:
    authenticated_at = optional_moment(claims, "auth_time")
    if authenticated_at is not None and authenticated_at > now + LEEWAY:
        raise TokenRefused("claim_auth_time")
    nonce = optional_text(claims, "nonce")
    if nonce is not None and len(nonce) > LONGEST_NONCE:
        raise TokenRefused("claim_nonce")
    return PersonToken(
        sign_in=sign_in,
        object_id=_object_id(sign_in, claims),
        issued_at=issued_at,
        authenticated_at=authenticated_at,
        nonce=nonce,
        stepped_up=_stepped_up(sign_in, claims),
        claims=claims,
    )


def _object_id(sign_in: SignIn, claims: JsonObject) -> str:
    """The account: in B2C `sub` is the object id, unless set otherwise; in External ID apps differ in it."""
    subject = as_guid(text(claims, "sub"))
    if sign_in.product is Product.EXTERNAL_ID:
        return guid(claims, "oid")
    named = guid(claims, "oid") if "oid" in claims else subject
    if named is None or subject not in (None, named):
        raise TokenRefused("claim_sub")
    return named


def _stepped_up(sign_in: SignIn, claims: JsonObject) -> bool:
    if sign_in.step_up is StepUp.MFA:
        return "mfa" in words(claims, "amr")
    return sign_in.step_up is StepUp.POLICY
