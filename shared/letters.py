"""The letters that Art. 12 GDPR asks for: an extension, a refusal, the end. Whoever sends one adds the names.

GDPR Art. 12(3): the person is told within a month what was done, or of an extension with its reasons.
Art. 12(4): of a refusal, with its reasons, the right to complain and a judicial remedy. CCPA regulations
§ 7021 and § 7022(f).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.deadlines import Regulation
from shared.domain.progress import Outcome
from shared.domain.request import Kind, PrivacyRequest, Status

EXTENSION_REASONS: Mapping[str, str] = {
    "complexity": "your request is complex",
    "number_of_requests": "we have received a great number of requests",
}
REFUSAL_REASONS: Mapping[str, str] = {
    "identity_not_shown": "we could not establish that the request came from you",
    "manifestly_unfounded": "the request is manifestly unfounded",
    "excessive": "the request is excessive, in particular because it repeats earlier ones",
    "exception_applies": "the law obliges or permits us to keep the data",
    "rights_of_others": "the copy would adversely affect the rights of others",
}
"""Reasons that an operator may give; those that the app gives by itself are below."""
_ARTICLES: Mapping[str, str] = {
    "identity_not_shown": "Art. 12(2) and (6)",
    "manifestly_unfounded": "Art. 12(5)",
    "excessive": "Art. 12(5)",
    "exception_applies": "Art. 17(3)",
    "rights_of_others": "Art. 15(4)",
}
"""Of the GDPR, which letters under another law do not cite."""
_OWN_REASONS: Mapping[str, str] = {
    "subject_not_found": "we found no account of yours",
    "subject_soft_deleted": "your account was taken out of use before and lies in the recycle bin",
    "being_deleted": "a deletion of your account is under way",
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.COLLECTED: "a copy of your data was made",
    Outcome.SOFT_DELETED: "your account was taken out of use and lies in the recycle bin until {until}",
    Outcome.ALREADY_SOFT_DELETED: "your account lay in the recycle bin already, until {until}",
    Outcome.NOT_FOUND: "no account of yours was found",
    Outcome.NOT_SEARCHED: "not searched: nothing links it to the account that you named",
    Outcome.RETAINED: "nothing was done: your account is kept as it is",
}
_AUTHORITIES: Mapping[Regulation, str] = {
    Regulation.GDPR: "the supervisory authority of your place of residence",
    Regulation.CCPA: "the California Privacy Protection Agency",
}
"""Where settings name none."""


@dataclass(frozen=True)
class Sender:
    """Who writes: the controller, where it is reached, and to whom people may complain."""

    name: str
    contact: str | None
    authority: str | None


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

    def about(self, request: PrivacyRequest) -> Letter | None:
        """The letter that is due now; None while there is nothing to tell."""
        what = "a copy of your data" if request.kind is Kind.EXPORT else "the deletion of your account"
        head = f"On {self._day(request.received_at)} you asked for {what}."
        if request.status is Status.COMPLETED:
            kept = Outcome.RETAINED in map(request.outcome, request.tenants)
            remedy = (self._remedy(request),) if kept else ()
            return self._letter("What was done", head, self._done(request), *remedy)
        if request.status is Status.REFUSED:
            because = f"We cannot do this: {_because(request)}."
            return self._letter("Why we cannot do it", head, because, self._remedy(request))
        if request.extended_for is not None and request.ended_at is None:
            return self._letter("We need more time", head, self._extension(request))
        return None

    def _done(self, request: PrivacyRequest) -> str:
        lines = [f"- {name}: {self._outcome(request, name)}" for name in sorted(request.tenants)]
        archive = request.archive
        if archive is not None:
            could = "could" if archive.removed_at else "can"
            lines.append(f"You {could} download the copy until {self._day(archive.expires_at)}.")
        return "\n".join(("This was done, directory by directory:", *lines))

    def _outcome(self, request: PrivacyRequest, tenant: str) -> str:
        outcome, until = request.outcome(tenant), request.progress(tenant).restorable_until
        text = _OUTCOMES.get(outcome, "not decided") if outcome else "not decided"
        return text.format(until=self._day(until) if until else "an unknown day")

    def _remedy(self, request: PrivacyRequest) -> str:
        authority = self.sender.authority or _AUTHORITIES[request.regulation]
        if request.regulation is Regulation.GDPR:
            return f"You may lodge a complaint with {authority}, and you may seek a judicial remedy."
        return f"You may complain to {authority}."

    def _extension(self, request: PrivacyRequest) -> str:
        because = EXTENSION_REASONS.get(request.extended_for or "", "more time is needed")
        return (
            f"We need longer to answer, because {because}. You will have it by {self._day(request.due_at)}."
        )

    def _letter(self, subject: str, *paragraphs: str) -> Letter:
        contact = f"You reach us at {self.sender.contact}." if self.sender.contact else ""
        parts = (*paragraphs, contact, self.sender.name)
        return Letter(subject, "\n\n".join(part for part in parts if part))

    def _day(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).date().isoformat()


def _because(request: PrivacyRequest) -> str:
    reason = request.reason or ""
    because = {**REFUSAL_REASONS, **_OWN_REASONS}.get(reason, "we tell you the reason on request")
    cites = request.regulation is Regulation.GDPR and reason in _ARTICLES
    return f"{because} (GDPR {_ARTICLES[reason]})" if cites else because
