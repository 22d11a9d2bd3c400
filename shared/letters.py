"""The letters that Art. 12 GDPR asks for: an extension, a refusal, the end. Who sends one adds the names.

The person finds the same in the status of their request, in their language.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.languages import ENGLISH
from shared.marks import N_
from shared.phrases import EXTENSION_REASONS, REFUSAL_REASONS, Phrases, Sender, speaking

__all__ = ["EXTENSION_REASONS", "REFUSAL_REASONS", "Letter", "Letters", "Sender"]


@dataclass(frozen=True)
class Letter:
    """A letter without address and greeting."""

    subject: str
    text: str


@dataclass(frozen=True)
class Letters:
    """Writes letters on local dates."""

    sender: Sender
    zone: ZoneInfo

    def about(self, request: PrivacyRequest, language: str = ENGLISH) -> Letter | None:
        """The letter that is due now; None while there is nothing to tell."""
        words = Phrases(self.sender, self.zone, speaking(language))
        if request.status is Status.COMPLETED:
            kept = Outcome.RETAINED in map(request.outcome, request.tenants)
            remedy = (words.remedy(request),) if kept or request.kind is Kind.DELETION else ()
            return _letter(words, request, N_("What was done"), words.done(request), *remedy)
        if request.status is Status.REFUSED:
            because = (words.refusal(request), words.remedy(request))
            return _letter(words, request, N_("Why we cannot do it"), *because)
        if request.extended_for is not None and request.ended_at is None:
            return _letter(words, request, N_("We need more time"), words.extension(request))
        return None


def _letter(words: Phrases, request: PrivacyRequest, subject: str, *paragraphs: str) -> Letter:
    return Letter(words.say(subject), "\n\n".join((words.asked(request), *paragraphs, *words.closing())))
