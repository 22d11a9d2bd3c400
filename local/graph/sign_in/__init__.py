"""Sign-in as Azure AD B2C, Entra External ID and a company's own Entra tenant do it, for this app's API."""
