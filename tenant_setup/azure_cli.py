"""The sign-in of the Azure CLI: who an administrator is, is its affair."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field

from tenant_setup.failure import SetupFailed

SECONDS = 120


@dataclass(frozen=True)
class SignIn:
    """A token for Graph, and the id of the tenant that it is for."""

    token: str = field(repr=False)
    tenant_id: str


def sign_in(tenant: str, graph: str) -> SignIn:
    """Raises `SetupFailed` where nobody is signed in to the tenant."""
    program = shutil.which("az")
    if program is None:
        raise SetupFailed("the Azure CLI (az) is not installed")
    asked = ["account", "get-access-token", "--tenant", tenant, "--resource", graph, "--output", "json"]
    try:
        ran = subprocess.run([program, *asked], capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - no shell, and the arguments are ours
        told = json.loads(ran.stdout)
        return SignIn(str(told["accessToken"]), str(told["tenant"]))
    except (subprocess.SubprocessError, ValueError, LookupError, TypeError):
        raise SetupFailed(f"sign in first: az login --tenant {tenant} --allow-no-subscriptions") from None
