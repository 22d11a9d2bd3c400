"""The export: identify, claim the accounts, collect into staging, archive, clear staging."""

from dataclasses import dataclass

from export_function.archive import Archivist
from export_function.collector import Collector
from export_function.sections import AUDITS, PROFILE, RELATED, SIGN_INS, TOKEN_CLAIMS, SectionKind
from shared.domain.claims import Claims
from shared.domain.errors import Refuse
from shared.domain.identify import Identification
from shared.domain.plan import Step, names
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Proof
from shared.domain.turn import Turn

COLLECT: dict[str, tuple[SectionKind, ...]] = {
    "profile": (PROFILE,),
    "related": RELATED,
    "directoryAudits": (AUDITS,),
    "signIns": (SIGN_INS,),
}
"""Steps of collecting by name, each with its sections: what is long has a step of its own."""


@dataclass(frozen=True)
class ExportPlan:
    """Makes the steps of an export."""

    identification: Identification
    claims: Claims
    collector: Collector
    archivist: Archivist

    def __call__(self, request: PrivacyRequest) -> tuple[Step, ...]:
        """The steps, one of collecting per tenant and section."""
        identify = self.identification.steps(request)
        found = Step("found", refuse_if_nowhere, names(identify))
        claim = self.claims.step(names((found,)))
        return (*identify, found, claim, *self.copying(request, names((claim,))))

    def copying(self, request: PrivacyRequest, needs: frozenset[str]) -> tuple[Step, ...]:
        """The steps that make an archive of the accounts that are claimed."""
        collect = tuple(
            Step(f"collect:{tenant}:{name}", self.collector.collecting(tenant, kinds), needs)
            for tenant in request.searched
            for name, kinds in (COLLECT | _beside_graph(request, tenant)).items()
        )
        archive = Step("archive", self.archivist.archive, names(collect))
        clear = Step("clear-staging", self.archivist.clear_staging, names((archive,)))
        return (*collect, archive, clear)


def _beside_graph(request: PrivacyRequest, tenant: str) -> dict[str, tuple[SectionKind, ...]]:
    """The claims of an ID token, in the tenant that it names."""
    if request.proof is Proof.ID_TOKEN and tenant in request.named:
        return {TOKEN_CLAIMS.name: (TOKEN_CLAIMS,)}
    return {}


async def refuse_if_nowhere(request: PrivacyRequest, _turn: Turn) -> PrivacyRequest:
    """Nothing to export where no tenant has an account. Raises `Refuse`."""
    progresses = request.tenants.values()
    if any(progress.account for progress in progresses):
        return request
    if any(progress.outcome is Outcome.ALREADY_SOFT_DELETED for progress in progresses):
        raise Refuse("subject_soft_deleted")
    raise Refuse("subject_not_found")
