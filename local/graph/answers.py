"""Answers shaped as Graph's, errors and headers included."""

import json
import uuid
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from local.graph.directory import Json

_CONTENT = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
)
_DIAGNOSTIC = {"ServerInfo": {"DataCenter": "Simulated", "Slice": "E", "Ring": "5", "ScaleUnit": "000"}}


_AGAIN = {"code": "429", "message": "Please retry after", "status": "429"}


class GraphError(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

    @property
    def inner(self) -> dict[str, str]:
        """What the inner error says beside ids and date."""
        return _AGAIN if self.status == 429 else {}


def not_found(what: str) -> GraphError:
    """404 as for a user that is not there."""
    text = (
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present."
    )
    return GraphError(404, "Request_ResourceNotFound", text)


def denied() -> GraphError:
    """403: the app may not."""
    text = "Insufficient privileges to complete the operation."
    return GraphError(403, "Authorization_RequestDenied", text)


def bad_query(message: str) -> GraphError:
    """400 for a query that Graph does not take."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def expired_page(headers: dict[str, str] | None = None) -> GraphError:
    """400 for a page token that is not, or no longer, good."""
    text = "The specified page token has expired."
    return GraphError(400, "Directory_ExpiredPageToken", text, headers)


def too_many(headers: dict[str, str]) -> GraphError:
    """429 as Graph documents it."""
    return GraphError(429, "TooManyRequests", "Please retry again later.", headers)


def unknown(what: str) -> GraphError:
    """501: the simulator says so rather than to guess."""
    return GraphError(501, "NotSimulated", f"The Graph simulator does not know {what}.")


def ok(request: Request, body: Json) -> Response:
    """200 with JSON."""
    return Response(encoded(body), headers=_headers(request) | {"content-type": _CONTENT})


def created(request: Request, body: Json) -> Response:
    """201 with JSON."""
    return Response(encoded(body), 201, headers=_headers(request) | {"content-type": _CONTENT})


def encoded(body: Json) -> bytes:
    """As JSON; half of a pair of surrogates has no bytes in UTF-8 and is escaped."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()


def no_content(request: Request) -> Response:
    """204."""
    return Response(status_code=204, headers=_headers(request))


def failed(request: Request, error: GraphError) -> Response:
    """The error with Graph's body."""
    headers = _headers(request)
    inner = {
        **error.inner,
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": headers["request-id"],
        "client-request-id": headers["client-request-id"],
    }
    body = {"error": {"code": error.code, "message": str(error), "innerError": inner}}
    return Response(
        json.dumps(body), error.status, headers | error.headers | {"content-type": "application/json"}
    )


def _headers(request: Request) -> dict[str, str]:
    own = str(uuid.uuid4())
    return {
        "request-id": own,
        "client-request-id": request.headers.get("client-request-id", own),
        "x-ms-ags-diagnostic": json.dumps(_DIAGNOSTIC),
        "OData-Version": "4.0",
    }
