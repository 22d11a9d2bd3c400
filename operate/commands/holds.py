"""`hold place` and `hold lift`."""

from typing import Annotated

import typer

from operate.answers import HoldAnswer, Json
from operate.commands.command import command
from operate.commands.parameters import ObjectId, Tenant, Yes
from operate.exits import Exit
from operate.moments import moment
from operate.session import Session
from operate.words import Basis

HOLDS = "/api/operations/holds"
TOLD = {
    "held": "Held: no deletion goes past it.",
    "too_late": "A deletion had begun already; the hold keeps the account from being purged.",
    "lifted": "Lifted. A deletion that waited for it goes on once it is approved.",
}


@command
def place(
    session: Session,
    tenant: Tenant,
    object_id: ObjectId,
    *,
    basis: Annotated[Basis, typer.Option(help="The exception of GDPR Art. 17(3).")],
    article: Annotated[str, typer.Option(help="The article or section that asks for it.")],
    review_at: Annotated[str, typer.Option(metavar="TIME", help="When it is looked at again.")],
    yes: Yes = False,
) -> Exit:
    """Keep an account for now, whoever asks for its deletion."""
    account = {"tenant": tenant, "objectId": str(object_id)}
    body = {**account, "basis": basis, "article": article, "reviewAt": moment(review_at)}
    return _done(session, HOLDS, body, f"Keep account {object_id} in {tenant}?", asks=not yes)


@command
def lift(session: Session, tenant: Tenant, object_id: ObjectId, *, yes: Yes = False) -> Exit:
    """Keep an account no longer."""
    body = {"tenant": tenant, "objectId": str(object_id)}
    return _done(session, f"{HOLDS}/lift", body, f"Lift the hold on {object_id} in {tenant}?", asks=not yes)


def _done(session: Session, path: str, body: Json, question: str, *, asks: bool) -> Exit:
    if asks and not session.screen.confirms(question):
        session.screen.tell("Nothing was done.")
        return Exit.DECLINED
    raw = session.client.post(path, body)
    said = HoldAnswer.read(raw).answer
    session.screen.show(raw)
    session.screen.line(TOLD.get(said, said))
    return Exit.DONE
