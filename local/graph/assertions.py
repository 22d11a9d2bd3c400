"""Client assertions (RFC 7523): signed by a registered certificate, or a trusted managed identity's token."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from local.graph.directory import Json
from local.graph.registry import Application
from local.graph.sign_in.jws import base64url
from local.graph.sign_in.keys import SigningKey
from local.graph.sign_in.refusals import SignInRefused

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE = frozenset(
    {f"api://AzureADTokenExchange{cloud}" for cloud in ("", "USGov", "China")},
)
MANAGED = "xms_mirid"
"""A claim that tokens of managed identities alone have."""


@dataclass(frozen=True)
class Assertions:
    """`root` is the address of the login endpoint, `key` what it signs tokens with."""

    root: str
    key: SigningKey

    def check(self, assertion: str, application: Application, tenant_id: str) -> None:
        """Whether it proves the application in a tenant. Raises `SignInRefused`."""
        try:
            header = jwt.get_unverified_header(assertion)
            claims: Json = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise _refused("50027", "JWT token is invalid or malformed.") from None
        if thumbprint := header.get("x5t#S256") or header.get("x5t"):
            self._check_certificate(assertion, str(thumbprint).rstrip("="), application, tenant_id)
        else:
            self._check_federated(assertion, claims, application)

    def _check_certificate(
        self, assertion: str, thumbprint: str, application: Application, tenant_id: str
    ) -> None:
        certificate = _registered(application, thumbprint)
        key = certificate.public_key()
        assert isinstance(key, RSAPublicKey)  # noqa: S101 - nothing else verifies what Entra takes
        addresses = [f"{self.root}/{tenant_id}/oauth2/v2.0/token", f"{self.root}/{tenant_id}/v2.0"]
        try:
            claims = jwt.decode(assertion, key, ["PS256", "RS256"], audience=addresses)
        except jwt.InvalidAudienceError:
            text = "Client assertion audience claim does not match Realm issuer."
            raise _refused("700023", text) from None
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise _refused("700024", "Client assertion is not within its valid time range.") from None
        except jwt.PyJWTError:
            raise _bad_key(
                "The provided signature value did not match the expected signature value"
            ) from None
        if {claims.get("iss"), claims.get("sub")} != {application.app_id}:
            text = "Client assertion application identifier doesn't match 'client_id' parameter."
            raise _refused("700021", text)
        _check_life(certificate, thumbprint)

    def _check_federated(self, assertion: str, claims: Json, application: Application) -> None:
        _check_record(claims, application)
        try:
            jwt.decode(assertion, self.key.private.public_key(), ["RS256"], audience=sorted(EXCHANGE))
        except jwt.ExpiredSignatureError:
            raise _refused("700024", "Client assertion is not within its valid time range.") from None
        except jwt.PyJWTError:
            raise _bad_key(
                "The provided signature value did not match the expected signature value"
            ) from None
        if MANAGED not in claims:
            text = "AAD-issued tokens may not be used for federated identity flows."
            raise _refused("700222", text)


def _registered(application: Application, thumbprint: str) -> x509.Certificate:
    for held in application.keys:
        certificate = x509.load_der_x509_certificate(base64.b64decode(str(held["key"])))
        prints = (certificate.fingerprint(kind) for kind in (hashes.SHA256(), hashes.SHA1()))  # noqa: S303 - x5t
        if thumbprint in map(base64url, prints):
            return certificate
    raise _bad_key("The key was not found", thumbprint)


def _check_life(certificate: x509.Certificate, thumbprint: str) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= datetime.now(UTC) < ends:
        found = f"Found key 'Start={begins:%m/%d/%Y %H:%M:%S}, End={ends:%m/%d/%Y %H:%M:%S}'"
        raise _bad_key("The key used is expired", thumbprint, found)


def _check_record(claims: Json, application: Application) -> None:
    """Issuer, subject and audience are compared to the letter, in this order."""
    told = "Check your federated identity credential Subject, Audience and Issuer against it."
    kept = application.federated
    for name, code in (("iss", "700211"), ("sub", "700213"), ("aud", "700212")):
        kept = [one for one in kept if claims.get(name) in _held(one, name)]
        if not kept:
            what = {"iss": "issuer", "sub": "subject", "aud": "audience"}[name]
            text = f"No matching federated identity record found for presented assertion {what}"
            raise _refused(code, f"{text} '{claims.get(name)}'. {told}")


def _held(record: Json, claim: str) -> list[object]:
    audiences = record["audiences"]
    if claim == "aud":
        return audiences if isinstance(audiences, list) else []
    return [record["issuer" if claim == "iss" else "subject"]]


def _bad_key(reason: str, *more: str) -> SignInRefused:
    about = f"Thumbprint of key used by client: '{more[0]}'" if more else ""
    told = ", ".join(filter(None, (f"Reason - {reason}.", about, *more[1:])))
    return _refused("700027", f"Client assertion contains an invalid signature. [{told}]")


def _refused(code: str, text: str) -> SignInRefused:
    return SignInRefused("invalid_client", f"AADSTS{code}: {text}")
