"""What runs a request's plan, and what follows its end."""

from collections.abc import Mapping

from composition.parts import Parts
from composition.plans import claims_of, directories_of
from delete_function.receipt import Statement
from shared.domain.certify import Certifier
from shared.domain.notifier import Notifier
from shared.domain.plan import Plan
from shared.domain.receipts import ReceiptSigner
from shared.domain.runner import RetryPolicy, Runner
from shared.domain.states import Kind
from shared.domain.unblocker import Unblocker
from worker_function.blueprint import Work
from worker_function.work import RequestWork


def work_of(parts: Parts, plans: Mapping[Kind, Plan], signer: ReceiptSigner) -> RequestWork:
    """What the queue's messages ask for."""
    base, kept, retries = parts.base, parts.kept, RetryPolicy(parts.settings.retry_budget)
    runner = Runner(
        kept.store,
        kept.queue,
        parts.promises,
        base.clock,
        base.log,
        plans,
        base.timing,
        retries,
        base.telemetry,
    )
    return RequestWork(runner, _follow_ups(parts, signer), kept.store, base.clock)


def _follow_ups(parts: Parts, signer: ReceiptSigner) -> tuple[Work, ...]:
    """In this order: nobody is told before the receipt is there."""
    settings, kept, promises = parts.settings, parts.kept, parts.promises
    clock, log, telling = parts.base.clock, parts.base.log, parts.base.telling
    statement = Statement(
        settings.controller_name, settings.replication_window, settings.audit_retention, parts.retention
    )
    return (
        Unblocker(kept.store, promises, directories_of(parts), claims_of(parts), clock, log).run,
        Certifier(kept.store, signer, kept.evidence, clock, statement.claims).run,
        Notifier(kept.store, promises, clock, log, telling.ways).run,
    )
