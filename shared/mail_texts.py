"""E-mails to people about the end of their request: plain text, and nothing in them says whose request it is.

Whoever has the link sees the request: hence the plea not to forward it. The words of law are in `phrases`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.domain.ports import Mail
from shared.domain.progress import Outcome
from shared.domain.request import PrivacyRequest
from shared.domain.states import COPY_READY, TOLD_WAITS, Kind, Status
from shared.languages import language_of
from shared.marks import N_
from shared.phrases import Phrases, Sender, speaking

_IN_THE_BIN = frozenset({Outcome.SOFT_DELETED, Outcome.ALREADY_SOFT_DELETED})
_CANCELLED: Mapping[str, str] = {
    "withdrawn": N_("It was withdrawn, and nothing more will be done."),
    "superseded": N_("It has ended, because a deletion of your account is under way that takes its place."),
}
"""By reason; any other is the company's own decision, which one may complain about."""

Told = tuple[str, ...]
"""The subject, and then the paragraphs."""


@dataclass(frozen=True)
class MailTexts:
    """Writes e-mails on local dates."""

    sender: Sender
    zone: ZoneInfo

    def about(self, request: PrivacyRequest, language: str | None, link: str | None) -> Mail | None:
        """The e-mail about its end, or a wait that is told; None where people are not told anything."""
        tell = _TELL.get(request.status)
        if tell is None or (request.status is Status.WAITING and request.reason not in TOLD_WAITS):
            return None
        words = Phrases(self.sender, self.zone, speaking(language_of((language,))))
        subject, *paragraphs = tell(words, request)
        greeting = words.say(N_("Hello,"))
        parts = (greeting, words.asked(request), *paragraphs, *_way_in(words, link), *words.closing())
        return Mail(subject, "\n\n".join(parts))


def _completed(words: Phrases, request: PrivacyRequest) -> Told:
    archive = request.archive
    if request.kind is Kind.EXPORT and archive is not None and archive.removed_at is None:
        ready = words.say(N_("The copy is ready. You can download it until %(day)s."))
        return words.say(N_("Your data is ready")), ready % {"day": words.day(archive.expires_at)}
    restorable = words.say(
        N_("An account in the recycle bin can be restored until the day named, and by nobody afterwards.")
    )
    in_the_bin = any(request.outcome(tenant) in _IN_THE_BIN for tenant in request.tenants)
    rest = (restorable, words.remedy(request)) if in_the_bin else (words.remedy(request),)
    return words.say(N_("Your request: what was done")), words.done(request), *rest


def _waiting(words: Phrases, request: PrivacyRequest) -> Told:
    if request.reason == COPY_READY and request.archive is not None:
        ready = words.say(
            N_(
                "The copy is ready. You can download it until %(day)s. We begin the deletion then, "
                "or as soon as you say that you have the copy."
            )
        )
        subject = words.say(N_("Your data is ready, before the deletion"))
        return subject, ready % {"day": words.day(request.archive.expires_at)}
    later = words.say(N_("It is deleted for good by the day named; we tell you when it is."))
    return words.say(N_("Your account was taken out of use")), words.done(request), later


def _refused(words: Phrases, request: PrivacyRequest) -> Told:
    subject = words.say(N_("Your request: why we cannot do it"))
    return subject, words.refusal(request), words.remedy(request)


def _cancelled(words: Phrases, request: PrivacyRequest) -> Told:
    subject, text = words.say(N_("Your request has ended")), _CANCELLED.get(request.reason or "")
    if text is not None:
        return subject, words.say(text)
    return subject, words.say(N_("We could not complete it, and have ended it.")), words.remedy(request)


def _way_in(words: Phrases, link: str | None) -> tuple[str, ...]:
    if link is None:
        return ()
    here = words.say(N_("You see your request here:"))
    warning = words.say(N_("Whoever has this link can open your request: please do not forward this e-mail."))
    return f"{here}\n{link}", warning


_TELL: Mapping[Status, Callable[[Phrases, PrivacyRequest], Told]] = {
    Status.WAITING: _waiting,
    Status.COMPLETED: _completed,
    Status.REFUSED: _refused,
    Status.CANCELLED: _cancelled,
}
