"""What can be found of a tenant.

`{tenant}` is its name in capitals, `{registration}` how the settings of one of its registrations begin.
"""

from shared.domain.checks.reason import Reason, fault, not_checked, ok, warning

SIGNED_IN = ok("signed_in", "The login endpoint gives a token.")
WRONG_SECRET = fault(
    "wrong_secret",
    "The secret is not one of the registration's (AADSTS7000215).",
    "Put the secret's value, not its id, into {registration}__CLIENT_SECRET; or make a new one.",
)
SECRET_EXPIRED = fault(
    "secret_expired",
    "The secret has expired (AADSTS7000222).",
    "Make a new one (az ad app credential reset --append) and put it into {registration}__CLIENT_SECRET.",
)
CERTIFICATE_EXPIRED = fault(
    "certificate_expired",
    "The certificate has expired.",
    "Make a new certificate, add it to the registration, and put it into {registration}__CLIENT_CERTIFICATE.",
)
CERTIFICATE_UNKNOWN = fault(
    "certificate_unknown",
    "The registration does not have this certificate (AADSTS700027).",
    "Upload the certificate's public half to the registration that {registration}__CLIENT_ID names.",
)
ASSERTION_OFF_TIME = fault(
    "assertion_off_time",
    "The login endpoint finds the app's clock wrong (AADSTS700024).",
    "Let the machine that runs the app take its time from the network (NTP).",
)
NOT_TRUSTED = fault(
    "not_trusted",
    "The registration does not trust the app's managed identity (AADSTS70021).",
    "Add a federated credential for {registration}__MANAGED_IDENTITY_CLIENT_ID to the registration.",
)
IDENTITY_MISSING = fault(
    "identity_missing",
    "The app has no such managed identity.",
    "Assign the identity that {registration}__MANAGED_IDENTITY_CLIENT_ID names to the app.",
)
UNKNOWN_APP = fault(
    "unknown_app",
    "The tenant has no such registration, or nobody has consented to it (AADSTS700016, AADSTS7000229).",
    "Set {registration}__CLIENT_ID to the application's id; az ad sp create makes its principal.",
)
APP_DISABLED = fault(
    "app_disabled",
    "The registration is disabled in the tenant (AADSTS7000112).",
    "Enable sign-in of the enterprise application that {registration}__CLIENT_ID names.",
)
UNKNOWN_TENANT = fault(
    "unknown_tenant",
    "There is no such tenant at this login endpoint (AADSTS90002, AADSTS900023).",
    "Set TENANTS__{tenant}__TENANT_ID to the directory's id, and CLOUD to its cloud.",
)
BLOCKED_BY_POLICY = fault(
    "blocked_by_policy",
    "Conditional Access refuses the app's sign-in (AADSTS53003).",
    "Except the app's service principal from that policy, or allow the app's outbound addresses.",
)
LOGIN_REFUSED = fault(
    "login_refused",
    "The login endpoint refuses the app ({code}).",
    "Look the code up at https://login.microsoftonline.com/error; the settings begin with {registration}.",
)
LOGIN_UNAVAILABLE = fault(
    "login_unavailable",
    "The login endpoint does not answer as it should.",
    "Check CLOUD and LOGIN_URL, and that the app reaches that address; then run this again.",
)
NEEDS_TOKEN = not_checked(
    "needs_token", "It takes a token, and there is none.", "Mend what the check sign-in says."
)

PERMITTED = ok("permitted", "The token has every permission that the app uses, and no other.")
PERMISSION_MISSING = fault(
    "permission_missing",
    "{permission} is not granted; without it these calls are refused: {calls}.",
    "Add {permission} to the registration and grant admin consent (docs/tenant-setup.md).",
)
DELETION_NOT_PERMITTED = fault(
    "deletion_not_permitted",
    "{permission} is not granted; without it deletions fail at these calls: {calls}.",
    "Grant {permission} (docs/tenant-setup.md); for exports only, set TENANTS__{tenant}__DELETIONS=none.",
)
SECTION_NOT_PERMITTED = warning(
    "section_not_permitted",
    "{permission} is not granted: exports tell that {calls} is not available.",
    "Grant {permission}, or take the section out of OPTIONAL_SECTIONS.",
)
PERMISSION_NOT_USED = warning(
    "permission_not_used",
    "{permission} is granted, and the app does not use it.",
    "Take {permission} away from the registration; if it was for --write, once that is done.",
)
ROLES_UNTOLD = not_checked(
    "roles_untold",
    "The token cannot be read.",
    "See whether CLOUD is the tenant's, and GRAPH_URL and LOGIN_URL belong together.",
)

