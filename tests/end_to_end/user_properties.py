"""Properties of a user (Graph v1.0): those that an export has, and those that it leaves out, and why."""

from collections.abc import Mapping

CUSTOM = "custom:"
"""Stands before the name of a custom attribute until it is known what the tenant calls it."""
SECRET = "hush"
TEXT_PROPERTIES = (
    *("ageGroup", "city", "companyName", "consentProvidedForMinor", "country", "creationType", "department"),
    *("employeeId", "employeeType", "externalUserState", "faxNumber", "givenName", "jobTitle", "state"),
    *("legalAgeGroupClassification", "mail", "mailNickname", "mobilePhone", "officeLocation", "surname"),
    *("passwordPolicies", "postalCode", "preferredLanguage", "streetAddress", "usageLocation", "userType"),
    *(f"{CUSTOM}LoyaltyNumber", f"{CUSTOM}Newsletter", f"{CUSTOM}ShoeSize", f"{CUSTOM}MemberSince"),
)
LIST_PROPERTIES = ("businessPhones", "imAddresses", "otherMails", "proxyAddresses")
TIMES = (
    *("createdDateTime", "employeeHireDate", "externalUserStateChangeDateTime"),
    *("lastPasswordChangeDateTime", "signInSessionsValidFromDateTime"),
)
OBJECTS = ("employeeOrgData", "onPremisesExtensionAttributes")
LEFT_OUT: Mapping[str, str] = {
    "passwordProfile": "a secret",
    **dict.fromkeys(
        (
            *("aboutMe", "birthday", "hireDate", "interests", "mailboxSettings", "mySite", "pastProjects"),
            *("preferredName", "responsibilities", "schools", "skills"),
        ),
        "kept in a mailbox: Graph fails where a user has none, as consumers have",
    ),
    "signInActivity": "needs a licence and has ten calls a minute; sign-ins are a section of their own",
    "customSecurityAttributes": "needs a permission of its own",
    "employeeLeaveDateTime": "needs a permission of its own",
    **dict.fromkeys(
        ("assignedLicenses", "assignedPlans", "licenseAssignmentStates", "provisionedPlans"),
        "what the company has bought",
    ),
    **dict.fromkeys(
        (
            *("onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesImmutableId"),
            *("onPremisesLastSyncDateTime", "onPremisesProvisioningErrors", "onPremisesSamAccountName"),
            *("onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "onPremisesUserPrincipalName"),
            "authorizationInfo",
        ),
        "of employees whose accounts come from the company's own directory",
    ),
    **dict.fromkeys(
        (
            *("deviceEnrollmentLimit", "identityParentId", "isManagementRestricted", "isResourceAccount"),
            *("preferredDataLocation", "print", "securityIdentifier", "serviceProvisioningErrors"),
            "showInAddressList",
        ),
        "how the directory handles the account, not what it holds on the person",
    ),
}
"""Properties of a user (Graph v1.0) that an export does not have, and why."""
