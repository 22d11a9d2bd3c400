"""What every command has: the app's address, a sign-in, `--json`, and ends with a line and a code."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Annotated

import typer

from operate.exits import Exit, Failed
from operate.screen import tell
from operate.session import Session, Surroundings, session
from operate.signing_in import Way

Url = Annotated[str | None, typer.Option(envvar="OPERATE_URL", help="The app's address, https://…")]
Credential = Annotated[Way, typer.Option(envvar="OPERATE_CREDENTIAL", help="How to sign in.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value in place of tables.")]


def command(run: Callable[..., Exit]) -> Callable[..., None]:
    """A command whose options are those of `run` and the shared ones, of which its session is made."""

    @wraps(run)
    def whole(
        *, context: typer.Context, url: str | None, credential: Way, as_json: bool, **own: object
    ) -> None:
        around = context.obj or Surroundings()
        raise typer.Exit(
            _ended(lambda: session(url, credential, around, as_json=as_json), lambda now: run(now, **own))
        )

    _declare(whole, [*list(inspect.signature(run).parameters.values())[1:], *_SHARED])
    return whole


def _ended(begin: Callable[[], AbstractContextManager[Session]], run: Callable[[Session], Exit]) -> Exit:
    try:
        with begin() as now:
            return run(now)
    except Failed as failed:
        tell(failed.line)
        return failed.code
    except KeyboardInterrupt:
        tell("Interrupted.")
        return Exit.INTERRUPTED


def _shared(
    *,
    context: typer.Context,
    url: Url = None,
    credential: Credential = Way.DEVICE_CODE,
    as_json: AsJson = False,
) -> None:
    """The options that are the same everywhere."""


def _declare(whole: Callable[..., None], parameters: list[inspect.Parameter]) -> None:
    """Typer reads a function's signature and annotations."""
    whole.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what inspect looks for
    whole.__annotations__ = {one.name: one.annotation for one in parameters}


_SHARED = tuple(inspect.signature(_shared).parameters.values())
