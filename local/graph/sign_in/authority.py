"""An authority: one product in one directory, in B2C one policy of it. It names itself in tokens."""

from dataclasses import dataclass
from enum import StrEnum

from local.graph.sign_in.accounts import Directory
from local.graph.sign_in.keys import KeyRing
from local.graph.sign_in.refusals import UNKNOWN_CLIENT, Reason, SignInRefused
from local.graph.sign_in.registrations import Api, Client


class Product(StrEnum):
    """What issues the tokens."""

    B2C = "b2c"
    EXTERNAL_ID = "external_id"
    WORKFORCE = "workforce"


@dataclass(frozen=True)
class Policy:
    """How people sign in; only B2C's have names."""

    name: str | None = None
    second_factor: bool = False
    keeps_session: bool = True


@dataclass(frozen=True)
class Authority:
    """`root` is the address of the login endpoint."""

    root: str
    product: Product
    directory: Directory
    api: Api
    clients: tuple[Client, ...]
    ring: KeyRing
    policy: Policy = Policy()

    @property
    def issuer(self) -> str:
        """B2C's is the same for every policy and ends with a slash; Entra's does not."""
        issuer = f"{self.root}/{self.directory.tenant_id}/v2.0"
        return f"{issuer}/" if self.product is Product.B2C else issuer

    @property
    def base(self) -> str:
        """What the addresses of its endpoints begin with."""
        directory, policy = self.directory, self.policy.name
        return (
            f"{self.root}/{directory.domain}/{policy.lower()}"
            if policy
            else f"{self.root}/{directory.tenant_id}"
        )

    @property
    def metadata(self) -> str:
        """The address of its discovery document."""
        return f"{self.base}/v2.0/.well-known/openid-configuration"

    @property
    def session(self) -> str:
        """The name of the cookie that single sign-on goes by."""
        return f"sso-{self.product}-{self.directory.tenant_id}"

    def client(self, client_id: str) -> Client:
        """The app of that id. Raises `SignInRefused`."""
        found = next((one for one in self.clients if one.client_id == client_id.lower()), None)
        if found is None:
            raise self.refusal(UNKNOWN_CLIENT, client_id, self.directory.domain)
        return found

    def refusal(self, reason: Reason, *about: str) -> SignInRefused:
        """The refusal in the product's words."""
        return reason.in_b2c(*about) if self.product is Product.B2C else reason.in_entra(*about)
