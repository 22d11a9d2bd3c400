"""The token endpoint's grants: who asks, and what they get for what they show."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.graph.directory import Json
from local.graph.sign_in.admission import still_admitted
from local.graph.sign_in.answer import app_answer, person_answer
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.devices import DEVICE_GRANT, Devices
from local.graph.sign_in.forms import Form
from local.graph.sign_in.grant import Grant, read_scope
from local.graph.sign_in.held import Code, Kept
from local.graph.sign_in.jws import base64url
from local.graph.sign_in.refusals import (
    ELSEWHERE,
    EXPIRED,
    GRANT_TYPE,
    MISSING,
    NO_RESOURCE,
    NO_SECRET,
    PUBLIC_SECRET,
    VERIFIER,
    WRONG_SECRET,
)
from local.graph.sign_in.registrations import Client

FOR_PEOPLE = frozenset({"authorization_code", "refresh_token", DEVICE_GRANT})


@dataclass(frozen=True)
class Asking:
    """An app at an authority's token endpoint, its credentials checked."""

    authority: Authority
    client: Client
    form: Form

    def field(self, name: str) -> str:
        """A field that must be there. Raises `SignInRefused`."""
        return _field(self.authority, self.form, name)


@dataclass(frozen=True)
class Desk:
    """Gives tokens."""

    kept: Kept
    devices: Devices

    def answer(self, authority: Authority, form: Form) -> Json:
        """The tokens. Raises `SignInRefused`."""
        kind = _field(authority, form, "grant_type")
        grants: Mapping[str, Callable[[Asking], Json]] = {
            "authorization_code": self._for_code,
            "refresh_token": self._for_refresh_token,
            "client_credentials": _for_app,
            DEVICE_GRANT: self._for_device,
        }
        if kind not in grants:
            raise authority.refusal(GRANT_TYPE, kind)
        return grants[kind](Asking(authority, _authenticated(authority, form), form))

    def _for_code(self, asking: Asking) -> Json:
        code = self.kept.codes.take(asking.field("code"))
        if code is None:
            raise asking.authority.refusal(EXPIRED)
        _check_code(asking, code)
        return self._given(asking, code.grant)

    def _for_refresh_token(self, asking: Asking) -> Json:
        token = asking.field("refresh_token")
        grant = self.kept.refresh.get(token)
        if grant is None:
            raise asking.authority.refusal(EXPIRED)
        _check_place(asking, grant)
        scope = asking.form.get("scope")
        return self._given(
            asking, replace(grant, scope=read_scope(grant.authority, scope)) if scope else grant, token
        )

    def _for_device(self, asking: Asking) -> Json:
        code = asking.field("device_code")
        return self._given(asking, self.devices.redeemed(asking.authority, asking.client, code))

    def _given(self, asking: Asking, grant: Grant, token: str | None = None) -> Json:
        person = replace(grant.person, account=still_admitted(grant))
        current = replace(grant, person=person)
        if token is None and grant.scope.offline:
            token = self.kept.refresh.put(current)
        return person_answer(current, token, client_info=asking.form.get("client_info") == "1")


def _for_app(asking: Asking) -> Json:
    authority, scope = asking.authority, asking.field("scope")
    if authority.product is not Product.WORKFORCE:
        raise authority.refusal(GRANT_TYPE, "client_credentials")
    if asking.client.public:
        raise authority.refusal(NO_SECRET)
    if scope not in {f"{address}/.default" for address in authority.api.addresses}:
        raise authority.refusal(NO_RESOURCE, scope)
    return app_answer(authority, asking.client)


def _authenticated(authority: Authority, form: Form) -> Client:
    client, secret = authority.client(_field(authority, form, "client_id")), form.get("client_secret")
    if client.public and secret is not None:
        raise authority.refusal(PUBLIC_SECRET)
    if not client.public and secret is None:
        raise authority.refusal(NO_SECRET)
    if secret is not None and not client.knows(secret):
        raise authority.refusal(WRONG_SECRET)
    return client


def _check_code(asking: Asking, code: Code) -> None:
    _check_place(asking, code.grant)
    if asking.field("redirect_uri") != code.redirect_uri:
        raise asking.authority.refusal(ELSEWHERE)
    if code.challenge is None:
        return
    made = base64url(hashlib.sha256(asking.field("code_verifier").encode()).digest())
    if not hmac.compare_digest(made.encode(), code.challenge.encode()):
        raise asking.authority.refusal(VERIFIER)


def _check_place(asking: Asking, grant: Grant) -> None:
    """Whatever was granted is good at the same authority, for the same app alone."""
    if grant.authority is not asking.authority or grant.client is not asking.client:
        raise asking.authority.refusal(ELSEWHERE)


def _field(authority: Authority, form: Form, name: str) -> str:
    value = form.get(name)
    if not value:
        raise authority.refusal(MISSING, name)
    return value
