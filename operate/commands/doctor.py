"""`doctor`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import typer

from operate.commands.command import command
from operate.commands.parameters import Yes
from operate.diagnosis import Diagnosis, unanswered
from operate.diagnosis_shown import counted, findings_table, not_well
from operate.exits import Exit, Failed
from operate.findings import Finding, Result
from operate.screen import Screen
from operate.session import Session

Tenants = Annotated[list[str] | None, typer.Option("--tenant", help="Once or more; every tenant without it.")]
Write = Annotated[
    bool, typer.Option("--write", help="Make a throw-away user in each tenant, delete and purge it.")
]
MORE = "docs/doctor.md has every finding by its code."


@dataclass
class Report:
    """What was found so far; each part is shown as it comes."""

    screen: Screen
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Show these, too."""
        added = list(findings)
        self.findings += added
        if added and not self.screen.as_json:
            self.screen.show({}, findings_table(added))

    def ended(self) -> Exit:
        """Sum it up."""
        shown = [one.model_dump(mode="json", by_alias=True) for one in self.findings]
        worst = not_well(self.findings)
        self.screen.show({"findings": shown}, *([findings_table(worst)] if worst else ()))
        self.screen.line(f"{counted(self.findings)} {MORE}")
        return Exit.FAULTS if any(one.result is Result.FAULT for one in self.findings) else Exit.DONE


@command
def doctor(session: Session, *, tenant: Tenants = None, write: Write = False, yes: Yes = False) -> Exit:
    """Prove the live set-up, tenant by tenant, without touching a person: what is wrong, and what to do."""
    if write and not (yes or session.screen.confirms("Make a throw-away user in each tenant?")):
        session.screen.tell("Nothing was done.")
        return Exit.DECLINED
    report, diagnosis = Report(session.screen), Diagnosis(session.client, write)
    try:
        report.add(diagnosis.health())
    except Failed as failed:
        report.add([unanswered(failed)])
        report.ended()
        return failed.code
    if report.findings[0].result is Result.OK:
        _ask(report, diagnosis, tenant or ())
    return report.ended()


def _ask(report: Report, diagnosis: Diagnosis, wanted: Sequence[str]) -> None:
    with report.screen.waiting("storage and receipts"):
        first = diagnosis.common()
    report.add(first.findings)
    for tenant in wanted or first.tenants:
        with report.screen.waiting(tenant):
            told = diagnosis.of_tenant(tenant)
        report.add(told.findings)
