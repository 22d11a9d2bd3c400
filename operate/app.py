"""The commands by name."""

from collections.abc import Callable, Mapping

import typer

from operate.commands import acts, batch, bulk, doctor, found, holds, listed, one, receipt, reported

HELP = "Work on privacy requests: look, decide, hold, report. docs/operate.md has it all."


def commands() -> typer.Typer:
    """All of them; local values are never shown with an error, as tokens are among them."""
    made = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    made.command("list")(listed.list_requests)
    made.command("show")(one.show)
    made.command("follow")(one.follow)
    made.command("find")(found.find)
    for act in acts.WITHOUT_REASON:
        made.command(act)(acts.without_reason(act))
    for name, act_with_reason in (("refuse", acts.refuse), ("extend", acts.extend), ("pause", acts.pause)):
        made.command(name)(act_with_reason)
    made.command("report")(reported.report)
    made.command("bulk")(bulk.bulk)
    made.command("doctor")(doctor.doctor)
    made.add_typer(_family("hold", "Keep accounts for now.", {"place": holds.place, "lift": holds.lift}))
    made.add_typer(
        _family("receipt", "Receipts of deletions.", {"show": receipt.show, "verify": receipt.verify})
    )
    lists = {
        "list": batch.list_batches,
        "show": batch.show_batch,
        "start": batch.start_batch,
        "stop": batch.stop_batch,
    }
    made.add_typer(_family("batch", "Lists that were handed in.", lists))
    return made


def _family(name: str, text: str, members: Mapping[str, Callable[..., None]]) -> typer.Typer:
    family = typer.Typer(name=name, help=text, no_args_is_help=True, rich_markup_mode=None)
    for member, run in members.items():
        family.command(member)(run)
    return family


app = commands()
