"""HTTP functions for exports: of apps, and of people about themselves."""

from functools import partial

import azure.functions as func

from export_function.link_http import link
from export_function.links import ArchiveLinks
from shared.domain.states import Kind
from shared.front_desk import FrontDesk
from shared.routes import OPEN, Route, blueprint_of

EXPORT, DELETION = Kind.EXPORT, Kind.DELETION


def export_blueprint(desk: FrontDesk, links: ArchiveLinks) -> func.Blueprint:
    """Exports, and links to the copy that comes before a deletion."""
    return blueprint_of((*_of_apps(desk, links), *_of_people(desk, links)), desk.log)


def _of_apps(desk: FrontDesk, links: ArchiveLinks) -> tuple[Route, ...]:
    app, one = desk.gate.app_auth.level, "exports/{id}"
    linked, withdraw = partial(link, find=desk.find, desk=desk, links=links), desk.withdraw
    return (
        Route("submit_export", "POST", "exports", app, partial(desk.submit, EXPORT)),
        Route("show_export", "GET", one, app, partial(desk.show, EXPORT)),
        Route("link_export", "POST", f"{one}/link", app, partial(linked, EXPORT)),
        Route("withdraw_export", "POST", f"{one}/withdraw", app, partial(withdraw, EXPORT, find=desk.find)),
        Route("link_copy", "POST", "deletions/{id}/link", app, partial(linked, DELETION)),
    )


def _of_people(desk: FrontDesk, links: ArchiveLinks) -> tuple[Route, ...]:
    one, find = "me/exports/{id}", desk.find_own
    linked, withdraw = partial(link, find=find, desk=desk, links=links), desk.withdraw
    return (
        Route("submit_own_export", "POST", "me/exports", OPEN, partial(desk.submit_own, EXPORT)),
        Route("show_own_export", "GET", one, OPEN, partial(desk.show_own, EXPORT)),
        Route("link_own_export", "POST", f"{one}/link", OPEN, partial(linked, EXPORT)),
        Route("withdraw_own_export", "POST", f"{one}/withdraw", OPEN, partial(withdraw, EXPORT, find=find)),
        Route("link_own_copy", "POST", "me/deletions/{id}/link", OPEN, partial(linked, DELETION)),
    )
