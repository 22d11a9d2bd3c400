"""What a registration's certificate may look like, and what is said of one that does not do."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key

from shared.adapters.graph.certificates import CertificateUnfit, read_certificate
from tests.certificates import Made, certificate, key_pem, of_an_unknown_kind, rsa_key

OWN, OTHER = certificate(), certificate()
CURVE = certificate(ec.generate_private_key(ec.SECP256R1()))
PEM = OWN.key_pem + OWN.certificate_pem
AGAIN = certificate(OWN.key, timedelta(days=700))


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        OWN.certificate_pem + OWN.key_pem,
        PEM.replace("\n", "\\n"),
        OWN.key_pem + OTHER.certificate_pem + OWN.certificate_pem,
        OWN.key_pem + of_an_unknown_kind() + OWN.certificate_pem,
        PEM + OWN.certificate_pem,
        OWN.pkcs12(),
        OWN.pkcs12(OTHER.certificate),
        f" {OWN.pkcs12()}\n",
        "\n".join(re.findall(".{1,76}", OWN.pkcs12())),
    ],
    ids=[
        "PEM as Key Vault orders it",
        "PEM the other way round",
        "PEM in one line",
        "a chain before it",
        "a chain with a key of an unknown kind",
        "the same certificate twice",
        "PKCS#12",
        "PKCS#12 with a chain",
        "space around",
        "lines as base64 wraps them",
    ],
)
def test_a_certificate_is_found_by_its_key_however_it_is_given(text: str) -> None:
    read = read_certificate(text)
    assert x509.load_pem_x509_certificates(read.pem) == [OWN.certificate]
    assert key_pem_of(read.pem) == OWN.key_pem
    assert (read.not_before, read.not_after) == (
        OWN.certificate.not_valid_before_utc,
        OWN.certificate.not_valid_after_utc,
    )


def key_pem_of(pem: bytes) -> str:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, type(OWN.key))
    return key_pem(key)


def test_one_that_has_expired_is_read_and_says_so() -> None:
    ended = read_certificate(certificate(ends_in=-timedelta(days=1)).pkcs12())
    assert ended.not_after < datetime.now(UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no certificate", "must be PKCS#12 without a password in base64, or PEM"),
        (
            base64.b64encode(b"no certificate").decode(),
            "must be PKCS#12 without a password in base64, or PEM",
        ),
        (OWN.pkcs12(encryption=BestAvailableEncryption(b"secret")), "must be PKCS#12 without a password"),
        (key_pem(OWN.key, "secret") + OWN.certificate_pem, "must be PEM whose key is not encrypted"),
        (PEM.replace("MII", "???"), "must be PEM whose key is not encrypted"),
        (OWN.certificate_pem, "holds no private key"),
        (OWN.key_pem, "holds no certificate"),
        (OWN.key_pem + of_an_unknown_kind(), "do not belong together"),
        (OWN.key_pem + OTHER.certificate_pem, "do not belong together"),
        (PEM + OTHER.key_pem, "holds several private keys"),
        (PEM + AGAIN.certificate_pem, "holds several certificates of its key"),
        (CURVE.key_pem + CURVE.certificate_pem, "must have an RSA key"),
        (CURVE.pkcs12(), "must have an RSA key"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_rule_and_never_shown(text: str, told: str) -> None:
    with pytest.raises(CertificateUnfit) as caught:
        read_certificate(text)
    assert told in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("made", [OWN, Made(rsa_key(), OTHER.certificate)], ids=["fits", "does not"])
def test_no_key_is_in_a_representation(made: Made) -> None:
    try:
        shown = repr(read_certificate(made.key_pem + made.certificate_pem))
    except CertificateUnfit as fault:
        shown = repr(fault)
    assert "PRIVATE" not in shown
    assert made.key_pem.splitlines()[1] not in shown
