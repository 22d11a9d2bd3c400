"""The sample's website on the local stack, to look at and to test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.app_settings import object_of, objects_of
from local.child import Child, Command, python
from local.stack import Ready, StackOptions, up

PATIENCE = 30.0
SIGN_IN, STEP_UP = "B2C_1_signin", "B2C_1A_PRIVACY_MFA"
MFA = '{"id_token": {"acrs": {"essential": true, "value": "c1"}}}'
"""How External ID is asked for a second factor."""


def website_settings(ready: Ready, product: str) -> dict[str, str]:
    """What the website is told of the first tenant; REDIRECT comes with its port."""
    ways = [way for way in objects_of(ready.sign_in, "people") if way["product"] == product]
    usual = next(way for way in ways if way["policy"] in (SIGN_IN, None))
    step_up = next((way for way in ways if way["policy"] == STEP_UP), usual)
    client = object_of(usual, "web_client")
    return {
        "AUTHORITY": str(usual["authority"]),
        "STEP_UP_AUTHORITY": str(step_up["authority"]),
        "STEP_UP_CLAIMS": MFA if step_up is usual else "",
        "CLIENT_ID": str(client["client_id"]),
        "CLIENT_SECRET": str(client["client_secret"]),
        "SCOPE": str(usual["scope"]),
        "API": ready.app,
        "DOWNLOADS": _blobs(ready),
        **dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"), ready.ca_file),
    }


@contextmanager
def running_website(ready: Ready, folder: Path, product: str = "b2c", port: int = 0) -> Iterator[str]:
    """Its address. Raises `NotReady`."""
    command = python("local.website", str(port))
    log = folder / f"website-{product}.log"
    with Child(Command("website", command, log, website_settings(ready, product))) as child:
        yield str(child.ready(PATIENCE)["url"])


def main(options: StackOptions, port: int) -> int:
    """The stack with the website, until ctrl-C; the exit code."""
    with ExitStack() as exits:
        folder = options.data_dir or Path(exits.enter_context(TemporaryDirectory(prefix="privacy-sample-")))

        def show(ready: Ready) -> None:
            url = exits.enter_context(running_website(ready, folder, port=port))
            print(hints(url, ready), flush=True)

        return up(options, show)


def hints(url: str, ready: Ready) -> str:
    """What to do with it."""
    name = next(str(user["email"]) for user in ready.sample_users if "email" in user)
    return "\n".join(
        (
            "",
            f"  {url}/",
            "",
            f"  Sign in as {name} with any password. The sign-in is simulated, and its certificate",
            f"  made for this run: your browser will ask whether to go on to {ready.login}.",
            "  Ctrl-C ends everything.",
            "",
        )
    )


def _blobs(ready: Ready) -> str:
    """Where archives are: the blob service's address without the account, as Azurite has it."""
    parts = dict(part.split("=", 1) for part in ready.storage_connection_string.split(";"))
    return parts["BlobEndpoint"].rstrip("/").rpartition("/")[0]
