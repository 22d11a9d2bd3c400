"""Checks of a live set-up, for operators. They need no storage, so that they can tell when there is none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus

import azure.functions as func

from operations_function.bodies import ChecksBody, read_checks
from shared.bodies import bad
from shared.domain.checks.check import Check, Finding, Place, TenantChecks, examine
from shared.domain.checks.reason import Found, found
from shared.domain.checks.tenant_reasons import NOT_ASKED_TO_WRITE
from shared.domain.errors import TooManyRequests
from shared.domain.ports import Clock, JsonObject, Log
from shared.gate import Gate
from shared.responses import Fault, answer
from shared.views import text

MOST_AT_ONCE = 4
"""Runs in one process; limits in tables would need storage."""
WHEN_BUSY = timedelta(seconds=30)


@dataclass
class Running:
    """How many runs there are in this process."""

    count: int = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Raises `TooManyRequests` above the limit."""
        if self.count >= MOST_AT_ONCE:
            raise TooManyRequests(WHEN_BUSY)
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


@dataclass(frozen=True)
class ChecksDesk:
    """`common` are the checks of everything but tenants; `tenants` makes those of each for a run."""

    gate: Gate
    common: Sequence[Check]
    tenants: Mapping[str, Callable[[], TenantChecks]]
    clock: Clock
    log: Log
    running: Running = field(default_factory=Running)

    async def run(self, req: func.HttpRequest) -> func.HttpResponse:
        """What all checks found, or those of the places and tenants that were asked for."""
        await self.gate.operator(req)
        asked = read_checks(req.get_body(), str(req.headers.get("content-type", "")))
        places, makers = asked.places or tuple(Place), self._makers(asked)
        with self.running.one_more():
            made = [make() for make in makers]
            checks = [*self.common, *_of_tenants(made, _WRITING[asked.write])]
            try:
                findings = await examine([one for one in checks if one.place in places], self.log)
            finally:
                for one in made:
                    await one.close()
        self.log.info("checks_ended", count=len(findings))
        return answer(HTTPStatus.OK, self._shown(findings))

    def _makers(self, asked: ChecksBody) -> Sequence[Callable[[], TenantChecks]]:
        """Raises `BadInput` for a tenant that is not configured."""
        names = tuple(self.tenants) if asked.tenants is None else asked.tenants
        unknown = [number for number, name in enumerate(names) if name not in self.tenants]
        if unknown:
            raise bad(
                *(Fault(f"/tenants/{one}", "must be the name of a configured tenant") for one in unknown)
            )
        return [self.tenants[name] for name in sorted(set(names))]

    def _shown(self, findings: Sequence[Finding]) -> JsonObject:
        return {
            "checkedAt": text(self.clock.now()),
            "tenants": sorted(self.tenants),
            "findings": [_finding(one) for one in findings],
        }


async def _not_asked() -> Sequence[Found]:
    return (found(NOT_ASKED_TO_WRITE),)


_WRITING: Mapping[bool, Callable[[Check], Check]] = {
    True: lambda check: check,
    False: lambda check: replace(check, ask=_not_asked),
}
"""What becomes of a check that writes, by whether it was asked for."""


def _of_tenants(made: Sequence[TenantChecks], writing: Callable[[Check], Check]) -> Iterator[Check]:
    for one in made:
        yield from one.reading()
        yield from map(writing, one.writing())


def _finding(finding: Finding) -> JsonObject:
    check, said = finding.check, finding.found
    return {
        "place": check.place,
        "tenant": check.tenant,
        "check": check.name,
        "result": said.result,
        "code": said.code,
        "meaning": said.meaning,
        "remedy": said.remedy or None,
    }
