"""Tokens as Microsoft's issuers make them, and as nobody should: every part can be changed."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from shared.auth.tokens import KeySource, Product, PublicKey, SignIn, StepUp, UnknownKey, Workforce
from shared.domain.ports import JsonValue

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TENANT_ID = "0a1b2c3d-0000-4000-8000-00000000000b"
EXTERNAL_TENANT_ID = "0a1b2c3d-0000-4000-8000-00000000000e"
WORKFORCE_TENANT_ID = "0a1b2c3d-0000-4000-8000-00000000000f"
OTHER_TENANT_ID = "0a1b2c3d-0000-4000-8000-0000000000ff"
PERSON = "5f000000-0000-4000-8000-000000000001"
OPERATOR = "5f000000-0000-4000-8000-000000000002"
DAEMON = "5f000000-0000-4000-8000-000000000003"
API = "a9000000-0000-4000-8000-000000000001"
PORTAL = "a9000000-0000-4000-8000-000000000002"
DAEMON_APP = "a9000000-0000-4000-8000-000000000003"

B2C_ISSUER = f"https://contoso.b2clogin.com/{TENANT_ID}/v2.0/"
EXTERNAL_ISSUER = f"https://{EXTERNAL_TENANT_ID}.ciamlogin.com/{EXTERNAL_TENANT_ID}/v2.0"
WORKFORCE_ISSUER = f"https://login.microsoftonline.com/{WORKFORCE_TENANT_ID}/v2.0"
WORKFORCE_ISSUER_V1 = f"https://sts.windows.net/{WORKFORCE_TENANT_ID}/"

Claims = Mapping[str, object]


def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key of this name, made once per session: that takes long."""
    return _made(name, bits)


