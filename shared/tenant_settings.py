"""The tenants as settings describe them: what signs in to each, what it is linked to, where its data lies."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, InstanceOf

from shared.adapters.graph.certificates import CertificateUnfit, ClientCertificate, read_certificate
from shared.setting_forms import Domain, Guid, RuleBroken, Secret, Word, resolved
from shared.setting_parts import Fault, Part

MOST_TENANTS = 32
PROOFS = ("client_secret", "client_certificate", "managed_identity_client_id")
"""What a registration may prove itself with: one of them."""


def _certificate(value: object) -> ClientCertificate:
    try:
        return read_certificate(str(value))
    except CertificateUnfit as fault:
        raise RuleBroken(str(fault)) from None


Certificate = Annotated[
    InstanceOf[ClientCertificate], BeforeValidator(_certificate), BeforeValidator(resolved)
]


class RegistrationSettings(Part):
    """An app registration, and what it proves itself with."""

    client_id: Guid
    client_secret: Secret | None = None
    client_certificate: Certificate | None = None
    managed_identity_client_id: Guid | None = None


class EraserSettings(RegistrationSettings):
    """The registration that blocks and deletes, where that is another one."""


class TenantSettings(RegistrationSettings):
    """One tenant; its own registration reads, and deletes as well where no eraser is named."""

    tenant_id: Guid
    domain: Domain
    data_region: Word
    linked_to: Word | None = None
    deletions: Literal["allow", "none"] = "allow"
    eraser: EraserSettings | None = None


def tenant_faults(tenants: Mapping[str, TenantSettings]) -> Iterator[Fault]:
    """What each tenant's settings leave open or say twice."""
    if not 1 <= len(tenants) <= MOST_TENANTS:
        yield Fault("TENANTS", f"must name 1 to {MOST_TENANTS} tenants")
    for name, tenant in tenants.items():
        yield from _faults_of_one(name, tenant, set(tenants) - {name})
    if len({tenant.tenant_id.lower() for tenant in tenants.values()}) < len(tenants):
        yield Fault("TENANTS", "must not name the same TENANT_ID twice")


def _faults_of_one(name: str, tenant: TenantSettings, others: set[str]) -> Iterator[Fault]:
    prefix = f"TENANTS__{name.upper()}"
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        yield Fault("TENANTS", "must have names of 1 to 32 letters, digits and underscores")
    if tenant.linked_to is not None and tenant.linked_to not in others:
        yield Fault(f"{prefix}__LINKED_TO", "must be the name of another tenant, in lower case")
    yield from _proof_faults(prefix, tenant)
    if tenant.eraser is not None:
        yield from _eraser_faults(f"{prefix}__ERASER", tenant, tenant.eraser)


def _proof_faults(prefix: str, registration: RegistrationSettings) -> Iterator[Fault]:
    if sum(getattr(registration, proof) is not None for proof in PROOFS) != 1:
        yield Fault(prefix, f"needs just one of {', '.join(proof.upper() for proof in PROOFS)}")


def _eraser_faults(prefix: str, tenant: TenantSettings, eraser: EraserSettings) -> Iterator[Fault]:
    yield from _proof_faults(prefix, eraser)
    if eraser.client_id.lower() == tenant.client_id.lower():
        yield Fault(f"{prefix}__CLIENT_ID", "must be another registration than the tenant's CLIENT_ID")
    if tenant.deletions == "none":
        yield Fault(prefix, "is for deletions, and DELETIONS is none")
