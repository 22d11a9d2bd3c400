"""Names of properties as people say them."""

import re
from collections.abc import Mapping

from export_function.marks import N_
from export_function.report.language import Say

KNOWN: Mapping[str, str] = {
    "displayName": N_("Name shown"),
    "givenName": N_("Given name"),
    "surname": N_("Surname"),
    "mail": N_("E-mail address"),
    "otherMails": N_("Further e-mail addresses"),
    "mobilePhone": N_("Mobile phone"),
    "businessPhones": N_("Business phones"),
    "streetAddress": N_("Street"),
    "postalCode": N_("Postal code"),
    "city": N_("City"),
    "state": N_("State or province"),
    "country": N_("Country"),
    "preferredLanguage": N_("Preferred language"),
    "createdDateTime": N_("Created"),
    "accountEnabled": N_("Account can be used"),
    "lastPasswordChangeDateTime": N_("Password last changed"),
    "signInSessionsValidFromDateTime": N_("Sessions are valid from"),
    "ageGroup": N_("Age group"),
    "consentProvidedForMinor": N_("Consent for a minor"),
    "legalAgeGroupClassification": N_("Legal age group"),
    "jobTitle": N_("Job title"),
    "department": N_("Department"),
    "employeeId": N_("Employee number"),
    "officeLocation": N_("Office"),
    "usageLocation": N_("Country of use"),
    "userPrincipalName": N_("User name in the directory"),
    "userType": N_("Kind of user"),
    "creationType": N_("How the account was made"),
    "passwordPolicies": N_("Password rules"),
    "mailNickname": N_("Mail alias"),
    "proxyAddresses": N_("Mail addresses of the mailbox"),
    "faxNumber": N_("Fax"),
    "description": N_("Description"),
    "phoneNumber": N_("Phone number"),
    "phoneType": N_("Kind of phone"),
    "emailAddress": N_("E-mail address"),
    "scope": N_("What is allowed"),
    "consentType": N_("Kind of consent"),
    "resourceDisplayName": N_("Application"),
    "principalDisplayName": N_("Given to"),
    "riskLevel": N_("Level of risk"),
    "riskState": N_("State of risk"),
    "riskDetail": N_("Details of risk"),
    "ipAddress": N_("IP address"),
    "@odata.type": N_("Kind"),
    "id": N_("Id"),
}
"""Those that have a name of their own, in the order in which they are shown."""
_PLACES = {name: place for place, name in enumerate(KNOWN)}
_WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|\d|\b|_)|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")


def friendly(path: str, say: Say) -> str:
    """`riskDetail` as "Details of risk", `location.city` as "Location › City"."""
    names = (path,) if path in KNOWN else path.split(".")
    return " › ".join(_friendly(name, say) for name in names)


def place(name: str) -> tuple[int, str]:
    """Known ones first, all others by name."""
    return _PLACES.get(name, len(_PLACES)), name


def humanised(name: str) -> str:
    """A name of camel humps as words; a name without any word as it is."""
    words = _WORDS.findall(name)
    kept = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    text = " ".join(kept)
    return text[:1].upper() + text[1:] if text else name


def _friendly(name: str, say: Say) -> str:
    return say(KNOWN[name]) if name in KNOWN else humanised(name)
