"""The e-mail API of Azure Communication Services, as far as one plain mail needs it (version 2025-09-01)."""

import base64
import hashlib
import hmac
import uuid
from urllib.parse import unquote

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.inbox.answers import Answers

VERSION = "2025-09-01"
AUDIENCE = "https://communication.azure.com"
SIGNED = "x-ms-date;host;x-ms-content-sha256"


class MailApi:
    """Takes mails and keeps them; `outcome` is what becomes of those that come."""

    def __init__(self, access_key: str) -> None:
        self._key = base64.b64decode(access_key)
        self.answers = Answers()
        self.outcome = "Succeeded"
        self.mails: list[dict[str, object]] = []

    def routes(self) -> list[Route]:
        """The API, and what tests steer it by."""
        return [
            Route("/emails:send", self.send, methods=["POST"]),
            Route("/emails/operations/{id}", self.operation),
            Route("/_control/mails", self.control, methods=["GET", "POST", "DELETE"]),
            Route("/_control/mails/answers", self.answers.ask, methods=["POST"]),
        ]

    async def send(self, request: Request) -> Response:
        """Take a mail, also under an id that is known: nobody says that the real service would not."""
        if (refusal := await self._refusal(request)) is not None:
            return refusal
        given, mail = request.headers.get("operation-id"), await request.json()
        name = str(uuid.UUID(given) if given else uuid.uuid4())
        if not set(mail) >= {"senderAddress", "recipients", "content"}:
            return _fault(400, "BadRequest", "The request body is not valid.")
        self.mails.append({"id": name, "status": self.outcome, "mail": mail})
        where = f"{request.url.scheme}://{request.url.netloc}/emails/operations/{name}?api-version={VERSION}"
        headers = {"operation-location": where, "retry-after": "30"}
        return JSONResponse({"id": name, "status": "Running"}, 202, headers)

    async def operation(self, request: Request) -> Response:
        """What became of a mail."""
        if (refusal := await self._refusal(request)) is not None:
            return refusal
        kept = next((one for one in self.mails if one["id"] == request.path_params["id"]), None)
        if kept is None:
            return _fault(404, "OperationNotFound", "There is no such operation.")
        error = {"error": {"code": "EmailDropped"}} if kept["status"] == "Failed" else {}
        return JSONResponse({"id": kept["id"], "status": kept["status"], **error})

    async def control(self, request: Request) -> Response:
        """The mails so far; or forget them; or what becomes of them, and of those to come."""
        if request.method == "DELETE":
            self.answers.clear()
            self.mails.clear()
            self.outcome = "Succeeded"
        if request.method == "POST":
            self.outcome = str((await request.json())["outcome"])
            for kept in self.mails:
                kept["status"] = self.outcome
        return JSONResponse(self.mails)

    async def _refusal(self, request: Request) -> Response | None:
        if (asked := self.answers.next()) is not None:
            return asked.response()
        if request.query_params.get("api-version") != VERSION:
            return _fault(400, "UnsupportedApiVersion", f"Simulated: {VERSION}.")
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        good = _is_for_us(credential) if scheme == "Bearer" else await self._is_signed(request, credential)
        return None if good else _fault(401, "Denied", "Denied by the resource provider.")

    async def _is_signed(self, request: Request, credential: str) -> bool:
        """By the resource's key. Source: "Sign an HTTP request with HMAC" of Communication Services."""
        headers = request.headers
        digest = base64.b64encode(hashlib.sha256(await request.body()).digest()).decode()
        what = unquote(f"{request.url.path}?{request.url.query}")
        where = f"{headers.get('x-ms-date')};{headers.get('host')};{digest}"
        signature = hmac.digest(self._key, f"{request.method}\n{what}\n{where}".encode(), hashlib.sha256)
        expected = f"SignedHeaders={SIGNED}&Signature={base64.b64encode(signature).decode()}"
        return (
            hmac.compare_digest(expected.encode(), credential.encode())
            and headers.get("x-ms-content-sha256") == digest
        )


def _is_for_us(token: str) -> bool:
    """Whether its audience is this service; who signed it is not looked at, as in Azurite."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return False
    return str(claims.get("aud")).startswith(AUDIENCE)


def _fault(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status, {"x-ms-error-code": code})
