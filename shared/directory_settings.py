"""The tenants' directories that settings describe."""

from shared.adapters.graph.calls import Principal
from shared.adapters.graph.credentials import ClientSecret, ManagedIdentity, Proof, Registration
from shared.adapters.graph.directory import graph_directory
from shared.domain.ports import Clock, Directory
from shared.settings import Settings
from shared.tenant_settings import RegistrationSettings, TenantSettings


def build_directories(settings: Settings, clock: Clock) -> dict[str, Directory]:
    """By tenant. Opens no connection."""
    endpoints, share = settings.endpoints(), settings.graph_rate / settings.max_instances
    return {
        name: graph_directory(registrations_of(tenant), endpoints, clock, share)
        for name, tenant in settings.tenants.items()
    }


def registrations_of(tenant: TenantSettings) -> dict[Principal, Registration]:
    """Who signs in to the tenant: one for both by default, no eraser where there are no deletions."""
    reader = {Principal.READER: registration_of(tenant, tenant)}
    if tenant.deletions == "none":
        return reader
    return {**reader, Principal.ERASER: registration_of(tenant, tenant.eraser or tenant)}


def registration_of(tenant: TenantSettings, given: RegistrationSettings) -> Registration:
    """The registration `given`, as `tenant` knows it."""
    return Registration(tenant.tenant_id, given.client_id, proof_of(given))


def proof_of(given: RegistrationSettings) -> Proof:
    """What the registration proves itself with; settings are held to name just one."""
    if given.client_certificate is not None:
        return given.client_certificate
    if given.managed_identity_client_id is not None:
        return ManagedIdentity(given.managed_identity_client_id)
    return ClientSecret(given.client_secret.get_secret_value() if given.client_secret else "")