@cache
def _made(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def encoded(part: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def number(value: int) -> str:
    """A number as JWK writes it."""
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def jwk(
    kid: str, /, key: str | None = None, *, bits: int = 2048, **changed: JsonValue
) -> dict[str, JsonValue]:
    """A published key; the key itself is named `kid` too, unless `key` says otherwise."""
    numbers = rsa_key(key or kid, bits).public_key().public_numbers()
    entry = {"kty": "RSA", "use": "sig", "kid": kid, "n": number(numbers.n), "e": number(numbers.e)}
    return {**entry, **changed}


@dataclass(frozen=True)
class KnownKeys:
    """A source of keys (`KeySource`) that holds these, each named like itself."""

    names: frozenset[str]

    async def key(self, kid: str) -> PublicKey:
        if kid not in self.names:
            raise UnknownKey
        return rsa_key(kid).public_key()


def known_keys(*names: str) -> KeySource:
    return KnownKeys(frozenset(names))


@dataclass(frozen=True)
class Mint:
    """Makes tokens signed by the key `key`, which the header names unless `header` says otherwise."""

    claims: Claims = field(repr=False)
    key: str
    header: Mapping[str, object] = field(default_factory=dict)

    def changed(self, **claims: object) -> "Mint":
        """The same with these claims."""
        return replace(self, claims={**self.claims, **claims})

    def without(self, *names: str) -> "Mint":
        """The same without these claims."""
        return replace(self, claims={name: value for name, value in self.claims.items() if name not in names})

    def headed(self, **members: object) -> "Mint":
        """The same with these members in the header."""
        return replace(self, header={**self.header, **members})

    def signed_by(self, key: str) -> "Mint":
        """The same, signed by another key under the name of the first."""
        return replace(self, key=key, header={"kid": self.key, **self.header})

    def head(self) -> dict[str, object]:
        """All of the header."""
        return {"typ": "JWT", "alg": "RS256", "kid": self.key, **self.header}

    def token(self) -> str:
        """The token, signed by RS256 whatever its header says."""
        return self.sealed(json.dumps(self.head()).encode(), json.dumps(self.claims).encode())

    def sealed(self, header: bytes, claims: bytes) -> str:
        """A token of exactly these bytes, signed."""
        return self.resealed(f"{encoded(header)}.{encoded(claims)}")

    def resealed(self, signed: str) -> str:
        """A token of exactly these first two parts, signed."""
        signature = rsa_key(self.key).sign(
            signed.encode(errors="surrogatepass"), padding.PKCS1v15(), hashes.SHA256()
        )
        return f"{signed}.{encoded(signature)}"


def _times(now: datetime, age: timedelta, life: timedelta) -> Claims:
    issued = int((now - age).timestamp())
    return {"iat": issued, "nbf": issued, "exp": issued + int(life.total_seconds())}


HOUR = timedelta(hours=1)
FRESH = timedelta(minutes=1)


def b2c_access(now: datetime = NOW, policy: str = "B2C_1_susi") -> Mint:
    """Access token of a B2C policy (tokens overview of Azure AD B2C); the key is named like the policy."""
    who = {"iss": B2C_ISSUER, "sub": PERSON, "aud": API, "azp": PORTAL, "scp": "privacy.request"}
    more = {"tfp": policy, "ver": "1.0", "auth_time": int((now - FRESH).timestamp()), "name": "Ada"}
    return Mint({**who, **more, **_times(now, FRESH, HOUR)}, policy.lower())


def b2c_id(now: datetime = NOW, policy: str = "B2C_1_susi") -> Mint:
    """ID token of a B2C policy."""
    return b2c_access(now, policy).without("azp", "scp").changed(aud=PORTAL, nonce="n-1")


def external_access(now: datetime = NOW) -> Mint:
    """Access token of an External ID tenant (access token claims reference, v2.0)."""
    who = {"iss": EXTERNAL_ISSUER, "tid": EXTERNAL_TENANT_ID, "oid": PERSON, "sub": "pairwise-1", "aud": API}
    more = {"azp": PORTAL, "azpacr": "0", "scp": "privacy.request", "ver": "2.0", "uti": "u"}
    return Mint({**who, **more, **_times(now, FRESH, HOUR)}, "external")


def external_id(now: datetime = NOW) -> Mint:
    """ID token of an External ID tenant."""
    return external_access(now).without("azp", "azpacr", "scp").changed(aud=PORTAL, nonce="n-1")


def app_only(now: datetime = NOW) -> Mint:
    """Token of an app by itself, v2.0."""
    who = {"iss": WORKFORCE_ISSUER, "tid": WORKFORCE_TENANT_ID, "oid": DAEMON, "sub": DAEMON, "aud": API}
    more = {"azp": DAEMON_APP, "azpacr": "1", "roles": ["Requests.Create"], "ver": "2.0"}
    return Mint({**who, **more, **_times(now, FRESH, HOUR)}, "workforce")


def operator(now: datetime = NOW) -> Mint:
    """Token of an operator who uses the portal, v2.0."""
    who = {"oid": OPERATOR, "sub": "pairwise-2", "azp": PORTAL, "azpacr": "0", "scp": "operate"}
    return app_only(now).changed(**who, roles=["Requests.Approve"])


def as_v1(mint: Mint) -> Mint:
    """The same as a token of version 1.0."""
    changed = mint.without("azp", "azpacr").changed(iss=WORKFORCE_ISSUER_V1, ver="1.0")
    return changed.changed(appid=mint.claims["azp"], appidacr="1", aud=f"api://{API}")


def b2c_sign_in(policy: str = "B2C_1_susi", step_up: StepUp = StepUp.NONE) -> SignIn:
    """A policy of the B2C tenant; its key is named like the policy."""
    return SignIn(
        name=policy,
        tenant="contoso",
        tenant_id=TENANT_ID,
        product=Product.B2C,
        issuer=B2C_ISSUER,
        policy=policy,
        audiences=frozenset({API}),
        client_ids=frozenset({PORTAL}),
        step_up=step_up,
        keys=known_keys(policy.lower()),
    )


def external_sign_in() -> SignIn:
    """The External ID tenant."""
    return SignIn(
        name="external",
        tenant="fabrikam",
        tenant_id=EXTERNAL_TENANT_ID,
        product=Product.EXTERNAL_ID,
        issuer=EXTERNAL_ISSUER,
        policy=None,
        audiences=frozenset({API}),
        client_ids=frozenset({PORTAL}),
        step_up=StepUp.MFA,
        keys=known_keys("external"),
    )


def workforce() -> Workforce:
    """The tenant in which our API is registered."""
    return Workforce(
        WORKFORCE_TENANT_ID,
        frozenset({WORKFORCE_ISSUER, WORKFORCE_ISSUER_V1}),
        frozenset({API, f"api://{API}"}),
        known_keys("workforce"),
    )
