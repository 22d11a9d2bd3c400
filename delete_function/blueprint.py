"""HTTP functions for deletions: of apps, and of people about themselves; the keys of receipts."""

from functools import partial

import azure.functions as func

from delete_function.receipts_http import keys, receipt
from shared.domain.receipts import ReceiptSigner
from shared.domain.states import Kind
from shared.front_desk import Find, FrontDesk
from shared.routes import OPEN, Route, blueprint_of

DELETION = Kind.DELETION


def delete_blueprint(desk: FrontDesk, signer: ReceiptSigner) -> func.Blueprint:
    """Deletions, the challenges that people sign in for, and what verifies a receipt."""
    published = Route("list_receipt_keys", "GET", "receipts/keys", OPEN, lambda _req: keys(signer))
    return blueprint_of((*_of_apps(desk), *_of_people(desk), published), desk.log)


def _of_apps(desk: FrontDesk) -> tuple[Route, ...]:
    app, one, find = desk.gate.app_auth.level, "deletions/{id}", desk.find
    withdraw, had = partial(desk.withdraw, DELETION, find=find), partial(desk.confirm_copy, find=find)
    return (
        Route("submit_deletion", "POST", "deletions", app, partial(desk.submit, DELETION)),
        Route("show_deletion", "GET", one, app, partial(desk.show, DELETION)),
        Route("withdraw_deletion", "POST", f"{one}/withdraw", app, withdraw),
        Route("confirm_copy", "POST", f"{one}/copy-received", app, had),
        Route("show_receipt", "GET", f"{one}/receipt", app, partial(_receipt, find=find)),
    )


def _of_people(desk: FrontDesk) -> tuple[Route, ...]:
    one, find = "me/deletions/{id}", desk.find_own
    withdraw, had = partial(desk.withdraw, DELETION, find=find), partial(desk.confirm_copy, find=find)
    return (
        Route("make_challenge", "POST", "me/challenges", OPEN, desk.challenge),
        Route("submit_own_deletion", "POST", "me/deletions", OPEN, partial(desk.submit_own, DELETION)),
        Route("show_own_deletion", "GET", one, OPEN, partial(desk.show_own, DELETION)),
        Route("withdraw_own_deletion", "POST", f"{one}/withdraw", OPEN, withdraw),
        Route("confirm_own_copy", "POST", f"{one}/copy-received", OPEN, had),
        Route("show_own_receipt", "GET", f"{one}/receipt", OPEN, partial(_receipt, find=find)),
    )


async def _receipt(req: func.HttpRequest, find: Find) -> func.HttpResponse:
    return receipt((await find(DELETION, req)).request.receipt)
