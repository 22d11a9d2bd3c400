"""Which tenants belong together, and where a person is looked for.

A customer base is a set of tenants that settings link: their sign-up verifies e-mail addresses, so
the same address is the same person. Outside it nobody is searched.
"""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.account import Identity
from shared.domain.subject import EmailSubject, Subject


class CrossTenantMatch(StrEnum):
    """What a match in another tenant than the one named does to a deletion."""

    ASK = "ask"
    ACCEPT = "accept"


@dataclass(frozen=True)
class Topology:
    """The configured tenants: directory domain by name, and the customer bases they form.

    In those of `exports_only` nobody is deleted.
    """

    domains: dict[str, str]
    customer_bases: tuple[frozenset[str], ...]
    cross_tenant_match: CrossTenantMatch = CrossTenantMatch.ASK
    shared_issuers: frozenset[str] = frozenset()
    exports_only: frozenset[str] = frozenset()

    @property
    def email_names_one_base(self) -> bool:
        """Whether an address without a tenant says where to look."""
        return len(self.customer_bases) == 1

    def named(self, subject: Subject) -> tuple[str, ...]:
        """Tenants in which the subject is looked for just as it was given."""
        if isinstance(subject, EmailSubject):
            return tuple(sorted(self.customer_bases[0]))
        return (subject.tenant,)

    def linked(self, subject: Subject) -> tuple[str, ...]:
        """Further tenants, searched by the identities of the account found where it was named."""
        named = set(self.named(subject))
        base = next(base for base in self.customer_bases if named <= base)
        return tuple(sorted(base - named))

    def unsearched(self, subject: Subject) -> tuple[str, ...]:
        """Tenants that no setting links to where the subject was named."""
        return tuple(sorted(set(self.domains) - {*self.named(subject), *self.linked(subject)}))

    def without_eraser(self, subject: Subject) -> tuple[str, ...]:
        """Tenants in which the subject is looked for, and where nothing may be deleted."""
        return tuple(sorted(self.exports_only & {*self.named(subject), *self.linked(subject)}))

    def translated(self, identity: Identity, domain: str) -> Identity | None:
        """The identity as the tenant of `domain` would hold it; None if it means nothing there.

        E-mail sign-ins are issued by each tenant's own domain; a federated one keeps its issuer and
        crosses only if the settings call that issuer shared; user names never cross.
        """
        if identity.is_email:
            return Identity("emailAddress", domain, identity.issuer_assigned_id)
        if identity.sign_in_type == "federated" and identity.issuer.lower() in self.shared_issuers:
            return identity
        return None
