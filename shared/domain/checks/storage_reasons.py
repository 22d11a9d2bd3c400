"""What can be found of storage and of the key that signs. `{account}` is STATE or EXPORTS."""

from shared.domain.checks.reason import Reason, fault, not_checked, ok

ROUND_TRIP = ok("round_trip", "Something was written, read back and removed.")
SHARED_KEY_DISABLED = fault(
    "shared_key_disabled",
    "The account does not allow shared keys, and {account} is reached by one.",
    "Replace {account}__connectionString by the account's {account}__…ServiceUri addresses and an identity.",
)
KEY_REFUSED = fault(
    "key_refused",
    "The account does not take the key or token.",
    "Put the account's present connection string into {account}__connectionString; see the clock too.",
)
ROLE_MISSING = fault(
    "role_missing",
    "The app's identity lacks a role on the account.",
    "Give the app's identity the role {role} on the account of {account}; it takes some minutes.",
)
NETWORK_REFUSED = fault(
    "network_refused",
    "The account's firewall refuses the app, or its key lacks the right.",
    "Let the app's network, or a private endpoint, through the firewall of the account of {account}.",
)
STORAGE_UNREACHABLE = fault(
    "storage_unreachable",
    "The account cannot be reached.",
    "Check the address in {account}__…, its name in DNS, and whether the app's network reaches it.",
)
NO_IDENTITY = fault(
    "no_identity",
    "There is no identity to sign in with.",
    "Assign the managed identity to the app, and set {account}__clientId where it is a user-assigned one.",
)
NOT_AS_IT_SHOULD = fault(
    "storage_failed",
    "The service does not answer as it should (HTTP {status}).",
    "Run this again; if it stays so, see the account's health in the portal.",
)
UNKNOWN_KEY = fault(
    "unknown_hash_key",
    "The tables were filled under another HASH_KEY.",
    "Set HASH_KEY to the one that they were filled under.",
)
NOT_ERASED = fault(
    "soft_delete_on",
    "What is removed from the account of {account} can be brought back: soft delete is on.",
    "Turn soft delete for blobs off on the account of {account}; what it holds now goes after its days.",
)
VERSIONS_KEPT = fault(
    "versions_kept",
    "What is removed from the account of {account} is kept as a version: versioning is on.",
    "Turn blob versioning off on the account of {account}, and remove the versions that are there.",
)
ERASES = ok("erases", "What is removed is gone: neither soft-deleted nor kept as a version.")
LINK_WORKS = ok("link_works", "A link was minted, and what it leads to was read by it.")
LINK_REFUSED = fault(
    "link_refused",
    "The account does not take the link (HTTP {status}).",
    "See the account's policy on shared access signatures and its firewall, and the check of clocks.",
)
LINK_FOR_OTHERS = not_checked(
    "link_for_others",
    "Links work from the addresses of LINK_IP_RANGE alone, and the app is not among them.",
    "Try a link from such an address.",
)

SIGNS = ok("signs", "The key signs, and its signature holds.")
VAULT_ROLE_MISSING = fault(
    "vault_role_missing",
    "Key Vault refuses the app's identity.",
    "Give the app's identity the role Key Vault Crypto User on the key that RECEIPTS__KEY_ID names.",
)
VAULT_KEY_MISSING = fault(
    "vault_key_missing",
    "Key Vault has no such key.",
    "Set RECEIPTS__KEY_ID to the key's identifier with its version.",
)
VAULT_UNREACHABLE = fault(
    "vault_unreachable",
    "Key Vault cannot be reached.",
    "Check the address in RECEIPTS__KEY_ID, and whether the vault's firewall lets the app's network through.",
)
VAULT_NO_IDENTITY = fault(
    "vault_no_identity",
    "There is no identity to sign in to Key Vault with.",
    "Assign the managed identity to the app, and set RECEIPTS__CLIENT_ID where it is a user-assigned one.",
)
NO_SIGNATURE = fault(
    "no_signature",
    "The key gives no signature that holds.",
    "See that the key of RECEIPTS__KEY_ID is enabled, of type EC P-256, and allows sign.",
)

STORAGE_REASONS: tuple[Reason, ...] = (
    ROUND_TRIP,
    SHARED_KEY_DISABLED,
    KEY_REFUSED,
    ROLE_MISSING,
    NETWORK_REFUSED,
    STORAGE_UNREACHABLE,
    NO_IDENTITY,
    NOT_AS_IT_SHOULD,
    UNKNOWN_KEY,
    NOT_ERASED,
    VERSIONS_KEPT,
    ERASES,
    LINK_WORKS,
    LINK_REFUSED,
    LINK_FOR_OTHERS,
    SIGNS,
    VAULT_ROLE_MISSING,
    VAULT_KEY_MISSING,
    VAULT_UNREACHABLE,
    VAULT_NO_IDENTITY,
    NO_SIGNATURE,
)
