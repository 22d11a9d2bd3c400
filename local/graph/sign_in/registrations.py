"""Registrations: the API that tokens are for, and the apps that ask for them."""

import hmac
import re
from dataclasses import dataclass

_LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?(?:/[^\s#]*)?")
OPERATE, SUBMIT_EXPORTS, SUBMIT_DELETIONS = "PrivacyRequests.Operate", "Exports.Submit", "Deletions.Submit"
READ = "PrivacyRequests.Read"


@dataclass(frozen=True)
class Api:
    """This app's API as a tenant knows it: the application id is the audience."""

    audience: str
    scope: str
    domain: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """What a scope may name it by."""
        return self.audience, f"api://{self.audience}", f"https://{self.domain}/{self.audience}"


@dataclass(frozen=True)
class Client:
    """An app; a public one has no secret. `signs_in`: it has redirect addresses, those of this machine."""

    name: str
    client_id: str
    secret: str | None = None
    roles: tuple[str, ...] = ()
    signs_in: bool = False

    @property
    def public(self) -> bool:
        """Whether it can keep no secret."""
        return self.secret is None

    def knows(self, secret: str) -> bool:
        """Whether that is its secret."""
        return self.secret is not None and hmac.compare_digest(self.secret.encode(), secret.encode())

    def redirects_to(self, address: str) -> bool:
        """Whether the address is registered."""
        return self.signs_in and is_registered(address)


def is_registered(address: str) -> bool:
    """Whether an address is one of this machine: any port, any path."""
    return _LOOPBACK.fullmatch(address) is not None
