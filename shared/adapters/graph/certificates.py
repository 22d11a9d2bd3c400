"""A certificate by which an application proves itself, with its private key.

Key Vault gives it as the secret behind a certificate: PKCS#12 in base64 without a password, or PEM with the
key before the chain ("About Azure Key Vault certificates": application/x-pkcs12, application/x-pem-file).
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

_KEYS = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_CERTIFICATES = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class CertificateUnfit(ValueError):
    """It cannot be used; the text says what is expected and holds nothing of it."""


@dataclass(frozen=True)
class ClientCertificate:
    """An RSA key and its certificate as one PEM; `thumbprint` is SHA-256 in upper case hexadecimal digits."""

    pem: bytes = field(repr=False)
    thumbprint: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class _Contents:
    """What was found, whether or not it fits together."""

    keys: Sequence[object]
    certificates: Sequence[x509.Certificate]


def read_certificate(text: str) -> ClientCertificate:
    """The certificate that `text` holds, its chain left out: Entra finds what was registered by thumbprint.

    Raises `CertificateUnfit`. One that has expired is read as well: it is for the login to refuse it.
    """
    contents = _pem(text) if "-----BEGIN" in text else _pkcs12(text)
    key = _key(contents.keys)
    certificate = _certificate_of(key, contents.certificates)
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ClientCertificate(
        pem=written + certificate.public_bytes(Encoding.PEM),
        thumbprint=certificate.fingerprint(hashes.SHA256()).hex().upper(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _pem(text: str) -> _Contents:
    lines = text.replace("\\n", "\n")
    try:
        keys = [load_pem_private_key(found[0].encode(), None) for found in _KEYS.finditer(lines)]
        certificates = [
            x509.load_pem_x509_certificate(found[0].encode()) for found in _CERTIFICATES.finditer(lines)
        ]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateUnfit("must be PEM whose key is not encrypted") from None
    return _Contents(keys, certificates)


def _pkcs12(text: str) -> _Contents:
    try:
        read = pkcs12.load_pkcs12(base64.b64decode("".join(text.split()), validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateUnfit("must be PKCS#12 without a password in base64, or PEM") from None
    found = [read.cert, *read.additional_certs]
    return _Contents([read.key] if read.key else [], [one.certificate for one in found if one])


def _key(keys: Sequence[object]) -> RSAPrivateKey:
    if not keys:
        raise CertificateUnfit("holds no private key; in Key Vault it must be exportable")
    if len(keys) > 1:
        raise CertificateUnfit("holds several private keys; one is expected")
    match keys[0]:
        case RSAPrivateKey() as key:
            return key
    raise CertificateUnfit("must have an RSA key: client assertions are signed by PS256")


def _certificate_of(key: RSAPrivateKey, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    if not certificates:
        raise CertificateUnfit("holds no certificate")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    own = [one for one in certificates if _public_key(one) == public]
    if not own:
        raise CertificateUnfit("holds a key and certificates that do not belong together")
    if len({one.fingerprint(hashes.SHA256()) for one in own}) > 1:
        raise CertificateUnfit("holds several certificates of its key; one is expected")
    return own[0]


def _public_key(certificate: x509.Certificate) -> bytes:
    """In DER; empty for a kind of key that is not known here, which some certificate of a chain may have."""
    try:
        return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm):
        return b""
