"""What an app asks for when it sends somebody here to sign in."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.grant import Grant, Scope, SignedIn, read_scope
from local.graph.sign_in.refusals import CHALLENGE_METHOD, MAX_AGE, NO_CHALLENGE, RESPONSE_TYPE
from local.graph.sign_in.way_back import WayBack

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Visit:
    """`max_age`: how many seconds ago somebody may have signed in; `silent`: no page may be shown."""

    authority: Authority
    back: WayBack
    scope: Scope
    nonce: str | None
    challenge: str | None
    max_age: int | None
    silent: bool
    second_factor: bool
    login_hint: str

    def accepts(self, person: SignedIn) -> bool:
        """Whether an earlier sign-in will do."""
        recent = self.max_age is None or time.time() - person.at < self.max_age
        return (
            self.authority.policy.keeps_session
            and recent
            and person.account.admits(person.at)
            and (person.second_factor or not self.second_factor)
        )

    def granted_by(self, person: SignedIn) -> Grant:
        """What the app gets."""
        return Grant(self.authority, self.back.client, person, self.scope, int(time.time()), self.nonce)


def read_visit(
    authority: Authority, back: WayBack, asked: Mapping[str, str], *, second_factor: bool
) -> Visit:
    """The request as a whole. Raises `SignInRefused`, which goes back to the app."""
    if asked.get("response_type") != "code":
        raise authority.refusal(RESPONSE_TYPE, asked.get("response_type", ""))
    fresh = asked.get("prompt") == "login"
    return Visit(
        authority=authority,
        back=back,
        scope=read_scope(authority, asked.get("scope", "")),
        nonce=asked.get("nonce"),
        challenge=_challenge(authority, back, asked),
        max_age=0 if fresh else _max_age(authority, asked.get("max_age")),
        silent=asked.get("prompt") == "none",
        second_factor=_second_factor(authority, asked, always=second_factor),
        login_hint=asked.get("login_hint", ""),
    )


def _challenge(authority: Authority, back: WayBack, asked: Mapping[str, str]) -> str | None:
    challenge = asked.get("code_challenge")
    if not challenge:
        if back.client.public:
            raise authority.refusal(NO_CHALLENGE)
        return None
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise authority.refusal(CHALLENGE_METHOD)
    return challenge


def _max_age(authority: Authority, text: str | None) -> int | None:
    if text is None:
        return None
    if not _WHOLE.fullmatch(text):
        raise authority.refusal(MAX_AGE, text)
    return int(text)


def _second_factor(authority: Authority, asked: Mapping[str, str], *, always: bool) -> bool:
    """In B2C the policy says so; elsewhere a setting of the directory does, or the app asks for it."""
    if authority.product is Product.B2C:
        return authority.policy.second_factor
    return always or "mfa" in asked.get("acr_values", "").split() or _claims_ask(asked.get("claims", ""))


def _claims_ask(text: str) -> bool:
    """Whether a `claims` parameter (OpenID Connect Core, 5.5) names `amr` with mfa, or `acrs`."""
    try:
        asked = json.loads(text)
    except ValueError:
        return False
    parts = asked.values() if isinstance(asked, dict) else ()
    named = [part for part in parts if isinstance(part, dict)]
    return any("acrs" in part or "mfa" in json.dumps(part.get("amr")) for part in named)
