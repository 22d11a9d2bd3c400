"""The checks of a registration by itself: whether it signs in, for how long, and what it may."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.graph import check_requests
from shared.adapters.graph.calls import Principal
from shared.adapters.graph.certificates import ClientCertificate
from shared.adapters.graph.check_calls import READ_REGISTRATION
from shared.adapters.graph.credential_check import certificate_found, secret_found
from shared.adapters.graph.credentials import ClientSecret, ManagedIdentity
from shared.adapters.graph.paging import items
from shared.adapters.graph.permissions import needed, permissions_found
from shared.adapters.graph.probe import Login, Probe, TenantToCheck
from shared.domain.checks.check import Check, Name, Place
from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import NEEDS_TOKEN, NOTHING_ENDS, SIGNED_IN
from shared.domain.ports import Clock

NAMES = {
    Principal.READER: (Name.SIGN_IN, Name.CREDENTIAL, Name.PERMISSIONS),
    Principal.ERASER: (Name.ERASER_SIGN_IN, Name.ERASER_CREDENTIAL, Name.ERASER_PERMISSIONS),
}


@dataclass(frozen=True)
class RegistrationChecks:
    """Of the registration that is `principal`, and perhaps the other too; `reading` asks as the reader."""

    tenant: TenantToCheck
    principal: Principal
    login: Login
    reading: Probe
    clock: Clock

    def checks(self) -> Sequence[Check]:
        """Three."""
        asked = zip(NAMES[self.principal], (self._sign_in, self._credential, self._permissions), strict=True)
        return tuple(Check(Place.TENANT, name, ask, self.tenant.name) for name, ask in asked)

    async def _sign_in(self) -> Sequence[Found]:
        token = await self.login.token()
        return (token if isinstance(token, Found) else found(SIGNED_IN),)

    async def _permissions(self) -> Sequence[Found]:
        token = await self.login.token()
        if isinstance(token, Found):
            return (found(NEEDS_TOKEN),)
        registrations = self.tenant.registrations
        serves = {one for one, its in registrations.items() if its == registrations[self.principal]}
        wanted = needed(serves, self.tenant.endpoints.cloud.lacks)
        return permissions_found(token, wanted, self.tenant.name)

    async def _credential(self) -> Sequence[Found]:
        prefix = self.tenant.prefix(self.principal)
        match self.tenant.registrations[self.principal].proof:
            case ClientCertificate() as certificate:
                return (certificate_found(certificate, prefix, self.clock.now()),)
            case ManagedIdentity():
                return (found(NOTHING_ENDS),)
            case ClientSecret(secret):
                return await self.reading.signed_in(lambda: self._secret(secret, prefix), {})

    async def _secret(self, secret: str, prefix: str) -> Sequence[Found]:
        ours = check_requests.registration(self.tenant.registrations[self.principal].client_id)
        listed = await self.reading.value(READ_REGISTRATION, ours, items)
        return (secret_found(listed, secret, prefix, self.clock.now()),)
