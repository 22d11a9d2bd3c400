"""`python -m local setup|up|run|demo|sample`."""

import argparse
import sys
from pathlib import Path

from local.node import set_up
from local.stack import StackOptions, print_curl, print_ready, up


def main() -> int:
    """The exit code."""
    options = _options()
    if options.command == "setup":
        set_up()
        return 0
    if options.command == "demo":
        from local.demo import main as demo  # rich is for the demo alone

        return demo()
    stack = StackOptions(
        port=options.port,
        users=options.users,
        tenants=options.tenants,
        audit_events=options.audit_events,
        seed=options.seed,
        data_dir=options.data_dir,
        graph_url=options.graph_url,
        login_url=options.login_url,
        storage_connection_string=options.storage_connection_string,
    )
    if options.command == "sample":
        from local.sample import main as sample  # what the website is made of is for it alone

        return sample(stack, options.website_port)
    return up(stack, print_curl if options.command == "run" else print_ready)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="install what Azurite needs")
    commands.add_parser("demo", help="the whole flow, once")
    stacks = {
        "up": "start everything and print one JSON line",
        "run": "the same, with hints",
        "sample": "everything, and the sample's website in front of it",
    }
    for name, text in stacks.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--port", type=int, default=7071, help="of the app; 0 for a free one")
        command.add_argument("--users", type=int, default=20)
        command.add_argument("--tenants", type=int, default=2)
        command.add_argument("--audit-events", type=int, default=12, help="of the first sample user")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--data-dir", type=Path, help="kept; a temporary folder by default")
        command.add_argument("--graph-url", help="with --login-url: no simulator; tenants by environment")
        command.add_argument("--login-url")
        command.add_argument("--storage-connection-string", help="no Azurite")
        if name == "sample":
            command.add_argument("--website-port", type=int, default=5001, help="0 for a free one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
