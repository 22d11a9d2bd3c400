"""`report`."""

from pathlib import Path
from typing import Annotated

import typer

from operate.answers import Summary
from operate.commands.command import command
from operate.exits import Exit
from operate.figures import figures_of
from operate.files import write_text
from operate.listing import EVERY_STATUS, every_request
from operate.page import page
from operate.session import Session
from operate.spreadsheet import spreadsheet
from operate.summing import report_json, report_parts

Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts.")]
Csv = Annotated[Path | None, typer.Option(metavar="FILE", help="Write one line for each request.")]


@command
def report(session: Session, *, html: Html = None, csv: Csv = None) -> Exit:
    """All requests: states, due dates, times to completion."""
    raw = every_request(session.client, {"status": EVERY_STATUS})
    requests, now = [Summary.read(one) for one in raw], session.around.now()
    figures = figures_of(requests, now)
    written = {csv: spreadsheet(requests, now), html: page(figures)}
    for path in filter(None, written):
        write_text(path, written[path])
        session.screen.tell(f"Written: {path}")
    session.screen.show(report_json(figures), report_parts(figures))
    return Exit.DONE
