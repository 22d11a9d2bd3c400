"""Where the app is."""

from urllib.parse import urlsplit

from operate.exits import Exit, Failed

HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def address_of(typed: str | None) -> str:
    """The app's address without `/api`. Raises `Failed` for what a token should not be sent to."""
    if not typed:
        raise Failed(Exit.WRONG_ADDRESS, "Say where the app is: --url https://… or OPERATE_URL.")
    try:
        parts = urlsplit(typed.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _not_an_address() from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.query or parts.fragment:
        raise _not_an_address()
    if parts.scheme == "http" and host not in HERE:
        raise Failed(
            Exit.WRONG_ADDRESS, "The address must begin with https://: a token would be readable on the way."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/api')}"


def _not_an_address() -> Failed:
    return Failed(
        Exit.WRONG_ADDRESS, "That is no address of an app; it has the form https://NAME.azurewebsites.net."
    )
