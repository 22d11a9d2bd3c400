"""The device code flow (RFC 8628): a program without a browser asks, a person answers elsewhere."""

import secrets
import time
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.graph.directory import Json
from local.graph.sign_in import pages
from local.graph.sign_in.admission import admitted
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.forms import Form, form_of
from local.graph.sign_in.grant import Grant, Scope, SignedIn, read_scope
from local.graph.sign_in.refusals import (
    ATTEMPT_OVER,
    DECLINED,
    DEVICE_EXPIRED,
    ELSEWHERE,
    PENDING,
    SignInRefused,
)
from local.graph.sign_in.registrations import Client

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LIFE, INTERVAL = 900, 1
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True)
class Device:
    """One request; `person` and `declined` are what became of it."""

    authority: Authority
    client: Client
    scope: Scope
    user_code: str
    until: float
    person: SignedIn | None = None
    declined: bool = False


@dataclass
class Devices:
    """The requests, by device code."""

    waiting: dict[str, Device] = field(default_factory=dict)

    async def begin(self, request: Request, authority: Authority) -> Response:
        """The device authorization endpoint."""
        form = await form_of(request)
        client = authority.client(form.get("client_id", ""))
        code, user_code = secrets.token_urlsafe(32), "".join(secrets.choice(LETTERS) for _ in range(9))
        scope, until = read_scope(authority, form.get("scope", "")), time.monotonic() + LIFE
        self.waiting[code] = Device(authority, client, scope, user_code, until)
        return JSONResponse(_shown(authority, code, user_code))

    async def page(self, request: Request, authority: Authority) -> Response:
        """Where a person types the code and signs in."""
        heading, typed = "Sign in to a device", request.query_params.get("user_code", "")
        form = await form_of(request) if request.method == "POST" else {"user_code": typed}
        problem = ""
        if request.method == "POST":
            try:
                return self._answered(authority, form)
            except SignInRefused as refusal:
                problem = str(refusal)
        fields = (pages.DEVICE, pages.USER_NAME)
        filled = [replace(one, value=form.get(one.name, "")) for one in fields]
        return pages.sign_in(heading, *filled, pages.PASSWORD, problem=problem)

    def redeemed(self, authority: Authority, client: Client, code: str) -> Grant:
        """What was granted, once. Raises `SignInRefused` while nothing is."""
        device = self.waiting.get(code)
        if device is None or device.until < time.monotonic():
            raise authority.refusal(DEVICE_EXPIRED)
        if device.authority is not authority or device.client is not client:
            raise authority.refusal(ELSEWHERE)
        if device.declined:
            raise authority.refusal(DECLINED)
        if device.person is None:
            raise authority.refusal(PENDING)
        del self.waiting[code]
        return Grant(authority, client, device.person, device.scope, device.person.at)

    def _answered(self, authority: Authority, form: Form) -> Response:
        typed = form.get("user_code", "").strip().upper()
        code = next((code for code, one in self.waiting.items() if _open(one, authority, typed)), None)
        if code is None:
            raise authority.refusal(ATTEMPT_OVER)
        if "cancel" in form:
            self.waiting[code] = replace(self.waiting[code], declined=True)
            return pages.message("Not signed in", "The device gets nothing. You can close this page.")
        person = SignedIn(admitted(authority, form), int(time.time()))
        self.waiting[code] = replace(self.waiting[code], person=person)
        return pages.message("Signed in", "The device goes on by itself. You can close this page.")


def _open(device: Device, authority: Authority, typed: str) -> bool:
    same = device.authority is authority and device.user_code == typed
    return same and device.until > time.monotonic()


def _shown(authority: Authority, code: str, user_code: str) -> Json:
    address = f"{authority.base}/oauth2/v2.0/deviceauth"
    return {
        "device_code": code,
        "user_code": user_code,
        "verification_uri": address,
        "expires_in": LIFE,
        "interval": INTERVAL,
        "message": f"To sign in, open the page {address} in a browser and enter the code {user_code}.",
    }
