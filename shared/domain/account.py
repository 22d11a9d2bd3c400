"""What the directory tells of an account, as far as the plans decide by it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, order=True)
class Identity:
    """One way to sign in (Graph `objectIdentity`): type, issuer, and the issuer's name for the person."""

    sign_in_type: str
    issuer: str
    issuer_assigned_id: str

    def matches(self, other: "Identity") -> bool:
        """Whether both are the same sign-in.

        Compared in lower case, never case-folded: folding makes one of addresses that differ.
        """
        return self._compared() == other._compared()

    def _compared(self) -> tuple[str, str, str]:
        # B2C numbers further addresses of an account: emailAddress1, emailAddress2 …
        kind = "emailAddress" if self.is_email else self.sign_in_type
        if kind == "federated":  # a provider's subject is an opaque, case-sensitive text
            return kind, self.issuer.lower(), self.issuer_assigned_id
        return kind, self.issuer.lower(), _lower(self.issuer_assigned_id)

    @property
    def is_email(self) -> bool:
        """Whether the person signs in with an e-mail address at this directory itself."""
        return self.sign_in_type.rstrip("0123456789") == "emailAddress"


@dataclass(frozen=True)
class Contact:
    """Where a person gets mail, and in which language (BCP 47); whether they sign in with the address."""

    address: str = field(repr=False)
    language: str | None
    signs_in: bool


@dataclass(frozen=True)
class Account:
    """A user found in a tenant."""

    object_id: str
    user_principal_name: str
    identities: tuple[Identity, ...]
    created_at: datetime | None
    contact: Contact | None = None

    def holds(self, asked: Identity) -> bool:
        """Whether this account signs in with the identity asked for.

        An address in the tenant's own domain is stored as the user principal name
        (Graph `objectIdentity`), so for e-mail that counts too.
        """
        if any(held.matches(asked) for held in self.identities):
            return True
        return asked.is_email and _lower(self.user_principal_name) == _lower(asked.issuer_assigned_id)


def _lower(name: str) -> str:
    """In lower case, but the Kelvin sign: of all that is not ASCII, it alone would become an ASCII letter."""
    return "".join(letter if letter == "\N{KELVIN SIGN}" else letter.lower() for letter in name)


@dataclass(frozen=True)
class Standing:
    """What decides whether an account may be deleted, and what is put back if it is not.

    `user_type` and `creation_type` as Graph has them; `roles` are names of directory roles, `groups` object
    ids; both include those held through groups.
    """

    enabled: bool
    user_type: str | None
    creation_type: str | None
    roles: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True)
class RecycledAccount:
    """A user in the tenant's recycle bin (`directory/deletedItems`)."""

    object_id: str
    soft_deleted_at: datetime
