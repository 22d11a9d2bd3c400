"""What is refused, in B2C's words and in Entra's."""

import time
import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.graph.directory import Json


class SignInRefused(Exception):
    """No token: OAuth's error, and a sentence that begins with Microsoft's own code."""

    def __init__(self, error: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.error = error
        self.status = 401 if error == "invalid_client" else status

    def described(self) -> Json:
        """OAuth's parameters with what each product adds."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        code, text = str(self).split(":")[0], str(self)
        if code.startswith("AADB2C"):
            about = f"{text}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}\r\n"
            return {"error": self.error, "error_description": about}
        about = f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return {
            "error": self.error,
            "error_description": about,
            "error_codes": [int(code.removeprefix("AADSTS"))],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }


@dataclass(frozen=True)
class Reason:
    """One reason in both vocabularies; `{0}` and so on stand for what it is about."""

    error: str
    b2c: str
    entra: str
    entra_error: str = ""

    def in_b2c(self, *about: str) -> SignInRefused:
        """As B2C says it."""
        return SignInRefused(self.error, f"AADB2C{self.b2c.format(*about)}")

    def in_entra(self, *about: str) -> SignInRefused:
        """As Entra says it."""
        return SignInRefused(self.entra_error or self.error, f"AADSTS{self.entra.format(*about)}")


def refused(_request: Request, error: Exception) -> Response:
    """The answer to a program."""
    if not isinstance(error, SignInRefused):
        raise error
    return JSONResponse(error.described(), error.status, {"cache-control": "no-store"})


UNKNOWN_CLIENT = Reason(
    "unauthorized_client",
    "90018: The client ID '{0}' specified in the request is not registered in tenant '{1}'.",
    "700016: Application with identifier '{0}' was not found in the directory '{1}'.",
)
REDIRECT = Reason(
    "invalid_request",
    "90006: The redirect URI '{0}' provided in the request is not registered for the client ID '{1}'.",
    "50011: The redirect URI '{0}' specified in the request does not match the redirect URIs configured for "
    "the application '{1}'.",
)
RESPONSE_TYPE = Reason(
    "unsupported_response_type",
    "90013: The requested response type '{0}' provided in the request is not supported.",
    "700054: response_type '{0}' is not enabled for the application.",
)
RESPONSE_MODE = Reason(
    "invalid_request",
    "90014: The requested response mode '{0}' provided in the request is not supported.",
    "90023: Unsupported 'response_mode' value: '{0}'.",
)
NO_SCOPE = Reason(
    "invalid_request",
    "90010: The request does not contain a scope parameter.",
    "900144: The request body must contain the following parameter: 'scope'.",
)
SCOPE = Reason(
    "invalid_request",
    "90117: The scope '{0}' provided in the request is not supported.",
    "70011: The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
    "invalid_scope",
)
NO_CHALLENGE = Reason(
    "invalid_request",
    "99059: The supplied request must present a code_challenge.",
    "9002325: Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
)
CHALLENGE_METHOD = Reason(
    "invalid_request",
    "90184: The supplied code_challenge_method is not supported. Simulated: S256.",
    "501491: The code_challenge_method is not supported. Simulated: S256.",
)
VERIFIER = Reason(
    "invalid_grant",
    "90183: The supplied code_verifier is invalid",
    "501481: The Code_Verifier does not match the code_challenge supplied in the authorization request.",
)
MAX_AGE = Reason(
    "invalid_request",
    "90120: The max age parameter '{0}' specified in the request is invalid.",
    "90023: The max_age parameter '{0}' is invalid.",
)
NO_SESSION = Reason(
    "interaction_required",
    "90077: User does not have an existing session and request prompt parameter has a value of 'None'.",
    "50058: A silent sign-in request was sent but no user is signed in.",
    "login_required",
)
CANCELLED = Reason(
    "access_denied",
    "90091: The user has cancelled entering self-asserted information.",
    "65004: User declined to consent to access the app.",
)
NOBODY = Reason(
    "access_denied",
    "90053: A user with the specified credential could not be found.",
    "50034: The user account does not exist in the directory.",
)
DISABLED = Reason(
    "access_denied",
    "90111: Your account has been locked. Contact your support person to unlock it, then try again.",
    "50057: The user account is disabled.",
)
NO_PASSWORD = Reason(
    "access_denied",
    "90054: Invalid username or password.",
    "50126: Error validating credentials due to invalid username or password.",
)
WRONG_CODE = Reason(
    "access_denied",
    "90156: A multi-factor validation request has failed with reason 'wrong code'.",
    "500121: Authentication failed during strong authentication request.",
)
ATTEMPT_OVER = Reason(
    "access_denied",
    "90046: We are having trouble loading your current state. You might want to try starting your session "
    "over from the beginning.",
    "50089: Authentication failed due to flow token expired.",
)
NO_SECRET = Reason(
    "invalid_client",
    "90079: Clients must send a client_secret when redeeming a confidential grant.",
    "7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
)
WRONG_SECRET = Reason(
    "invalid_client",
    "90081: The specified client_secret does not match the expected value for this client. Please correct "
    "the client_secret and try again.",
    "7000215: Invalid client secret provided.",
)
PUBLIC_SECRET = Reason(
    "invalid_client",
    "90084: Public clients should not send a client_secret when redeeming a publicly acquired grant.",
    "700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
)
MISSING = Reason(
    "invalid_request",
    "90083: The request is missing required parameter: {0}.",
    "900144: The request body must contain the following parameter: '{0}'.",
)
GRANT_TYPE = Reason(
    "unsupported_grant_type",
    "90086: The supplied grant_type [{0}] is not supported.",
    "70003: The app requested an unsupported grant type '{0}'.",
)
EXPIRED = Reason(
    "invalid_grant",
    "90080: The provided grant has expired. Please re-authenticate and try again.",
    "70008: The provided authorization code or refresh token has expired or was already redeemed.",
)
ELSEWHERE = Reason(
    "invalid_grant",
    "90088: The provided grant has not been issued for this endpoint.",
    "70000: Provided grant is invalid or malformed: it was issued to another client or address.",
)
GONE = Reason(
    "invalid_grant",
    "90128: The account associated with this grant no longer exists. Please reauthenticate and try again.",
    "50034: The user account does not exist in the directory.",
)
REVOKED = Reason(
    "invalid_grant",
    "90129: The provided grant has been revoked. Please reauthenticate and try again.",
    "50173: The provided grant has expired due to it being revoked, a fresh auth token is needed.",
)
NO_RESOURCE = Reason(
    "invalid_request",
    "90055: The scope '{0}' provided in request must specify a resource.",
    "1002012: The provided value for scope {0} is not valid. Client credential flows must have a scope value "
    "with /.default suffixed to the resource identifier (application ID URI).",
    "invalid_scope",
)
PENDING = Reason(
    "authorization_pending",
    "90086: There is no device code flow.",
    "70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
)
DEVICE_EXPIRED = Reason(
    "expired_token",
    "90086: There is no device code flow.",
    "70020: The provided value for the input parameter 'device_code' is not valid. It has expired.",
)
DECLINED = Reason(
    "authorization_declined",
    "90086: There is no device code flow.",
    "70018: The end user has denied the authorization request.",
)
