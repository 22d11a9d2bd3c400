"""`python -m local.graph`: serve the simulated Graph and its login endpoint."""

import argparse
import asyncio
import os
import random
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from local.graph.administrators import Administrators
from local.graph.app import Graph
from local.graph.assertions import Assertions
from local.graph.audits_api import AuditPages
from local.graph.certificate import write_certificate
from local.graph.control import Control
from local.graph.directory import Json, Tenant
from local.graph.faults import Faults
from local.graph.login import Login
from local.graph.managed_identity import IdentityEndpoint, UserAssigned
from local.graph.operations import operations
from local.graph.people import make_tenants
from local.graph.proofs import Proofs
from local.graph.quotas import Quotas
from local.graph.registry import Registry
from local.graph.sign_in.accounts import Staff
from local.graph.sign_in.authorities import make_authorities
from local.graph.sign_in.control import SignInControl
from local.graph.sign_in.endpoints import Endpoints
from local.graph.sign_in.keys import KeyRing
from local.graph.sign_in.mint import Mint
from local.graph.sign_in.shown import shown
from local.graph.tokens import Issuer
from local.lifeline import follow_parent
from local.listen import listening
from local.serve import Side, serve

SHOWN_USERS = 200


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local.graph")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--login-port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--tenants", type=int, default=2)
    parser.add_argument("--audit-events", type=int, default=12, help="of the first user")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page-size", type=int, default=1000, help="of audit events")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--follow-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    if options.follow_parent:
        follow_parent()
    asyncio.run(_serve(options))


@dataclass(frozen=True)
class Sides:
    """Both applications, and what the ready line says of who is there."""

    graph: Starlette
    login: Starlette
    about: Json


async def _serve(options: argparse.Namespace) -> None:
    options.state_dir.mkdir(parents=True, exist_ok=True)
    certificate, key = write_certificate(options.state_dir)
    with (
        listening(options.port) as graph_socket,
        listening(options.login_port) as login_socket,
    ):
        graph_url = f"http://127.0.0.1:{graph_socket.getsockname()[1]}"
        login_url = f"https://127.0.0.1:{login_socket.getsockname()[1]}"
        sides = _sides(options, graph_url, login_url)
        where: Json = {
            "graph": graph_url,
            "login": login_url,
            "ca_file": str(certificate),
            "key_file": str(key),
        }
        served = (
            Side(sides.graph, graph_socket, tells_time=False),
            Side(sides.login, login_socket, certificate, key),
        )
        await serve(served, {"event": "ready", **where, "pid": os.getpid(), **sides.about})


def _sides(options: argparse.Namespace, graph_url: str, login_url: str) -> Sides:
    made = make_tenants(options.seed, options.tenants, options.users, options.audit_events)
    tenants, issuer = {tenant.name: tenant for tenant in made}, Issuer()
    faults, quotas, audits = Faults(options.seed), Quotas(), AuditPages(options.page_size)
    dice = random.Random(options.seed + 1)  # noqa: S311 - made-up people
    authorities = make_authorities(login_url, options.seed, made, issuer.key)
    sign_in = Endpoints.of(authorities)
    steered = SignInControl(authorities, sign_in.switches, Mint(authorities, KeyRing()))
    company = _company(authorities.staff)
    known = {**tenants, company.name: company}
    registry = Registry(known)
    control = Control(tenants, faults, quotas, audits, dice, steered, registry)
    identity = IdentityEndpoint(UserAssigned(company.tenant_id), login_url, issuer.key)
    about: Json = {
        "tenants": [_registration(tenant) for tenant in made],
        "sample_users": _samples(made),
        "sign_in": shown(authorities),
        "identity": identity.about(graph_url),
    }
    beside = (identity.route(), Administrators(known, issuer).route())
    graph = Graph(known, issuer, faults, quotas, operations(audits, registry), control, beside)
    proofs = Proofs(registry, Assertions(login_url, issuer.key))
    return Sides(graph.asgi(), Login(sign_in, proofs, issuer, faults).asgi(), about)


def _company(staff: Staff) -> Tenant:
    """The company's own tenant as Graph has it: a home for registrations, without customers."""
    ids = (str(uuid.uuid5(uuid.UUID(staff.tenant_id), name)) for name in ("app", "extensions"))
    return Tenant(staff.name, staff.tenant_id, staff.domain, next(ids), secrets.token_hex(20), next(ids))


def _registration(tenant: Tenant) -> dict[str, str]:
    names = ("name", "tenant_id", "domain", "client_id", "client_secret")
    return {name: str(getattr(tenant, name)) for name in names}


def _samples(tenants: list[Tenant]) -> list[dict[str, str]]:
    users = [_sample(tenant, user) for tenant in tenants for user in tenant.users.values()]
    return users[:SHOWN_USERS]


def _sample(tenant: Tenant, user: Json) -> dict[str, str]:
    sample = {"tenant": tenant.name, "object_id": str(user["id"])}
    identities = user["identities"]
    for identity in identities if isinstance(identities, list) else ():
        if identity["signInType"] == "emailAddress":
            sample["email"] = str(identity["issuerAssignedId"])
        if identity["signInType"] == "userName":
            sample["user_name"] = str(identity["issuerAssignedId"])
    return sample


main()
