"""Key Vault's "Get Key" and "Sign" over HTTPS, with the challenge that a vault answers strangers with.

Source: Key Vault REST reference, version 7.6; "Authentication, requests and responses" for the challenge.
"""

import base64
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "vault-token"  # noqa: S105 - what this vault takes, known to everybody
TENANT = "dddddddd-0000-4000-8000-00000000000d"


@dataclass
class Vault:
    """One vault with keys by name and version; `resource` is what its challenge asks a token for."""

    keys: dict[tuple[str, str], ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    resource: str = "https://vault.azure.net"
    may_sign: bool = True
    calls: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and token of every call."""

    def asgi(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/keys/{name}/{version}", self.get_key, methods=["GET"]),
                Route("/keys/{name}/{version}/sign", self.sign, methods=["POST"]),
            ]
        )

    async def get_key(self, request: Request) -> Response:
        """The public half."""
        if refusal := self._refusal(request):
            return refusal
        name, version = request.path_params["name"], request.path_params["version"]
        jwk = {**_coordinates(self.keys[name, version]), "kid": _identifier(request), "kty": "EC"}
        attributes = {"enabled": True, "created": 1_700_000_000, "updated": 1_700_000_000}
        return JSONResponse({"key": {**jwk, "key_ops": ["sign", "verify"]}, "attributes": attributes})

    async def sign(self, request: Request) -> Response:
        """ES256 over a digest: r and s."""
        if refusal := self._refusal(request):
            return refusal
        if not self.may_sign:
            return _error(403, "Forbidden", "The caller does not have permission: keys/sign.")
        asked = await request.json()
        digest = _decoded(str(asked["value"]))
        if asked["alg"] != "ES256" or len(digest) != 32:
            return _error(400, "BadParameter", "Invalid length of 'value' for the algorithm.")
        key = self.keys[request.path_params["name"], request.path_params["version"]]
        r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()))))
        return JSONResponse({"kid": _identifier(request), "value": _encoded(r.to_bytes(32) + s.to_bytes(32))})

    def _refusal(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        self.calls.append((request.method, request.url.path, token or None))
        if (scheme, token) != ("Bearer", TOKEN):
            return self._challenge()
        if not re.fullmatch(r"7\.\d|20\d\d-\d\d-\d\d", request.query_params.get("api-version", "")):
            return _error(400, "BadParameter", "The api-version is missing or unknown.")
        if (request.path_params["name"], request.path_params["version"]) not in self.keys:
            return _error(
                404, "KeyNotFound", "A key with this name and version was not found in this key vault."
            )
        return None

    def _challenge(self) -> Response:
        authority = f"https://login.microsoftonline.com/{TENANT}"
        challenge = f'Bearer authorization="{authority}", resource="{self.resource}"'
        return _error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.", challenge)


def _error(status: int, code: str, message: str, challenge: str | None = None) -> Response:
    headers = {"WWW-Authenticate": challenge} if challenge else None
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def _identifier(request: Request) -> str:
    return str(request.url.replace(query="")).removesuffix("/sign")


def _coordinates(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers, size = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
    curve = {"secp256r1": "P-256", "secp384r1": "P-384"}[key.curve.name]
    return {"crv": curve, "x": _encoded(numbers.x.to_bytes(size)), "y": _encoded(numbers.y.to_bytes(size))}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
