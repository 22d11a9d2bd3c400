"""`python -m local.inbox`: serve the mail service and the webhooks over TLS, and what came on plain HTTP."""

import argparse
import asyncio
import base64
import os
import secrets
from pathlib import Path
from socket import socket

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from local.inbox.hooks import Hooks
from local.inbox.mail_api import MailApi
from local.inbox.page import page
from local.lifeline import follow_parent
from local.listen import listening
from local.serve import Side, serve


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local.inbox")
    parser.add_argument("--certificate", type=Path, required=True, help="PEM")
    parser.add_argument("--key", type=Path, required=True, help="PEM")
    parser.add_argument("--follow-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    if options.follow_parent:
        follow_parent()
    asyncio.run(_serve(options.certificate, options.key))


async def _serve(certificate: Path, key: Path) -> None:
    access_key, secret = _random(32), f"whsec_{_random(32)}"
    app = _app(MailApi(access_key), Hooks(secret))
    with listening(0) as plain, listening(0) as tls:
        where = {"page": f"http://{_address(plain)}", "service": f"https://{_address(tls)}"}
        ready = {"event": "ready", "pid": os.getpid(), **where, "access_key": access_key, "secret": secret}
        await serve((Side(app, plain), Side(app, tls, certificate, key)), ready)


def _app(mail: MailApi, hooks: Hooks) -> Starlette:
    async def show(_request: Request) -> HTMLResponse:
        return HTMLResponse(page(mail.mails, hooks.taken), headers={"cache-control": "no-store"})

    return Starlette(routes=[Route("/", show), *mail.routes(), *hooks.routes()])


def _address(bound: socket) -> str:
    return f"127.0.0.1:{bound.getsockname()[1]}"


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


main()
