"""What is asked on the command line."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.adapters.graph.clouds import CLOUDS
from tenant_setup.permissions import PROFILES

MOST_SECRET_DAYS = 730
LONGEST_SETTING = 32
"""As the app takes a tenant's name."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Options:
    """See `--help`. `application` is the id of one that is at home here and gone on with.

    `client_id` is of an application at home elsewhere, which is only consented to.
    """

    tenant: str
    name: str
    setting: str
    profile: str
    cloud: str
    multitenant: bool
    application: str | None
    client_id: str | None
    certificate: Path | None
    secret_file: Path | None
    secret_days: int
    identity: str | None
    remove_extra: bool
    dry_run: bool
    graph_url: str
    login_url: str


def options(arguments: Sequence[str]) -> Options:
    """Ends the program with a hint where they make no sense."""
    parser = _parser()
    given = parser.parse_args(arguments)
    at_home = ("application", "multitenant", "certificate", "secret_file", "identity")
    if given.client_id and any(getattr(given, one) for one in at_home):
        parser.error(
            "--client-id is of an application at home in another tenant: its credentials are made there"
        )
    cloud = CLOUDS[given.cloud]
    name = given.name or ("privacy-requests-eraser" if given.profile == "eraser" else "privacy-requests")
    setting = given.setting or re.sub(r"[^A-Za-z0-9]", "_", given.tenant.partition(".")[0])[:LONGEST_SETTING]
    filled: dict[str, Any] = {
        "name": name,
        "setting": setting.upper(),
        "graph_url": given.graph_url or cloud.graph,
        "login_url": given.login_url or cloud.login,
    }
    return Options(**{**vars(given), **filled})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="setup_tenant",
        description="Register the app in a tenant and consent to its permissions, as whoever is signed in to "
        "the Azure CLI. What is there already is left as it is.",
    )
    parser.add_argument("tenant", help="domain or id of the tenant")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="both", help="what it is for (both)")
    parser.add_argument("--name", help="of the application (privacy-requests, or privacy-requests-eraser)")
    parser.add_argument(
        "--setting", type=_setting, help="the tenant's name in settings; by default from its domain"
    )
    parser.add_argument("--cloud", choices=list(CLOUDS), default="global", help="(global)")
    _add_ways(parser)
    _add_credentials(parser)
    parser.add_argument(
        "--remove-extra", action="store_true", help="take permissions away that it need not have"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show each call that would write, and make none"
    )
    parser.add_argument(
        "--graph-url", type=_address, help="what stands in for the cloud's Graph, such as a simulator"
    )
    parser.add_argument("--login-url", type=_address, help="what stands in for the cloud's login")
    return parser


def _add_ways(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--multitenant", action="store_true", help="register for other tenants; nothing is consented to here"
    )
    parser.add_argument(
        "--application",
        type=_guid,
        help="go on with the application of this (client) id; nothing is registered",
    )
    parser.add_argument(
        "--client-id", type=_guid, help="consent to this multitenant application; nothing is registered here"
    )


def _add_credentials(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--certificate", type=Path, help="PEM or DER to register, without its key")
    parser.add_argument(
        "--secret-file", type=Path, help="make a secret and write it here; kept if it is there"
    )
    parser.add_argument(
        "--secret-days", type=_days, default=180, help="for how long the secret is good (180)"
    )
    parser.add_argument(
        "--identity", type=_guid, help="object (principal) id of a user-assigned identity to trust"
    )


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text):
        raise argparse.ArgumentTypeError("must be a GUID")
    return text.lower()


def _setting(text: str) -> str:
    if not re.fullmatch(rf"[A-Za-z0-9_]{{1,{LONGEST_SETTING}}}", text):
        raise argparse.ArgumentTypeError(f"must be 1 to {LONGEST_SETTING} letters, digits and underscores")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[^/?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?", text):
        raise argparse.ArgumentTypeError("must be https://HOST, or http of this machine, without a path")
    return text


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SECRET_DAYS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_SECRET_DAYS}")
    return int(text)
