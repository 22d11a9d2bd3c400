"""One call to Graph: send a request of the SDK's builders, read raw bytes, name every failure.

The SDK's models are left out: they cost seconds of blocking CPU per 1,000 audit events.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

import httpx
from azure.core.exceptions import AzureError, ClientAuthenticationError
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_service_client import GraphServiceClient

from shared.adapters.graph.calls import Call
from shared.adapters.graph.client import LazyConnection
from shared.adapters.graph.json_values import json_value
from shared.adapters.graph.watch import UNWATCHED, Watch
from shared.adapters.retry_after import retry_after
from shared.domain.errors import (
    CredentialRejected,
    DirectoryFault,
    DirectoryRefused,
    DirectoryUnavailable,
    NotOffered,
    PermissionMissing,
    Throttled,
)
from shared.domain.ports import Clock, JsonObject

CALL_TIME_LIMIT = timedelta(seconds=30)
"""For one call, its token included."""
LONGEST_RETRY_AFTER = timedelta(hours=1)
"""Graph asks for seconds or minutes; a wait beyond this is not believed."""

ABSENT = frozenset(
    {
        *("Request_ResourceNotFound", "Directory_ObjectNotFound", "ResourceNotFound"),
        *("ImageNotFound", "ErrorItemNotFound", "ErrorNonExistentMailbox"),
    }
)
"""What Graph calls an object that is not there; the second line of photos."""
UNLICENSED = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
"""What Graph calls a report that the tenant has not paid for."""

MakeRequest = Callable[[GraphServiceClient], RequestInformation]
"""Makes a request anew for each attempt: a sent one keeps its token."""

Answer = TypeVar("Answer")
Read = Callable[[Call, httpx.Response], Answer]
"""Makes a value of a good answer."""

_FAULTS: Mapping[int, type[DirectoryFault]] = {
    401: CredentialRejected,
    403: PermissionMissing,
    408: DirectoryUnavailable,
}


@dataclass(frozen=True)
class Sender:
    """Sends single calls to one tenant; neither waits nor repeats."""

    connection: LazyConnection
    clock: Clock
    watch: Watch = UNWATCHED

    async def send(self, call: Call, make: MakeRequest, read: Read[Answer]) -> Answer | None:
        """What `read` makes of the answer, None where `call.absence` explains a 404.

        Raises a `DirectoryFault`.
        """
        with self.watch.call(call) as answered:
            response = await self._exchange(call, make)
            answered.status = str(response.status_code)
        return read_answer(call, response, self.clock.now(), read)

    async def _exchange(self, call: Call, make: MakeRequest) -> httpx.Response:
        try:
            async with asyncio.timeout(CALL_TIME_LIMIT.total_seconds()):
                response = await self._native(make)
        except ClientAuthenticationError as error:
            raise _login_fault(call, error) from error
        except (AzureError, httpx.HTTPError, TimeoutError) as error:
            raise DirectoryUnavailable(call.name) from error
        if not isinstance(response, httpx.Response):
            raise DirectoryUnavailable(call.name)
        # httpx ties an answer and its stream into a circle, and the body would wait for the next collection.
        response.stream = httpx.ByteStream(b"")
        return response

    async def _native(self, make: MakeRequest) -> object:
        connection = self.connection.opened()
        request = make(connection.graph)
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        response: object = await connection.adapter.send_primitive_async(request, "bytes", None)
        return response


def read_answer(call: Call, response: httpx.Response, now: datetime, read: Read[Answer]) -> Answer | None:
    """The one place where a status becomes a value or an error of the domain."""
    status = response.status_code
    if status == 404 and call.absence is not None and _code(response) in ABSENT:
        return None
    if not response.is_success:
        raise _fault(call, response, now)
    return read(call, response)


def json_object(call: Call, response: httpx.Response) -> JsonObject:
    """The answer's JSON object. Raises `DirectoryUnavailable` for half an answer."""
    return _whole(call, _content(call, response))


def created(call: Call, response: httpx.Response) -> JsonObject:
    """What was made, as 201 shows it. Raises `DirectoryUnavailable` for half an answer."""
    return _whole(call, response.content)


def whole_bytes(call: Call, response: httpx.Response) -> bytes:
    """The answer as it is. Raises `DirectoryUnavailable` where it is not ready, or a text."""
    if response.headers.get("Content-Type", "").startswith(("text/", "application/json")):
        raise DirectoryUnavailable(call.name)
    return _content(call, response)


def accepted(_call: Call, _response: httpx.Response) -> Literal[True]:
    """Any good answer will do: it has no body, and the caller reads back."""
    return True


def confirmed(call: Call, response: httpx.Response) -> Literal[True]:
    """The answer's value is true. Raises `DirectoryUnavailable` where it is not."""
    if json_object(call, response).get("value") is not True:
        raise DirectoryUnavailable(call.name)
    return True


def _content(call: Call, response: httpx.Response) -> bytes:
    if response.status_code != 200:  # 202: the answer is not ready
        raise DirectoryUnavailable(call.name)
    return response.content


def _fault(call: Call, response: httpx.Response, now: datetime) -> DirectoryFault:
    status = response.status_code
    if status == 429:
        wait = retry_after(response.headers.get("Retry-After"), now, LONGEST_RETRY_AFTER)
        return Throttled(call.name, wait)
    if status == 403 and _code(response) == UNLICENSED:
        return NotOffered(call.name, "licence")
    if status == 501:
        return NotOffered(call.name, "not_supported")
    if status >= 500 or status == 404 or _page_expired(response):
        return DirectoryUnavailable(call.name)
    return _FAULTS.get(status, DirectoryRefused)(call.name)


def _code(response: httpx.Response) -> str | None:
    """Graph's own word for a refusal: an answer of anything in between has none, and proves nothing."""
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _page_expired(response: httpx.Response) -> bool:
    # Graph's next links live shortly: the list is to be read again, the request was not wrong.
    return response.status_code == 400 and b'"Directory_ExpiredPageToken"' in response.content


def _login_fault(call: Call, error: ClientAuthenticationError) -> DirectoryFault:
    # azure-identity raises this error for every bad answer of the login endpoint, its outages included.
    status = error.response.status_code if error.response is not None else None
    if status in (400, 401, 403):
        return CredentialRejected(call.name)
    return DirectoryUnavailable(call.name)


def _whole(call: Call, body: bytes) -> JsonObject:
    try:
        value = json_value(body)
    except (ValueError, RecursionError) as error:
        raise DirectoryUnavailable(call.name) from error
    # Graph has sent an error object, alone or after half a page, with status 200.
    if not isinstance(value, dict) or "error" in value:
        raise DirectoryUnavailable(call.name)
    return value
