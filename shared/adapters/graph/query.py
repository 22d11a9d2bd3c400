"""OData queries: what Graph is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kiota_abstractions.request_information import RequestInformation

from shared.domain.account import Identity
from shared.domain.ports import AuditRole

ACCOUNT_PROPERTIES = (
    "id",
    "userPrincipalName",
    "identities",
    "createdDateTime",
    "mail",
    "otherMails",
    "preferredLanguage",
)

STANDING_PROPERTIES = ("id", "accountEnabled", "userType", "creationType")

PROFILE_PROPERTIES = (
    "id",
    "accountEnabled",
    "ageGroup",
    "businessPhones",
    "city",
    "consentProvidedForMinor",
    "country",
    "createdDateTime",
    "creationType",
    "department",
    "displayName",
    "employeeId",
    "externalUserState",
    "externalUserStateChangeDateTime",
    "faxNumber",
    "givenName",
    "identities",
    "jobTitle",
    "lastPasswordChangeDateTime",
    "legalAgeGroupClassification",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredLanguage",
    "proxyAddresses",
    "signInSessionsValidFromDateTime",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
)
"""What a consumer in B2C can have; the properties kept in a mailbox fail for users without one."""

FURTHER_PROPERTIES = (
    "companyName",
    "employeeHireDate",
    "employeeOrgData",
    "employeeType",
    "imAddresses",
    "onPremisesExtensionAttributes",
)
"""What an app that manages users can write on anybody, though a consumer hardly has it.

Asked for apart: a directory that does not know one of them refuses the whole request.
"""

EXTENSIONS_APP_FILTER = "startswith(displayName,'b2c-extensions-app')"
"""The application that all custom attributes of a B2C tenant belong to."""

MOST_EXTENSIONS = 40
"""Custom attributes per request: their names are long, and so is an address that selects a hundred."""


def with_query(
    request: RequestInformation,
    *,
    select: Sequence[str] = (),
    filter_by: str | None = None,
    order_by: str | None = None,
    top: int | None = None,
) -> RequestInformation:
    """`request` with these query options; the SDK's URL template encodes the values."""
    options = {
        "%24select": list(select) or None,
        "%24filter": filter_by,
        "%24orderby": order_by,
        "%24top": top,
    }
    request.query_parameters.update({name: value for name, value in options.items() if value is not None})
    return request


def quoted(text: str) -> str:
    """A string literal of OData: quotes are doubled."""
    return "'" + text.replace("'", "''") + "'"


def sign_in_filters(identity: Identity) -> tuple[str, ...]:
    """The filters that together find every user with this sign-in.

    Graph stores an address in the tenant's own domain as the user principal name, where the filter on
    identities does not look; and it cannot filter on identities of type `userPrincipalName`.
    """
    by_name = f"userPrincipalName eq {quoted(identity.issuer_assigned_id)}"
    if identity.sign_in_type == "userPrincipalName":
        return (by_name,)
    by_identity = (
        f"identities/any(c:c/issuerAssignedId eq {quoted(identity.issuer_assigned_id)}"
        f" and c/issuer eq {quoted(identity.issuer)})"
    )
    return (by_identity, by_name) if _in_own_domain(identity) else (by_identity,)


def mail_filters(address: str) -> tuple[str, ...]:
    """The filters that together find every user who gets mail at this address, as Graph knows it."""
    return (f"mail eq {quoted(address)}", f"otherMails/any(x:x eq {quoted(address)})")


_CONCERNING = {
    AuditRole.TARGET: "targetResources/any(t: t/id eq {})",
    AuditRole.INITIATOR: "initiatedBy/user/id eq {}",
}


def audits(object_id: str, role: AuditRole, until: str | None) -> str:
    """Events that concern the user in this role, of `until` (as Graph wrote it) and before.

    It is not documented to which fraction of a second Graph compares, so the next full second is named:
    the reader drops what is newer.
    """
    concerning = _CONCERNING[role].format(quoted(object_id))
    return f"{concerning} and activityDateTime le {_next_second(until)}" if until else concerning


def sign_ins(object_id: str, until: str | None) -> str:
    """The user's sign-ins of `until` and before; see `audits` for the second that is added."""
    of_user = f"userId eq {quoted(object_id)}"
    return f"{of_user} and createdDateTime le {_next_second(until)}" if until else of_user


def _next_second(moment: str) -> str:
    whole = datetime.fromisoformat(moment.rstrip("Z").partition(".")[0])
    return f"{(whole + timedelta(seconds=1)).isoformat()}Z"


def profile_selections(extensions: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What to select, request by request, to get the whole profile."""
    chunks = [
        tuple(extensions[start : start + MOST_EXTENSIONS])
        for start in range(0, len(extensions), MOST_EXTENSIONS)
    ] or [()]
    return ((*PROFILE_PROPERTIES, *chunks[0]), *chunks[1:])


def _in_own_domain(identity: Identity) -> bool:
    domain = identity.issuer_assigned_id.rpartition("@")[2]
    return identity.is_email and domain.lower() == identity.issuer.lower()
