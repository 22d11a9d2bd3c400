"""Forms that single settings have, each with the rule that is told where it is broken."""

import base64
import binascii
import re
from datetime import timedelta
from ipaddress import IPv4Address, ip_address
from typing import Annotated
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from shared.adapters.local_receipt_keys import read_private_key

UNRESOLVED = "is a Key Vault reference that was not resolved; check the app's access to the vault"


class RuleBroken(ValueError):
    """Text of ours that says what is expected; it never holds a value."""


def resolved(value: object) -> object:
    """The value, unless it is a Key Vault reference that Azure has left as it is."""
    if isinstance(value, str) and value.startswith("@Microsoft.KeyVault("):
        raise RuleBroken(UNRESOLVED)
    return value


def form(pattern: str, expected: str) -> AfterValidator:
    """Hold a text to a pattern."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise RuleBroken(expected)
        return value

    return AfterValidator(check)


def between(least: timedelta, most: timedelta, expected: str) -> AfterValidator:
    """Hold a duration to bounds."""

    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            raise RuleBroken(expected)
        return value

    return AfterValidator(check)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or (host is not None and ip_address(host).is_loopback)
    except ValueError:
        return False


def _address(value: str) -> str:
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
    if not safe or not parts.hostname or parts.query or parts.username or value.endswith("/"):
        raise RuleBroken("must be an https address (http for loopback only) without a slash at its end")
    return value


def _page(value: str) -> str:
    parts = urlsplit(value)
    plain = re.fullmatch(r"[!-~]{1,1000}", value) and not set(value) & set("?#@\\")
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
    if not plain or not safe or not parts.hostname or parts.port == 0:
        raise RuleBroken("must be an https address (http for loopback only) with a path at most")
    return value


def _base(value: str) -> str:
    return _page(_address(value))


def _webhook(value: str) -> str:
    if urlsplit(_page(value)).scheme != "https":
        raise RuleBroken("must be an https address")
    return value


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def webhook_secret(value: object) -> object:
    """A key as Standard Webhooks 1.0.0 writes it ("Signature scheme")."""
    text = str(value)
    if not text.startswith("whsec_") or not 24 <= len(_decoded(text.removeprefix("whsec_"))) <= 64:
        raise RuleBroken("must be whsec_ and base64 of 24 to 64 random bytes")
    return value


def zone(value: object) -> object:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise RuleBroken("must be an IANA time zone such as Europe/Berlin") from None


def key(value: object) -> object:
    """A key as base64."""
    if len(_decoded(str(value))) < 32:
        raise RuleBroken("must be base64 of at least 32 random bytes")
    return value


def access_key(value: object) -> object:
    """A key of an Azure resource, as the portal shows it."""
    if not _decoded(str(value)):
        raise RuleBroken("must be the key as base64")
    return value


def signing_key(value: object) -> object:
    """A key that signs by ES256."""
    try:
        read_private_key(str(value))
    except ValueError:
        raise RuleBroken("must be an unencrypted private key of P-256: PEM, or base64 of it") from None
    return value


def names(value: object) -> object:
    """A list with commas between, in lower case; a default is a set already."""
    if isinstance(value, frozenset):
        return value
    return frozenset(name.strip().lower() for name in str(value).split(",") if name.strip())


def _object_ids(value: frozenset[str]) -> frozenset[str]:
    if not all(re.fullmatch(_GUID, name) for name in value):
        raise RuleBroken("must be object ids with commas between")
    return value


def audiences(value: object) -> object:
    """A list with commas between, each as it stands: audiences are compared to the letter."""
    return frozenset(name.strip() for name in str(value).split(",") if name.strip())


def blank(value: object) -> object:
    """The Functions host takes an empty setting for one that is not there."""
    return value or None


def insights_identity(value: object) -> object:
    """Under which identity the Functions host, and the app, send telemetry."""
    parts = "" if value is None else str(value)
    if value is not None and not re.fullmatch(rf"(?i)(ClientId={_GUID};)?Authorization=AAD;?", parts):
        raise RuleBroken("must be ClientId=…;Authorization=AAD, or without ClientId")
    return value


def headers(value: object) -> object:
    """Headers as OpenTelemetry's exporters read them from their environment, values in percent-encoding.

    The exporter reads the setting as well, and writes what it cannot read into the log.
    """
    header = r"[A-Za-z0-9_-]{1,100}=[!#-+\--:<-\[\]-~][ !#-+\--:<-\[\]-~]{0,3999}"
    fits = re.fullmatch(rf"{header}(,{header}){{0,15}}", str(value))
    if not fits or not re.fullmatch(r"[ -~]+", unquote(str(value))):
        raise RuleBroken('must be name=value, with commas between, at most 16; as %XX what is , ; " or \\')
    return value


def ip_range(value: str) -> str:
    """One IPv4 address, or the first and the last of a range, as shared access signatures have them."""
    try:
        first, last = map(IPv4Address, (value.split("-") * 2)[:2] if "-" not in value else value.split("-"))
    except ValueError:
        first, last = IPv4Address(1), IPv4Address(0)
    if first > last:
        raise RuleBroken("must be an IPv4 address, or two with a hyphen between, the lower first")
    return value


_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Guid = Annotated[str, BeforeValidator(resolved), form(_GUID, "must be a GUID")]
Domain = Annotated[
    str,
    BeforeValidator(resolved),
    form(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "must be a domain such as contoso.onmicrosoft.com"),
]
Secret = Annotated[SecretStr, BeforeValidator(resolved), Field(min_length=1)]
Address = Annotated[str, BeforeValidator(resolved), AfterValidator(_address)]
Page = Annotated[str, BeforeValidator(resolved), AfterValidator(_page)]
BaseAddress = Annotated[str, BeforeValidator(resolved), AfterValidator(_base)]
WebhookAddress = Annotated[str, BeforeValidator(resolved), AfterValidator(_webhook)]
WebhookSecret = Annotated[SecretStr, BeforeValidator(webhook_secret), BeforeValidator(resolved)]
AccessKey = Annotated[SecretStr, BeforeValidator(access_key), BeforeValidator(resolved)]
SigningKeyPem = Annotated[SecretStr, BeforeValidator(signing_key), BeforeValidator(resolved)]
VaultKey = Annotated[
    str,
    BeforeValidator(resolved),
    form(
        r"https://[A-Za-z0-9.-]+(:\d{1,5})?/keys/[A-Za-z0-9-]{1,127}/[0-9A-Fa-f]{32}",
        "must be the identifier of a key with its version: https://VAULT.vault.azure.net/keys/NAME/VERSION",
    ),
]
MailAddress = Annotated[
    str,
    BeforeValidator(resolved),
    form(r"[A-Za-z0-9._-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "must be an e-mail address"),
]
FileName = Annotated[
    str, BeforeValidator(resolved), form(r"[\w./\\: -]{1,260}", "must be the path of a JSON file in the app")
]
Word = Annotated[str, BeforeValidator(resolved), form(r"[A-Za-z0-9_-]{1,64}", "must be one word")]
Names = Annotated[frozenset[str], BeforeValidator(names), BeforeValidator(resolved)]
ObjectIds = Annotated[Names, AfterValidator(_object_ids)]
Audiences = Annotated[
    frozenset[str], BeforeValidator(audiences), BeforeValidator(resolved), Field(min_length=1)
]
Issuer = Annotated[
    str,
    BeforeValidator(resolved),
    form(r"https://[^\s?#]{3,500}", "must be the issuer just as the provider's metadata has it"),
]
Policy = Annotated[
    str,
    BeforeValidator(resolved),
    form(r"[A-Za-z0-9_.-]{1,128}", "must be the name of a policy such as B2C_1_signin"),
]
IpRange = Annotated[str, BeforeValidator(resolved), AfterValidator(ip_range)]
Text = Annotated[str, BeforeValidator(resolved), Field(min_length=1, max_length=500)]
InsightsConnection = Annotated[SecretStr | None, BeforeValidator(blank), BeforeValidator(resolved)]
InsightsIdentity = Annotated[
    str | None,
    BeforeValidator(insights_identity),
    BeforeValidator(blank),
    BeforeValidator(resolved),
]
Headers = Annotated[SecretStr, BeforeValidator(headers), BeforeValidator(resolved)]
