"""What somebody has granted to an app by signing in."""

from dataclasses import dataclass

from local.graph.sign_in.accounts import Account
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.refusals import NO_SCOPE, SCOPE
from local.graph.sign_in.registrations import Client

PASSED_OVER = frozenset({"profile", "email"})
"""Scopes that change nothing here."""


@dataclass(frozen=True)
class SignedIn:
    """A person, when they gave their credentials, and whether a second factor was among these."""

    account: Account
    at: int
    second_factor: bool = False


@dataclass(frozen=True)
class Scope:
    """What an app asks for: an ID token, a refresh token, scopes of our API."""

    text: str
    openid: bool = False
    offline: bool = False
    api: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """Everything that the tokens of one sign-in depend on; `started` is when the app asked."""

    authority: Authority
    client: Client
    person: SignedIn
    scope: Scope
    started: int
    nonce: str | None = None


def read_scope(authority: Authority, text: str) -> Scope:
    """What a scope parameter asks for. Raises `SignInRefused`."""
    asked = dict.fromkeys(text.split())
    if not asked:
        raise authority.refusal(NO_SCOPE)
    api = authority.api
    names = {f"{address}/{name}" for address in api.addresses for name in (api.scope, ".default")}
    known = {"openid", "offline_access"} | PASSED_OVER | names
    if strange := [one for one in asked if one not in known]:
        raise authority.refusal(SCOPE, strange[0])
    wanted = (api.scope,) if names & set(asked) else ()
    return Scope(text, "openid" in asked, "offline_access" in asked, wanted)
