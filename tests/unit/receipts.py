"""A key that signs receipts, and a deletion that has ended."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jsonschema import Draft202012Validator, FormatChecker

from delete_function.receipt import Statement
from shared.adapters.local_receipt_keys import LocalReceiptKey, read_private_key
from shared.adapters.receipt_signer import JwsSigner
from shared.domain.agenda import Retention
from shared.domain.journal import Event
from shared.domain.ports import JsonObject, Register
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.receipts import KnownKeys
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from tests.fakes import FakeClock, MemoryRegister
from tests.paths import ROOT
from tests.unit.samples import NOW, a_request

REFERENCE = "99999999-9999-4999-8999-999999999999"
ENDED = NOW + timedelta(days=31)
STATEMENT = Statement("Contoso AG", timedelta(minutes=5), timedelta(days=7), Retention())
SCHEMA = json.loads((ROOT / "delete_function/schema/receipt.schema.json").read_text())


def private_pem(curve: ec.EllipticCurve | None = None) -> bytes:
    """A new key."""
    form = serialization.PrivateFormat.PKCS8
    key = ec.generate_private_key(curve or ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


PRIVATE_PEM = private_pem()
PRIVATE = read_private_key(PRIVATE_PEM.decode())


def signer_of(
    register: Register | None = None, pem: bytes = PRIVATE_PEM, clock: FakeClock | None = None
) -> JwsSigner:
    """A signer on a register of its own unless it is given one."""
    key = LocalReceiptKey(read_private_key(pem.decode()))
    return JwsSigner(key, KnownKeys(register or MemoryRegister()), clock or FakeClock(NOW))


def found(outcome: str, until: datetime | None = None, tenant: str = "contoso") -> TenantProgress:
    """What is known of a tenant at the end."""
    return TenantProgress(tenant, outcome=Outcome(outcome), restorable_until=until)


def journal_of(*transitions: PrivacyRequest) -> tuple[Event, ...]:
    """The newest event of each."""
    return tuple(request.last for request in transitions if request.last)


def a_life(*tenants: TenantProgress) -> tuple[PrivacyRequest, ...]:
    """A deletion from its acceptance to its completion."""
    accepted = a_request(Kind.DELETION).recorded()
    run = accepted.claimed(NOW, NOW + timedelta(minutes=9))
    looked = run.with_done("identify:contoso", NOW + timedelta(minutes=1))
    verified = looked.with_done("verify:contoso", NOW + timedelta(days=30))
    outcomes = replace(verified, tenants={one.tenant: one for one in tenants})
    return accepted, run, looked, verified, outcomes.completed(ENDED)


def claims_of(request: PrivacyRequest, events: tuple[Event, ...], now: datetime = ENDED) -> JsonObject:
    """What the receipt says, sound by the schema."""
    claims = STATEMENT.claims(replace(request, reference=REFERENCE), events, now)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(json.loads(json.dumps(claims)))
    return claims
