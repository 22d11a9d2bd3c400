"""What the ticket in a mail opens: the request that the mail is about, for as long as there is one."""

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.domain.account import Contact
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from tests.fakes import FakeMails, FakeWebhooks
from tests.unit.http import Functions, desk_of
from tests.unit.receipts import signer_of
from tests.unit.test_own_requests import ticket
from tests.unit.test_ways import PAGE, telling
from tests.unit.world import World

EMAIL = EmailSubject("ada@example.com")


async def mailed(world: World, mails: FakeMails, kind: Kind) -> tuple[str, str]:
    """A request of this kind that has ended: its id, and the ticket in the mail."""
    request = await world.ended(kind, EMAIL)
    *_, (_, mail) = mails.sent.values()
    (link,) = [word for word in mail.text.split() if word.startswith(PAGE)]
    request_id, _, given = link.partition("#")[2].partition(".")
    assert request_id == request.id
    return request_id, given


async def test_it_opens_its_request_and_no_other_of_the_same_person() -> None:
    mails = FakeMails()
    world = telling(mails, FakeWebhooks(), Contact("ada@example.com", "en", signs_in=True))
    desk = desk_of(world)
    exports = Functions(export_blueprint(desk, world.links))
    deletions = Functions(delete_blueprint(desk, signer_of()))
    first, second = await mailed(world, mails, Kind.EXPORT), await mailed(world, mails, Kind.EXPORT)
    third = await mailed(world, mails, Kind.DELETION)
    for request_id, given in (first, second, third):
        for other, _ in (first, second, third):
            functions, kind = (deletions, "deletion") if other == third[0] else (exports, "export")
            shown = await functions.call(f"show_own_{kind}", headers=ticket(given), id=other)
            taken = await functions.call(f"withdraw_own_{kind}", headers=ticket(given), id=other)
            mine = other == request_id
            assert (shown.status_code, taken.status_code) == ((200, 409) if mine else (404, 404))
