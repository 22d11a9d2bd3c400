"""What people are told of their request, phrase by phrase, in their language and on their local dates.

GDPR Art. 12(3): the person is told within a month what was done, or of an extension with its reasons.
Art. 12(4): of a refusal, with its reasons, the right to complain and a judicial remedy. CCPA regulations
§ 7021 and § 7022(f).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.domain.deadlines import Regulation
from shared.domain.progress import Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind
from shared.languages import Say, catalogue
from shared.marks import N_

LOCALE = Path(__file__).with_name("locale")
EXTENSION_REASONS: Mapping[str, str] = {
    "complexity": N_("your request is complex"),
    "number_of_requests": N_("we have received a great number of requests"),
}
REFUSAL_REASONS: Mapping[str, str] = {
    "identity_not_shown": N_("we could not establish that the request came from you"),
    "manifestly_unfounded": N_("the request is manifestly unfounded"),
    "excessive": N_("the request is excessive, in particular because it repeats earlier ones"),
    "exception_applies": N_("the law obliges or permits us to keep the data"),
    "rights_of_others": N_("the copy would adversely affect the rights of others"),
}
"""Reasons that an operator may give; those that the app gives by itself are below."""
_ARTICLES: Mapping[str, str] = {
    "identity_not_shown": N_("Art. 12(2) and (6)"),
    "manifestly_unfounded": N_("Art. 12(5)"),
    "excessive": N_("Art. 12(5)"),
    "exception_applies": N_("Art. 17(3)"),
    "rights_of_others": N_("Art. 15(4)"),
}
"""Of the GDPR, which is not cited under another law."""
_OWN_REASONS: Mapping[str, str] = {
    "subject_not_found": N_("we found no account of yours"),
    "subject_soft_deleted": N_("your account was taken out of use before and lies in the recycle bin"),
    "being_deleted": N_("a deletion of your account is under way"),
}
_ASKED: Mapping[Kind, str] = {
    Kind.EXPORT: N_("On %(day)s you asked for a copy of your data."),
    Kind.DELETION: N_("On %(day)s you asked for the deletion of your account."),
}
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.COLLECTED: N_("a copy of your data was made"),
    Outcome.SOFT_DELETED: N_("your account was taken out of use and lies in the recycle bin until %(until)s"),
    Outcome.ALREADY_SOFT_DELETED: N_("your account lay in the recycle bin already, until %(until)s"),
    Outcome.PURGED: N_("your account was deleted for good, and was in no recycle bin when we looked again"),
    Outcome.ALREADY_GONE: N_("your account is gone: it was in no place when we looked, and looked again"),
    Outcome.RESTORED: N_("your account was taken out of use, and somebody has brought it back since"),
    Outcome.NOT_FOUND: N_("no account of yours was found"),
    Outcome.NOT_SEARCHED: N_("not searched: nothing links it to the account that you named"),
    Outcome.RETAINED: N_("nothing was done: your account is kept as it is"),
}
_KEPT: Mapping[str, str] = {
    "directory_role": N_("it administers the directory"),
    "protected_account": N_("the directory cannot be run without it"),
    "protected_group": N_("it belongs to a group of accounts that are kept"),
    "guest_account": N_("it is a guest's, whose own directory is another"),
    "not_a_consumer": N_("it is not a customer's account"),
}
"""Why an account must not be deleted, whoever asks."""
_UNDECIDED = N_("not decided")
_AUTHORITIES: Mapping[Regulation, str] = {
    Regulation.GDPR: N_("the supervisory authority of your place of residence"),
    Regulation.CCPA: N_("the California Privacy Protection Agency"),
}
"""Where settings name none."""
_REMEDIES: Mapping[Regulation, str] = {
    Regulation.GDPR: N_("You may lodge a complaint with %(authority)s, and you may seek a judicial remedy."),
    Regulation.CCPA: N_("You may complain to %(authority)s."),
}


@dataclass(frozen=True)
class Sender:
    """Who writes: the controller, where it is reached, and to whom people may complain."""

    name: str
    contact: str | None
    authority: str | None


def speaking(language: str) -> Say:
    """The phrases in one of the languages."""
    return catalogue("phrases", LOCALE, language).gettext


@dataclass(frozen=True)
class Phrases:
    """Sentences about a request, which letters and e-mails are made of."""

    sender: Sender
    zone: ZoneInfo
    say: Say

    def asked(self, request: PrivacyRequest) -> str:
        """What it is about."""
        return self.say(_ASKED[request.kind]) % {"day": self.day(request.received_at)}

    def done(self, request: PrivacyRequest) -> str:
        """What was done, a line for each directory."""
        lines = [f"- {name}: {self._outcome(request, name)}" for name in sorted(request.tenants)]
        return "\n".join(
            (self.say(N_("This was done, directory by directory:")), *lines, *self._copy(request))
        )

    def _copy(self, request: PrivacyRequest) -> tuple[str, ...]:
        archive = request.archive
        if archive is None:
            return ()
        if archive.removed_at is not None and request.kind is Kind.DELETION:
            return (self.say(N_("The copy of your data that we had made before was erased.")),)
        could = N_("You could download the copy until %(day)s.")
        can = N_("You can download the copy until %(day)s.")
        return (self.say(could if archive.removed_at else can) % {"day": self.day(archive.expires_at)},)

    def refusal(self, request: PrivacyRequest) -> str:
        """That it will not be done, and why."""
        return self.say(N_("We cannot do this: %(because)s.")) % {"because": self._because(request)}

    def remedy(self, request: PrivacyRequest) -> str:
        """To whom the person may complain."""
        authority = self.sender.authority or self.say(_AUTHORITIES[request.regulation])
        return self.say(_REMEDIES[request.regulation]) % {"authority": authority}

    def extension(self, request: PrivacyRequest) -> str:
        """That it takes longer, why, and until when."""
        because = EXTENSION_REASONS.get(request.extended_for or "", N_("more time is needed"))
        text = N_("We need longer to answer, because %(because)s. You will have it by %(day)s.")
        return self.say(text) % {"because": self.say(because), "day": self.day(request.due_at)}

    def closing(self) -> tuple[str, ...]:
        """Where to turn to, and who writes."""
        reach = self.say(N_("You reach us at %(contact)s.")) % {"contact": self.sender.contact}
        return (reach, self.sender.name) if self.sender.contact else (self.sender.name,)

    def day(self, moment: datetime) -> str:
        """The local day, as ISO 8601 has it."""
        return moment.astimezone(self.zone).date().isoformat()

    def _outcome(self, request: PrivacyRequest, tenant: str) -> str:
        outcome, progress = request.outcome(tenant), request.progress(tenant)
        kept = _KEPT.get(progress.reason or "")
        if kept is not None:
            because = self.say(kept)
            return self.say(N_("your account is kept, because %(because)s")) % {"because": because}
        text = self.say(_OUTCOMES.get(outcome, _UNDECIDED) if outcome else _UNDECIDED)
        until = progress.restorable_until
        told = text % {"until": self.day(until) if until else self.say(N_("an unknown day"))}
        return told + self._audits(progress)

    def _audits(self, progress: TenantProgress) -> str:
        """Graph keeps its own record of what was done for some days after the account is gone."""
        if progress.audits_until is None or progress.audits_gone_at is not None:
            return ""
        until = self.day(progress.audits_until)
        return self.say(N_("; the directory's log of what was done remains until %(until)s")) % {
            "until": until
        }

    def _because(self, request: PrivacyRequest) -> str:
        reason = request.reason or ""
        unknown = N_("we tell you the reason on request")
        because = self.say({**REFUSAL_REASONS, **_OWN_REASONS, **_KEPT}.get(reason, unknown))
        if request.regulation is not Regulation.GDPR or reason not in _ARTICLES:
            return because
        cited = N_("%(because)s (GDPR %(article)s)")
        return self.say(cited) % {"because": because, "article": self.say(_ARTICLES[reason])}
