"""Values that several tests start from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.account import Account, Identity
from shared.domain.deadlines import Regulation
from shared.domain.progress import Archive, Outcome, Part, Section, TenantProgress
from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind, Status
from shared.domain.subject import EmailSubject, ObjectIdSubject, Subject
from shared.domain.topology import CrossTenantMatch, Topology

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REQUEST_ID = "11111111-1111-4111-8111-111111111111"
CONTOSO, FABRIKAM, LITWARE = (f"{name}.onmicrosoft.com" for name in ("contoso", "fabrikam", "litware"))


def a_request(kind: Kind = Kind.EXPORT, subject: Subject | None = None) -> PrivacyRequest:
    return PrivacyRequest(
        id=REQUEST_ID,
        kind=kind,
        regulation=Regulation.GDPR,
        subject=subject or EmailSubject("ada@example.com"),
        named=("contoso",),
        linked=("fabrikam",),
        submitter="key:0",
        given_key="0" * 64,
        body_digest="0" * 64,
        ticket_digest="0" * 64,
        received_at=NOW,
        accepted_at=NOW,
        due_at=NOW + timedelta(days=30),
        updated_at=NOW,
    )


def linked_pair(match: CrossTenantMatch = CrossTenantMatch.ACCEPT) -> Topology:
    """Contoso and Fabrikam are one customer base."""
    domains = {"contoso": CONTOSO, "fabrikam": FABRIKAM}
    return Topology(domains, (frozenset(domains),), match)


def pair_and_stranger() -> Topology:
    """Contoso and Fabrikam are one customer base, Litware is another."""
    domains = {"contoso": CONTOSO, "fabrikam": FABRIKAM, "litware": LITWARE}
    bases = (frozenset({"contoso", "fabrikam"}), frozenset({"litware"}))
    return Topology(domains, bases, shared_issuers=frozenset({"google.com"}))


def a_request_with_everything(request_id: str = REQUEST_ID) -> PrivacyRequest:
    """Every field set, names that are not ASCII."""
    identity = Identity("emailAddress", CONTOSO, "zoë.o'brien+1@example.com")
    account = Account("aaaaaaaa-0000-4000-8000-000000000001", f"x@{CONTOSO}", (identity,), NOW)
    part = Part(f"{request_id}/1/staging/contoso/0000-profile.json", 1, 2, "0" * 64)
    section = Section("profile", "profile.json", "GET", NOW, (part,), "2026-11-24T11:00:00.1234567Z")
    return replace(
        a_request(subject=ObjectIdSubject("contoso", "aaaaaaaa-0000-4000-8000-000000000001")),
        id=request_id,
        status=Status.WAITING,
        reason="replication",
        until=NOW + timedelta(minutes=5),
        run=3,
        leased_until=NOW + timedelta(minutes=11),
        done=frozenset({"identify:contoso", "found"}),
        tenants={
            "contoso": TenantProgress("contoso", account, NOW, Outcome.SOFT_DELETED, NOW, (section,)),
            "fabrikam": TenantProgress("fabrikam", outcome=Outcome.NOT_SEARCHED),
        },
        archive=Archive(f"{request_id}/1/export.zip", 12, "0" * 64, NOW + timedelta(days=7)),
        approvals=frozenset({"cross_tenant_match"}),
        claims=("0" * 64,),
        irreversible_at=NOW,
        tries=2,
        failing_since=NOW,
        reminded=frozenset({"due_soon"}),
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
    ).recorded()
