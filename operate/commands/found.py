"""`find`."""

from typing import Annotated
from uuid import UUID

import typer

from operate.answers import Found
from operate.commands.command import command
from operate.exits import Exit, Failed
from operate.session import Session
from operate.tables import people_table

SEARCH = "/api/operations/people/search"
Name = Annotated[
    str | None,
    typer.Argument(
        help="A name by which somebody signs in or gets mail; - asks for it, past the shell's history."
    ),
]
OfTenant = Annotated[str | None, typer.Option(help="This tenant alone.")]
WithObjectId = Annotated[UUID | None, typer.Option(help="An account's object id in place of a name.")]


@command
def find(
    session: Session, name: Name = None, *, object_id: WithObjectId = None, tenant: OfTenant = None
) -> Exit:
    """People by name or object id, with their newest requests and holds; names come masked."""
    whom = _whom(session, name, object_id) | ({"tenant": tenant} if tenant else {})
    raw = session.client.post(SEARCH, whom)
    found = Found.read(raw)
    session.screen.show(raw, people_table(found))
    session.screen.tell(f"{len(found.people)} found.")
    if found.unreachable:
        session.screen.tell(f"No answer from: {', '.join(found.unreachable)}. They may have more.")
    return Exit.DONE


def _whom(session: Session, name: str | None, object_id: UUID | None) -> dict[str, str]:
    if (name is None) == (object_id is None):
        raise Failed(Exit.BAD_INPUT, "Say whom: a name, or --object-id.")
    if object_id is not None:
        return {"objectId": str(object_id)}
    return {"name": session.screen.asked("Name: ") if name == "-" else str(name)}
