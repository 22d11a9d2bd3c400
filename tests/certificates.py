"""Certificates as Key Vault gives them, made here."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ssl import DER_cert_to_PEM_cert

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "privacy-requests")])
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Made:
    """A key and a certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        return key_pem(self.key)

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def pkcs12(self, *chain: x509.Certificate, encryption: KeySerializationEncryption | None = None) -> str:
        """In base64, as the secret behind a certificate of Key Vault has it."""
        form = encryption or NoEncryption()
        return base64.b64encode(
            pkcs12.serialize_key_and_certificates(None, self.key, self.certificate, chain, form)
        ).decode()


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_pem(key: Key, password: str = "") -> str:
    form = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, form).decode()


def certificate(key: Key | None = None, ends_in: timedelta = timedelta(days=365)) -> Made:
    """Signed by its own key; one that has ended began an hour before its end."""
    key = key or rsa_key()
    ends = datetime.now(UTC).replace(microsecond=0) + ends_in
    begins = min(ends, datetime.now(UTC)) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    return Made(key, made)


def of_an_unknown_kind() -> str:
    """A certificate as PEM whose key is on a curve that nobody knows."""
    known, unknown = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d03017f")
    der = certificate(ec.generate_private_key(ec.SECP256R1())).der.replace(known, unknown)
    return DER_cert_to_PEM_cert(der)