SECRET_GOOD = ok("secret_good", "The secret is good until {day}.")
SECRET_ENDS = warning(
    "secret_ends",
    "The secret ends on {day}.",
    "Make a new one in time (az ad app credential reset --append) for {registration}__CLIENT_SECRET.",
)
CERTIFICATE_GOOD = ok("certificate_good", "The certificate is good until {day}.")
CERTIFICATE_ENDS = warning(
    "certificate_ends",
    "The certificate ends on {day}.",
    "Make a new one in time, add it to the registration, and put it into {registration}__CLIENT_CERTIFICATE.",
)
CERTIFICATE_NOT_YET = fault(
    "certificate_not_yet",
    "The certificate is not good before {day}.",
    "Put the certificate that is good now into {registration}__CLIENT_CERTIFICATE; or see the clocks.",
)
NOTHING_ENDS = ok("nothing_ends", "A managed identity proves the registration: there is nothing that ends.")
SECRET_UNTOLD = not_checked(
    "secret_untold",
    "The tenant does not say when the secret ends: the registration is another tenant's, or has no secret.",
    "Note the day yourself.",
)

READS = ok("reads", "Users can be looked for.")
PERMISSION_REFUSED = fault(
    "permission_refused",
    "Graph refuses the call {call}.",
    "Grant {permissions} with admin consent (docs/tenant-setup.md); a new grant takes some minutes.",
)
TOKEN_REFUSED = fault(
    "token_refused",
    "Graph does not take the token.",
    "See whether CLOUD is the tenant's, and GRAPH_URL and LOGIN_URL belong together.",
)
GRAPH_UNAVAILABLE = fault(
    "graph_unavailable",
    "Graph gives no usable answer.",
    "Check CLOUD and GRAPH_URL, and that the app reaches that address; then run this again.",
)
GRAPH_BUSY = not_checked("graph_busy", "Graph has been asked too much (429).", "Run this again in a minute.")
QUERY_REFUSED = fault(
    "query_refused",
    "Graph refuses the query of the call {call}.",
    "Tell the project: this tenant takes other queries than those that Graph documents.",
)
NOT_OFFERED = ok("not_offered", "The tenant does not offer this; exports say so.")

DOMAIN_RIGHT = ok("domain_right", "The domain is the one under which local accounts sign in.")
DOMAIN_WRONG = fault(
    "domain_wrong",
    "TENANTS__{tenant}__DOMAIN is no domain of this tenant: nobody would be found by a sign-in name.",
    "Set TENANTS__{tenant}__DOMAIN to {domain}.",
)
DOMAIN_NOT_ISSUER = warning(
    "domain_not_issuer",
    "TENANTS__{tenant}__DOMAIN is neither the initial nor the default domain of this tenant.",
    "Set TENANTS__{tenant}__DOMAIN to {domain}, unless accounts here have the other as their issuer.",
)

ATTRIBUTES_KNOWN = ok("attributes_known", "The tenant has {count} custom attributes.")
NO_EXTENSIONS_APP = warning(
    "no_extensions_app",
    "There is no application b2c-extensions-app: exports hold no custom attributes.",
    "If accounts here have custom attributes, see who removed or renamed that application.",
)

FILTERS_TAKEN = ok("filters_taken", "Audit events can be looked for by who acted and who was acted on.")
OR_TAKEN = ok("or_taken", "Graph takes `or` in that filter; the app does without.")
OR_REFUSED = ok("or_refused", "Graph refuses `or` in that filter; the app does without.")
LISTS_DELETED = ok("lists_deleted", "The recycle bin can be read.")
SIGN_INS_LISTED = ok("sign_ins_listed", "The tenant has the licence for the sign-in log.")
NO_SIGN_INS = ok("no_sign_ins", "The tenant has no licence for the sign-in log; exports say so.")
RISK_LISTED = ok("risk_listed", "Risk detections can be read.")
RISK_REFUSED = warning(
    "risk_refused",
    "Graph refuses risk detections; exports say that they are not available.",
    "Grant {permissions}, or take the section out of OPTIONAL_SECTIONS.",
)

