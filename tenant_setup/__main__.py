"""`python -m tenant_setup`: register, let be proved, consent; then say which settings follow."""

import sys
from collections.abc import Sequence

from shared.adapters.graph.clouds import CLOUDS
from tenant_setup.azure_cli import SignIn, sign_in
from tenant_setup.consent import Extra, consent, offered, withdraw
from tenant_setup.failure import SetupFailed
from tenant_setup.graph import Graph
from tenant_setup.options import Options, options
from tenant_setup.permissions import permissions
from tenant_setup.proofs import add_certificate, add_secret, trust
from tenant_setup.registration import AUDIENCES, Application, ask_for, register, registered
from tenant_setup.told import settings


def main(arguments: Sequence[str]) -> int:
    """0 when all is as it should be, 1 where something was left undone, 2 for what cannot be asked."""
    asked = options(arguments)
    try:
        _set_up(asked)
    except SetupFailed as failure:
        print(f"setup_tenant: {failure}", file=sys.stderr)
        return 1
    return 0


def _set_up(asked: Options) -> None:
    signed_in = sign_in(asked.tenant, CLOUDS[asked.cloud].graph)
    graph = Graph(asked.graph_url, signed_in.token, asked.dry_run)
    resource = offered(graph)
    roles = resource.ids(permissions(asked.profile, asked.cloud))
    app_id = asked.client_id or _at_home(graph, asked, signed_in, tuple(roles))
    if not asked.multitenant:
        _consented(graph, asked, consent(graph, app_id, resource, roles))
    print("", *settings(asked, signed_in.tenant_id, app_id), sep="\n")


def _at_home(graph: Graph, asked: Options, signed_in: SignIn, roles: Sequence[str]) -> str:
    audience = AUDIENCES[asked.multitenant]
    if asked.application:
        one = registered(graph, asked.application, audience)
    else:
        one = register(graph, asked.name, audience)
    ask_for(graph, one, roles, frozenset() if asked.remove_extra else one.named)
    _proved(graph, asked, signed_in, one)
    return one.app_id


def _proved(graph: Graph, asked: Options, signed_in: SignIn, one: Application) -> None:
    if asked.certificate:
        add_certificate(graph, one, asked.certificate)
    if asked.secret_file:
        add_secret(graph, one, asked.secret_file, asked.secret_days)
    if asked.identity:
        issuer = f"{asked.login_url}/{signed_in.tenant_id}/v2.0"
        trust(graph, one, issuer, asked.identity, CLOUDS[asked.cloud].exchange_audience)


def _consented(graph: Graph, asked: Options, extra: Sequence[Extra]) -> None:
    if extra and asked.remove_extra:
        withdraw(graph, extra)
    elif extra:
        named = ", ".join(sorted(one.name for one in extra))
        print(f"warning: it has {named}, which it need not have; --remove-extra takes them away")


sys.exit(main(sys.argv[1:]))
