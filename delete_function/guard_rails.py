"""Accounts that are not a customer's, or that must not be deleted, whoever asks.

Consumers never hold directory roles (Azure AD B2C, "Supported Microsoft Entra ID features"); who does, or is
a guest or an employee, is not what a customer's request is about.
"""

from dataclasses import dataclass

from shared.domain.account import Account, Standing

ROLE, ACCOUNT, GROUP = "directory_role", "protected_account", "protected_group"
GUEST, EMPLOYEE = "guest_account", "not_a_consumer"
INVITED = frozenset({"Invitation", "EmailVerified"})
"""`creationType` of accounts that are at home elsewhere (Graph, resource type user)."""


@dataclass(frozen=True)
class GuardRails:
    """Object ids, in lower case, of break-glass accounts and of groups whose members are never deleted."""

    accounts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def objection(self, account: Account, standing: Standing) -> str | None:
        """Why the account must not be deleted; None where nothing speaks against it."""
        if standing.roles:
            return ROLE
        if account.object_id.lower() in self.accounts:
            return ACCOUNT
        if not self.groups.isdisjoint(group.lower() for group in standing.groups):
            return GROUP
        if standing.user_type == "Guest" or standing.creation_type in INVITED:
            return GUEST
        return None if _is_consumer(account) else EMPLOYEE


def _is_consumer(account: Account) -> bool:
    """Whether there is a sign-in beside the principal name, which is all that employees have."""
    return any(identity.sign_in_type != "userPrincipalName" for identity in account.identities)
