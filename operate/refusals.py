"""What an answer that is none of the wanted means, in one line."""

from collections.abc import Mapping
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ValidationError

from operate.exits import Exit, Failed
from operate.plain import plain

BY_STATUS: Mapping[int, Exit] = {
    HTTPStatus.BAD_REQUEST: Exit.BAD_INPUT,
    HTTPStatus.FORBIDDEN: Exit.ROLE,
    HTTPStatus.CONFLICT: Exit.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Exit.BAD_INPUT,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Exit.BAD_INPUT,
    HTTPStatus.UNPROCESSABLE_ENTITY: Exit.BAD_INPUT,
    HTTPStatus.TOO_MANY_REQUESTS: Exit.BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: Exit.BUSY,
}
USUAL: Mapping[Exit, str] = {
    Exit.ROLE: "You may not do this: it needs the role PrivacyRequests.Operate, or .Read for reading.",
    Exit.BUSY: "The app cannot answer now; try again later.",
    Exit.CONFLICT: "That is not possible where the request stands.",
    Exit.BAD_INPUT: "The app does not take what was sent.",
}
"""Where the answer has no problem to read, as from a gateway."""
NOT_SIGNED_IN = (
    "The app does not take this sign-in: it has expired, or is not for this app. "
    "Sign in again; see docs/operate.md."
)
NOT_THE_APP = (
    "Nothing of this app answers there. Is the address right, "
    "and does the app have operators (WORKFORCE__TENANT_ID)?"
)
APP_FAILED = "The app failed (HTTP {status}); its log has more."


class Fault(BaseModel):
    """One thing wrong: where, and the rule."""

    field: str
    rule: str


class Problem(BaseModel):
    """RFC 9457, as the app fills it in."""

    code: str
    detail: str
    errors: tuple[Fault, ...] = ()

    def line(self) -> str:
        """On one line: what is at fault where that is listed, else the detail."""
        faults = "; ".join(f"{fault.field.lstrip('/')} {fault.rule}".strip() for fault in self.errors)
        return plain(f"Not taken: {faults}." if faults else self.detail)


def refusal(response: httpx.Response) -> Failed:
    """What to tell of an answer that is not 2xx."""
    status, problem = response.status_code, _problem(response)
    if status == HTTPStatus.UNAUTHORIZED:
        return Failed(Exit.SIGN_IN, NOT_SIGNED_IN)
    if status == HTTPStatus.NOT_FOUND and problem and problem.code == "unknown_request":
        return Failed(Exit.UNKNOWN, problem.line())
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in BY_STATUS:
        return Failed(Exit.APP_FAILED, APP_FAILED.format(status=status))
    if status not in BY_STATUS:
        return Failed(Exit.WRONG_ADDRESS, NOT_THE_APP)
    code = BY_STATUS[status]
    return Failed(code, problem.line() if problem else USUAL[code])


def _problem(response: httpx.Response) -> Problem | None:
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return None
