"""E-mails to people: when there is one, what it says in each language, and that nothing tells whose it is."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.deadlines import Regulation
from shared.domain.ports import Mail
from shared.domain.progress import Archive, Outcome, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.languages import LANGUAGES
from shared.mail_texts import MailTexts
from shared.phrases import REFUSAL_REASONS, Sender
from tests.unit.samples import NOW, a_request, a_request_with_everything

TEXTS = MailTexts(
    Sender("Contoso GmbH", "privacy@contoso.example", "Behörde Berlin"), ZoneInfo("Europe/Berlin")
)
LATE = datetime(2026, 12, 24, 23, 30, tzinfo=UTC)
"""Already the 25th in Berlin."""
LINK = "https://contoso.example/privacy#11111111-1111-4111-8111-111111111111.c2VjcmV0"
ARCHIVE = Archive("1/export.zip", 1, "0" * 64, LATE)
EXPORT = replace(a_request(), status=Status.COMPLETED, archive=ARCHIVE)
BEFORE_DELETION = replace(
    a_request(Kind.DELETION), status=Status.WAITING, reason="copy_to_be_confirmed", archive=ARCHIVE
)


def mail_about(request: PrivacyRequest, language: str | None = None, link: str | None = LINK) -> Mail:
    mail = TEXTS.about(request, language, link)
    assert mail is not None
    return mail


def deletion(outcome: Outcome) -> PrivacyRequest:
    progress = TenantProgress("contoso", outcome=outcome, restorable_until=LATE)
    return replace(a_request(Kind.DELETION), status=Status.COMPLETED, tenants={"contoso": progress})


def ended() -> dict[str, PrivacyRequest]:
    """One of each kind of e-mail."""
    cancelled = replace(a_request(), status=Status.CANCELLED)
    return {
        "ready": EXPORT,
        "copy": BEFORE_DELETION,
        "in the bin": replace(
            deletion(Outcome.SOFT_DELETED), status=Status.WAITING, reason="purge_falls_due"
        ),
        "expired": replace(EXPORT, archive=replace(ARCHIVE, removed_at=LATE)),
        **{outcome: deletion(outcome) for outcome in Outcome if outcome is not Outcome.FAILED},
        **{
            reason: replace(a_request(), status=Status.REFUSED, reason=reason)
            for reason in (*REFUSAL_REASONS, "subject_not_found", "some_code")
        },
        **{reason: replace(cancelled, reason=reason) for reason in ("withdrawn", "superseded", "closed")},
    }


every_mail = pytest.mark.parametrize("name", ended())
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED, Status.REFUSED, Status.CANCELLED}))
def test_people_are_not_told_of_what_is_open_or_failed(status: Status) -> None:
    assert TEXTS.about(replace(a_request_with_everything(), status=status), "en", LINK) is None


@every_language
@every_mail
def test_every_mail_greets_says_what_it_is_about_and_who_writes(name: str, language: str) -> None:
    mail = mail_about(ended()[name], language)
    greeting, about, *_ = mail.text.split("\n\n")
    assert greeting == {"en": "Hello,", "de": "Guten Tag,"}[language]
    assert str(NOW.date()) in about
    assert mail.text.endswith(".\n\nContoso GmbH")
    assert "privacy@contoso.example" in mail.text
    assert not re.search(r"%|\{|\n", mail.subject)
    assert not re.search(r"%\(|\{", mail.text)


@every_mail
def test_every_mail_is_in_the_language_asked_for_as_a_whole(name: str) -> None:
    english, german = (mail_about(ended()[name], language) for language in ("en-GB", "de-AT"))
    assert english.subject != german.subject
    shared = {*english.text.split("\n")} & {*german.text.split("\n")} - {"", "Contoso GmbH", LINK}
    assert shared == set()


@pytest.mark.parametrize("language", [None, "fr", "", "../de"])
def test_whose_language_is_not_spoken_is_told_in_english(language: str | None) -> None:
    assert mail_about(EXPORT, language).subject == "Your data is ready"


def test_who_asked_for_a_copy_is_told_until_when_it_is_there() -> None:
    assert "download it until 2026-12-25." in mail_about(EXPORT).text
    assert "bis 2026-12-25 herunterladen." in mail_about(EXPORT, "de").text


@every_mail
def test_the_link_stands_alone_on_its_line_with_the_plea_not_to_forward_it(name: str) -> None:
    text = mail_about(ended()[name]).text
    assert LINK in text.split("\n")
    assert "please do not forward this e-mail" in text
    without = mail_about(ended()[name], link=None).text
    assert "://" not in without
    assert "forward" not in without


@every_language
@pytest.mark.parametrize("outcome", [Outcome.SOFT_DELETED, Outcome.ALREADY_SOFT_DELETED])
def test_of_an_account_in_the_recycle_bin_no_more_is_said_than_is_so(outcome: Outcome, language: str) -> None:
    mail = mail_about(deletion(outcome), language)
    told = f"{mail.subject}\n{mail.text}".lower()
    assert [word for word in FORBIDDEN if word in told] == []
    assert {"en": "recycle bin", "de": "papierkorb"}[language] in told
    assert "2026-12-25" in told
    assert {"en": "can be restored", "de": "wiederhergestellt werden"}[language] in told


@every_language
def test_of_a_copy_before_a_deletion_nothing_is_said_that_was_not_done(language: str) -> None:
    mail = mail_about(BEFORE_DELETION, language)
    told = f"{mail.subject}\n{mail.text}".lower()
    wrong = (*FORBIDDEN, "recycle bin", "papierkorb", "taken out of use", "außer betrieb")
    assert [word for word in wrong if word in told] == []
    assert {"en": "download it until 2026-12-25", "de": "bis 2026-12-25 herunterladen"}[language] in told
    assert {"en": "we begin the deletion then", "de": "dann beginnen wir"}[language] in told


def test_of_a_deletion_that_was_ended_beside_its_copy_what_was_done_is_told() -> None:
    kept = replace(deletion(Outcome.RETAINED), archive=ARCHIVE)
    mail = mail_about(kept)
    assert mail.subject == "Your request: what was done"
    assert "You can download the copy until 2026-12-25." in mail.text


FORBIDDEN = ("deleted", "erased", "purged", "removed", "gelöscht", "vernichtet", "entfernt", "endgültig")


@pytest.mark.parametrize("outcome", [Outcome.NOT_FOUND, Outcome.NOT_SEARCHED, Outcome.RETAINED])
def test_where_nothing_lies_in_the_recycle_bin_nothing_is_said_of_it(outcome: Outcome) -> None:
    assert "recycle bin" not in mail_about(deletion(outcome)).text


@pytest.mark.parametrize(
    "name", sorted(set(ended()) - {"ready", "copy", "in the bin", "withdrawn", "superseded"})
)
def test_whatever_was_not_done_as_asked_or_cannot_be_undone_comes_with_the_right_to_complain(
    name: str,
) -> None:
    assert (
        "complaint with Behörde Berlin, and you may seek a judicial remedy" in mail_about(ended()[name]).text
    )
    ccpa = mail_about(replace(ended()[name], regulation=Regulation.CCPA)).text
    assert "complain to Behörde Berlin." in ccpa
    assert not [word for word in ("GDPR", "Art.", "judicial") if word in ccpa]


def test_why_a_request_has_ended_is_told() -> None:
    told = {reason: mail_about(ended()[reason]).text for reason in ("withdrawn", "superseded", "closed")}
    assert "was withdrawn" in told["withdrawn"]
    assert "takes its place" in told["superseded"]
    assert "could not complete it" in told["closed"]
    assert "manifestly unfounded (GDPR Art. 12(5))" in mail_about(ended()["manifestly_unfounded"]).text
    assert "unbegründet (Art. 12 Abs. 5 DSGVO)" in mail_about(ended()["manifestly_unfounded"], "de").text
    assert "some_code" not in mail_about(ended()["some_code"]).text


@every_language
@pytest.mark.parametrize("status", [Status.COMPLETED, Status.REFUSED, Status.CANCELLED])
def test_nothing_personal_is_in_a_mail(status: Status, language: str) -> None:
    request = replace(a_request_with_everything(), status=status, archive=None)
    account = request.tenants["contoso"].account
    assert account is not None
    personal = (account.object_id, account.user_principal_name, "zoë", request.submitter, request.id)
    mail = mail_about(request, language, link=None)
    assert [one for one in personal if one in mail.text + mail.subject] == []
