"""What a copy of a person's data does not hold, and why; told in the manifest and in the report."""

from shared.marks import N_

KNOWN_GAPS = (
    N_(
        "Directory audit events are as Microsoft Graph returned them at the time given; Azure AD B2C keeps "
        "them for 7 days, and newer ones may arrive some minutes late."
    ),
    N_(
        "Microsoft Graph does not expose every property that Azure AD B2C holds: "
        "strongAuthenticationAlternativePhoneNumber, legalCountry and facsimileTelephoneNumber are missing."
    ),
    N_(
        "Microsoft Graph does not return phone numbers that Azure AD B2C wrote for its own multi-factor "
        "authentication until they are saved anew, so that an empty list of ways to prove who you are is no "
        "proof."
    ),
    N_("Passwords are never returned, nor are the secrets of authenticators."),
    N_("Names, ids and addresses of other people in audit events are masked (GDPR Art. 15(4))."),
)
