"""What a directory can be asked about an account, besides its profile and its events."""

from enum import StrEnum


class Source(StrEnum):
    """One list or object about an account; the values name sections of an export."""

    MEMBERSHIPS = "memberships"
    """groups, directory roles and administrative units"""
    APP_ROLE_ASSIGNMENTS = "appRoleAssignments"
    """roles in applications"""
    CONSENTS = "oauth2PermissionGrants"
    """what the person let applications do in their name"""
    OWNED_OBJECTS = "ownedObjects"
    OWNED_DEVICES = "ownedDevices"
    REGISTERED_DEVICES = "registeredDevices"
    EXTENSIONS = "extensions"
    """open extensions; custom attributes are properties of the profile"""
    AUTHENTICATION_METHODS = "authenticationMethods"
    """phone numbers, addresses and authenticators, as far as Graph returns them; never their secrets"""
    RISKY_USER = "riskyUser"
    """what Identity Protection makes of the account"""
    RISK_DETECTIONS = "riskDetections"
