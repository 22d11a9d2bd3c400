"""Values that several tests start from."""

from datetime import UTC, datetime, timedelta

from shared.domain.deadlines import Regulation
from shared.domain.request import Kind, PrivacyRequest
from shared.domain.subject import EmailSubject, Subject
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
        submitter="key:0",
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
