"""The letters that Art. 12 GDPR asks for: an extension, a refusal, the end. Who sends one adds the names."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest, Status
from shared.languages import ENGLISH
from shared.phrases import EXTENSION_REASONS, REFUSAL_REASONS, Phrases, Sender, speaking

__all__ = ["EXTENSION_REASONS", "REFUSAL_REASONS", "Letter", "Letters", "Sender"]


@dataclass(frozen=True)
class Letter:
    """A letter without address and greeting."""

    subject: str
    text: str


@dataclass(frozen=True)
class Letters:
    """Writes letters in English, on local dates."""

    sender: Sender
    zone: ZoneInfo

    def about(self, request: PrivacyRequest) -> Letter | None:
        """The letter that is due now; None while there is nothing to tell."""
        words = Phrases(self.sender, self.zone, speaking(ENGLISH))
        if request.status is Status.COMPLETED:
            kept = Outcome.RETAINED in map(request.outcome, request.tenants)
            remedy = (words.remedy(request),) if kept else ()
            return _letter(words, request, "What was done", words.done(request), *remedy)
        if request.status is Status.REFUSED:
            because = (words.refusal(request), words.remedy(request))
            return _letter(words, request, "Why we cannot do it", *because)
        if request.extended_for is not None and request.ended_at is None:
            return _letter(words, request, "We need more time", words.extension(request))
        return None


def _letter(words: Phrases, request: PrivacyRequest, subject: str, *paragraphs: str) -> Letter:
    return Letter(subject, "\n\n".join((words.asked(request), *paragraphs, *words.closing())))
