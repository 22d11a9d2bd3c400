"""Every authority there is, the same for the same seed."""

import random
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.graph.directory import Tenant
from local.graph.sign_in.accounts import Account, Customers, Staff
from local.graph.sign_in.authority import Authority, Policy, Product
from local.graph.sign_in.keys import KeyRing, SigningKey
from local.graph.sign_in.refusals import SignInRefused
from local.graph.sign_in.registrations import OPERATE, READ, SUBMIT_DELETIONS, SUBMIT_EXPORTS, Api, Client

POLICIES = (
    Policy("B2C_1_signin"),
    Policy("B2C_1A_PRIVACY_MFA", second_factor=True, keeps_session=False),
)
DAEMONS = (
    ("submitter", (SUBMIT_EXPORTS, SUBMIT_DELETIONS)),
    ("exporter", (SUBMIT_EXPORTS,)),
    ("deleter", (SUBMIT_DELETIONS,)),
    ("stranger", ()),
)
STAFF_DOMAIN = "company.onmicrosoft.com"
STAFF = (
    ("olga", "Olga Operator", (OPERATE,)),
    ("otto", "Otto Operator", (OPERATE,)),
    ("rita", "Rita Reader", (READ,)),
    ("nils", "Nils Newcomer", ()),
)


@dataclass(frozen=True)
class Authorities:
    """All of them, found by the tenant and the policy that an address names, in any letter case."""

    staff: Staff
    workforce: Authority
    for_people: tuple[Authority, ...]

    @property
    def every(self) -> tuple[Authority, ...]:
        """The company's own and those of its customers."""
        return self.workforce, *self.for_people

    def find(self, tenant: str, policy: str = "") -> Authority:
        """The one that is meant. Raises `SignInRefused`."""
        wanted = (tenant.lower(), policy.lower())
        found = next((one for one in self.every if wanted in _names(one)), None)
        if found is None and policy:
            text = f"Unable to return metadata for the policy '{policy}' in tenant '{tenant}'."
            raise SignInRefused("invalid_request", f"AADB2C90022: {text}", 404)
        if found is None:
            raise SignInRefused("invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        return found


def make_authorities(root: str, seed: int, tenants: Iterable[Tenant], graph_key: SigningKey) -> Authorities:
    """The company's own and those of each tenant. Entra signs for Graph as for any other API."""
    people = (one for tenant in tenants for one in _for_people(root, seed, tenant, graph_key))
    dice = _dice(seed, "workforce")
    staff = _staff(dice)
    return Authorities(staff, _workforce(root, dice, staff), tuple(people))


def _staff(dice: random.Random) -> Staff:
    people = (
        Account(_guid(dice), name, f"{short}@{STAFF_DOMAIN}", roles=roles) for short, name, roles in STAFF
    )
    return Staff(_guid(dice), STAFF_DOMAIN, tuple(people))


def _workforce(root: str, dice: random.Random, staff: Staff) -> Authority:
    api = Api(_guid(dice), "Operate", staff.domain)
    daemons = tuple(Client(name, _guid(dice), _secret(dice), roles) for name, roles in DAEMONS)
    operators = Client("operators", _guid(dice), signs_in=True)
    return Authority(root, Product.WORKFORCE, staff, api, (*daemons, operators), KeyRing())


def _for_people(root: str, seed: int, tenant: Tenant, graph_key: SigningKey) -> Iterator[Authority]:
    dice = _dice(seed, tenant.name)
    directory, api = Customers(tenant), Api(_guid(dice), "Requests", tenant.domain)
    web = Client("web", _guid(dice), _secret(dice), signs_in=True)
    clients = (web, Client("public", _guid(dice), signs_in=True))
    shared = KeyRing()
    for policy in POLICIES:
        yield Authority(root, Product.B2C, directory, api, clients, shared, policy)
    yield Authority(root, Product.EXTERNAL_ID, directory, api, clients, KeyRing(graph_key))


def _names(authority: Authority) -> tuple[tuple[str, str], ...]:
    policy, directory = (authority.policy.name or "").lower(), authority.directory
    return (directory.tenant_id, policy), (directory.domain, policy)


def _dice(seed: int, name: str) -> random.Random:
    """Dice of its own for each tenant, so that none changes who is in another."""
    return random.Random(f"{seed} sign-in {name}")  # noqa: S311 - made-up registrations, the same for the same seed


def _guid(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def _secret(dice: random.Random) -> str:
    return f"{dice.getrandbits(160):040x}"
