"""Tokens without a browser, for tests: good ones, and any kind of bad one."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.graph.asked import Refused
from local.graph.directory import Json
from local.graph.sign_in import b2c_claims, entra_claims
from local.graph.sign_in.accounts import Account
from local.graph.sign_in.authorities import POLICIES, Authorities
from local.graph.sign_in.authority import Authority, Product
from local.graph.sign_in.grant import Grant, Scope, SignedIn
from local.graph.sign_in.jws import compact, laid_over
from local.graph.sign_in.keys import KeyRing, SigningKey
from local.graph.sign_in.registrations import Client

COMMON = frozenset({"kind", "client", "claims", "header", "key"})
_PERSON = COMMON | {"product", "tenant", "policy", "object_id"}
FIELDS: Mapping[str, frozenset[str]] = {
    "person_access": _PERSON,
    "person_id": _PERSON,
    "app": COMMON,
    "operator": COMMON | {"operator"},
}


@dataclass(frozen=True)
class Mint:
    """Makes them; `foreign` holds a key that nobody publishes."""

    authorities: Authorities
    foreign: KeyRing

    def token(self, asked: Json) -> str:
        """The token asked for. Raises `Refused`."""
        kind = str(asked.get("kind"))
        if kind not in FIELDS:
            raise Refused(f"kind must be one of {', '.join(FIELDS)}")
        if strange := sorted(set(asked) - FIELDS[kind]):
            raise Refused(f"a token of kind {kind} has no {strange[0]}")
        made: Mapping[str, Callable[[Json], tuple[Authority, Json]]] = {
            "person_access": self._access,
            "person_id": self._identity,
            "app": self._app,
            "operator": self._operator,
        }
        authority, claims = made[kind](asked)
        changed = laid_over(claims, _changes(asked, "claims"))
        return compact(changed, self._key(authority, asked), _changes(asked, "header"))

    def _access(self, asked: Json) -> tuple[Authority, Json]:
        grant = self._person(asked)
        return grant.authority, _access_claims(grant)

    def _identity(self, asked: Json) -> tuple[Authority, Json]:
        grant = self._person(asked)
        made = b2c_claims if grant.authority.product is Product.B2C else entra_claims
        return grant.authority, made.id_claims(grant)

    def _app(self, asked: Json) -> tuple[Authority, Json]:
        authority = self.authorities.workforce
        return authority, entra_claims.app_claims(authority, _client(authority, asked, "submitter"))

    def _operator(self, asked: Json) -> tuple[Authority, Json]:
        authority, wanted = self.authorities.workforce, str(asked.get("operator", "olga"))
        people = self.authorities.staff.people
        account = next((one for one in people if wanted in {one.object_id, _short(one)}), None)
        if account is None:
            raise Refused(
                f"operator must be one of {', '.join(map(_short, people))}, or an object id of theirs"
            )
        return authority, _access_claims(_grant(authority, asked, account, "operators"))

    def _person(self, asked: Json) -> Grant:
        authority, object_id = self._for_people(asked), str(asked.get("object_id"))
        if "object_id" not in asked:
            raise Refused("a person's token needs an object_id; it may be one that nobody has")
        account = authority.directory.by_id(object_id) or Account(object_id, "unknown", "")
        return _grant(authority, asked, account, "web")

    def _for_people(self, asked: Json) -> Authority:
        product, tenant = str(asked.get("product", Product.B2C)), str(asked.get("tenant"))
        policy = asked.get("policy", POLICIES[0].name if product == Product.B2C else None)
        for one in self.authorities.for_people:
            if (one.product, one.directory.name, one.policy.name) == (product, tenant, policy):
                return one
        raise Refused(f"there is no {product} with policy {policy} in tenant {tenant}")

    def _key(self, authority: Authority, asked: Json) -> SigningKey:
        ring, name = authority.ring, str(asked.get("key", "current"))
        keys = {"current": ring, "foreign": self.foreign}
        key = ring.previous if name == "previous" else keys[name].current if name in keys else None
        if key is None:
            raise Refused("key must be current, foreign, or, after a rotation, previous")
        return key


def _grant(authority: Authority, asked: Json, account: Account, client: str) -> Grant:
    now = int(time.time())
    person = SignedIn(account, now, authority.policy.second_factor)
    scope = Scope("", openid=True, api=(authority.api.scope,))
    return Grant(authority, _client(authority, asked, client), person, scope, now)


def _access_claims(grant: Grant) -> Json:
    b2c = grant.authority.product is Product.B2C
    return (b2c_claims.access_claims(grant) if b2c else entra_claims.access_claims(grant)) or {}


def _client(authority: Authority, asked: Json, usual: str) -> Client:
    wanted = str(asked.get("client", usual))
    found = next((one for one in authority.clients if wanted in {one.name, one.client_id}), None)
    if found is None:
        raise Refused(f"client must be one of {', '.join(one.name for one in authority.clients)}, or its id")
    return found


def _changes(asked: Json, name: str) -> Json:
    changes = asked.get(name, {})
    if not isinstance(changes, dict):
        raise Refused(f"{name} must be an object; null in it removes")
    return changes


def _short(account: Account) -> str:
    return account.user_name.partition("@")[0]
