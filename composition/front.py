"""What everybody who calls meets, and the desk where apps and people hand in their requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from composition.parts import Parts
from shared.domain.accept import Acceptance
from shared.domain.challenges import Challenges
from shared.domain.decisions import Decisions
from shared.domain.limits import Allowance, Buckets, SharedAllowance
from shared.domain.plan import Plan
from shared.domain.spacing import Spacing
from shared.domain.states import Kind
from shared.front_desk import Allowances, FrontDesk
from shared.gate import Gate
from shared.gate_settings import build_gate
from shared.letters import Letters
from shared.notice_settings import sender_of


@dataclass(frozen=True)
class Doors:
    """What whoever calls meets, apps, people and operators alike."""

    plans: Mapping[Kind, Plan]
    gate: Gate
    allowances: Allowances
    decisions: Decisions
    letters: Letters


def doors_of(parts: Parts, plans: Mapping[Kind, Plan]) -> Doors:
    """Opens no connection."""
    settings, base, kept = parts.settings, parts.base, parts.kept
    return Doors(
        plans=plans,
        gate=build_gate(settings, base.keyed_hash, base.clock, base.log),
        allowances=_allowances(parts),
        decisions=Decisions(
            store=kept.store,
            queue=kept.queue,
            promises=parts.promises,
            clock=base.clock,
            log=base.log,
            zone=settings.legal_time_zone,
            four_eyes=parts.four_eyes,
            telemetry=base.telemetry,
        ),
        letters=Letters(sender_of(settings), settings.legal_time_zone),
    )


def _allowances(parts: Parts) -> Allowances:
    """A process draws a twentieth of a caller's minute at a time; a person's calls are counted one by one."""
    buckets, callers = Buckets(parts.kept.passing, parts.base.clock), parts.settings.caller_limit
    people = parts.settings.person_limit
    per_caller = Allowance("calls", callers, timedelta(minutes=1) / callers)
    per_person = Allowance("calls", people, timedelta(hours=1) / people)
    return Allowances(
        SharedAllowance(buckets, per_caller, callers // 20), SharedAllowance(buckets, per_person, 1)
    )


def front_desk_of(parts: Parts, doors: Doors) -> FrontDesk:
    """What the functions for exports and deletions do."""
    base, kept = parts.base, parts.kept
    return FrontDesk(
        gate=doors.gate,
        acceptance=_acceptance(parts),
        challenges=Challenges(kept.passing, base.clock, base.keyed_hash),
        decisions=doors.decisions,
        allowances=doors.allowances,
        store=kept.store,
        clock=base.clock,
        log=base.log,
        topology=base.topology,
        letters=doors.letters,
        plans=doors.plans,
        addresses=base.addresses,
        telemetry=base.telemetry,
    )


def _acceptance(parts: Parts) -> Acceptance:
    settings, base, kept = parts.settings, parts.base, parts.kept
    return Acceptance(
        store=kept.store,
        register=kept.register,
        due=kept.due,
        queue=kept.queue,
        clock=base.clock,
        keyed_hash=base.keyed_hash,
        tickets=base.tickets,
        topology=base.topology,
        zone=settings.legal_time_zone,
        spacing=Spacing(kept.passing, kept.store, base.clock, base.keyed_hash, settings.export_every),
        seal=base.seal,
        channels=base.telling.channels,
    )