HARD_DELETES = ok("hard_deletes", "A throw-away user was made, deleted, purged, and read back as gone.")
NOT_ASKED_TO_WRITE = not_checked(
    "not_asked_to_write",
    "Whether the app can delete for good takes a throw-away user.",
    "Run it with --write.",
)
CREATE_REFUSED = not_checked(
    "create_refused",
    "Graph refuses to make a throw-away user.",
    "Grant User.ReadWrite.All for this run, and take it away afterwards: nothing else needs it.",
)
CREATE_NOT_TAKEN = not_checked(
    "create_not_taken",
    "Graph does not take the throw-away user.",
    "Mend what the check of the domain says; else tell the project.",
)
DELETE_REFUSED = fault(
    "delete_refused",
    "Graph refuses to delete a user. The throw-away user {object_id} is left, disabled.",
    "Grant User.DeleteRestore.All, then run this again after ten minutes: it removes what is left.",
)
PURGE_REFUSED = warning(
    "purge_refused",
    "Graph refuses to purge a user. The throw-away user {object_id} is in the recycle bin for 30 days.",
    "Grant User.DeleteRestore.All; if it is granted, set PURGE=wait: accounts go when the bin is emptied.",
)
LEFT_BEHIND = fault(
    "left_behind",
    "The throw-away user {object_id} could not be seen to be gone.",
    "Run this again after ten minutes: it removes what is left; or delete that user, disabled, by hand.",
)
LEFTOVERS_REMOVED = ok("leftovers_removed", "Throw-away users of earlier runs were removed: {count}.")
LEFTOVERS_STAY = warning(
    "leftovers_stay",
    "Throw-away users of earlier runs are left: {count}.",
    "Delete the disabled users whose names begin with privacy-check- by hand, from the recycle bin too.",
)

TENANT_REASONS: tuple[Reason, ...] = (
    SIGNED_IN,
    WRONG_SECRET,
    SECRET_EXPIRED,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_UNKNOWN,
    ASSERTION_OFF_TIME,
    NOT_TRUSTED,
    IDENTITY_MISSING,
    UNKNOWN_APP,
    APP_DISABLED,
    UNKNOWN_TENANT,
    BLOCKED_BY_POLICY,
    LOGIN_REFUSED,
    LOGIN_UNAVAILABLE,
    NEEDS_TOKEN,
    PERMITTED,
    PERMISSION_MISSING,
    DELETION_NOT_PERMITTED,
    SECTION_NOT_PERMITTED,
    PERMISSION_NOT_USED,
    ROLES_UNTOLD,
    SECRET_GOOD,
    SECRET_ENDS,
    CERTIFICATE_GOOD,
    CERTIFICATE_ENDS,
    CERTIFICATE_NOT_YET,
    NOTHING_ENDS,
    SECRET_UNTOLD,
    READS,
    PERMISSION_REFUSED,
    TOKEN_REFUSED,
    GRAPH_UNAVAILABLE,
    GRAPH_BUSY,
    QUERY_REFUSED,
    NOT_OFFERED,
    DOMAIN_RIGHT,
    DOMAIN_WRONG,
    DOMAIN_NOT_ISSUER,
    ATTRIBUTES_KNOWN,
    NO_EXTENSIONS_APP,
    FILTERS_TAKEN,
    OR_TAKEN,
    OR_REFUSED,
    LISTS_DELETED,
    SIGN_INS_LISTED,
    NO_SIGN_INS,
    RISK_LISTED,
    RISK_REFUSED,
    HARD_DELETES,
    NOT_ASKED_TO_WRITE,
    CREATE_REFUSED,
    CREATE_NOT_TAKEN,
    DELETE_REFUSED,
    PURGE_REFUSED,
    LEFT_BEHIND,
    LEFTOVERS_REMOVED,
    LEFTOVERS_STAY,
)
