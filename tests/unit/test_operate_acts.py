"""What operators decide on their terminal."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from operate.commands.acts import WITHOUT_REASON
from operate.exits import Exit
from shared.domain.errors import DirectoryUnavailable
from shared.domain.notices import Channel
from shared.domain.states import Kind
from shared.domain.subject import EmailSubject
from tests.contract_of_api import OPENAPI
from tests.unit.operating import Terminal
from tests.unit.staff import RITA
from tests.unit.test_search import TWIN
from tests.unit.world import ADA

HOLD = ("hold", "place", "contoso", ADA, "--basis", "legal_claims", "--article", "Art. 17(3)(e)")
WHEN = ("--review-at", "2027-01-31")


def awaiting(terminal: Terminal) -> str:
    terminal.office.world.person("contoso", TWIN)
    request_id = terminal.accept(Kind.DELETION)
    assert terminal.settle(request_id) == "awaiting_approval"
    return request_id


def failed(terminal: Terminal) -> str:
    terminal.office.world.tenants["contoso"].faults = [DirectoryUnavailable("find_users")] * 1000
    request_id = terminal.accept()
    assert terminal.settle(request_id) == "failed"
    return request_id


def accepted(terminal: Terminal) -> str:
    return terminal.accept()


def paused(terminal: Terminal) -> str:
    request_id = terminal.accept()
    assert terminal.run("pause", request_id, "--yes").code == 0
    return request_id


def exported(terminal: Terminal) -> str:
    request = asyncio.run(terminal.office.world.ended(Kind.EXPORT, EmailSubject("ada@example.com")))
    return request.id


def untold(terminal: Terminal) -> str:
    terminal.office.world.channels = (Channel.WEBHOOK,)
    request_id = terminal.accept()
    terminal.run("cancel", request_id, "--yes")
    asyncio.run(terminal.office.world.run_what_is_due())
    return request_id


ACTS: dict[str, tuple[Callable[[Terminal], str], tuple[str, ...], str]] = {
    "approve": (awaiting, (), "approved"),
    "refuse": (awaiting, ("--reason", "excessive"), "refused"),
    "cancel": (accepted, (), "cancelled"),
    "retry": (failed, (), "retried"),
    "close": (failed, (), "cancelled"),
    "extend": (accepted, ("--reason", "complexity"), "extended"),
    "pause": (accepted, (), "paused"),
    "resume": (paused, (), "resumed"),
    "end-archive": (exported, (), "archive_ended"),
    "notify": (untold, (), "notice_renewed"),
}
"""How a request comes to where the act is possible, what the act needs, and its event."""


@pytest.mark.parametrize("act", ACTS)
def test_every_act_of_the_contract_can_be_done_with_a_note(act: str) -> None:
    terminal = Terminal()
    come, given, event = ACTS[act]
    done = terminal.run(act, come(terminal), *given, "--note", "as agreed", "--yes", "--json")
    assert (done.code, done.err) == (0, "")
    assert isinstance(done.value, dict)
    by_number = {one["number"]: one["what"] for one in done.value["journal"]}
    assert [(by_number[note["event"]], note["text"]) for note in done.value["notes"]] == [
        (event, "as agreed")
    ]


def test_there_is_a_command_for_every_act_of_the_contract() -> None:
    route = OPENAPI["paths"]["/operations/requests/{id}/{act}"]["post"]
    assert isinstance(route, dict)
    (named,) = (one["schema"]["enum"] for one in route["parameters"] if one.get("name") == "act")
    assert set(named) == set(ACTS)
    assert set(ACTS) - set(WITHOUT_REASON) == {"refuse", "extend", "pause"}


@pytest.mark.parametrize("typed", ["n\n", "\n", "", "yess\n"], ids=["no", "nothing", "end of input", "other"])
def test_nothing_is_done_without_a_yes(typed: str) -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    done = terminal.run("cancel", request_id, typed=typed)
    assert done.code == Exit.DECLINED
    assert done.out == ""
    assert done.err.endswith("Cancel this request? [y/N] Nothing was done.\n")
    assert terminal.status(request_id) == "accepted"
    assert [call.method for call in terminal.transport.calls] == ["GET"]


def test_the_question_says_what_it_is_about() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    done = terminal.run("cancel", request_id, typed="y\n")
    assert done.err.startswith(f"export {request_id}: accepted, ")
    assert done.out.startswith(f"export {request_id}: cancelled")
    assert terminal.status(request_id) == "cancelled"


def test_a_question_leaves_standard_output_to_the_json() -> None:
    terminal = Terminal()
    done = terminal.run("cancel", terminal.accept(), "--json", typed="yes\n")
    assert isinstance(done.value, dict)
    assert done.value["status"] == "cancelled"


def test_a_conflict_is_told_as_the_app_tells_it() -> None:
    terminal = Terminal()
    done = terminal.run("approve", terminal.accept(), "--yes")
    assert done.code == Exit.CONFLICT
    assert (done.out, len(done.err.splitlines())) == ("", 1)
    assert done.err.startswith("Not possible: ")


def test_whoever_may_only_read_is_told_that_a_role_is_missing() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    done = terminal.run("cancel", request_id, "--yes", who=RITA)
    assert (done.code, done.err) == (Exit.ROLE, "You lack the role that this needs.\n")
    assert terminal.status(request_id) == "accepted"


def test_an_account_is_held_shown_so_and_held_no_longer() -> None:
    terminal = Terminal()
    assert terminal.run(*HOLD, *WHEN, "--yes").out == "Held: no deletion goes past it.\n"
    assert "legal_claims, Art. 17(3)(e), review 2027-01-31" in terminal.run("find", "--object-id", ADA).out
    lifted = terminal.run("hold", "lift", "contoso", ADA, "--yes", "--json")
    assert lifted.value == {"answer": "lifted"}
    assert "legal_claims" not in terminal.run("find", "--object-id", ADA).out
    assert terminal.run("hold", "lift", "contoso", ADA, "--yes").code == Exit.CONFLICT


def test_a_hold_is_not_placed_without_a_yes() -> None:
    terminal = Terminal()
    done = terminal.run(*HOLD, *WHEN, typed="no\n")
    assert (done.code, terminal.transport.calls) == (Exit.DECLINED, [])
    assert done.err == f"Keep account {ADA} in contoso? [y/N] Nothing was done.\n"


def test_an_act_is_one_call_and_not_repeated_when_its_answer_is_lost() -> None:
    terminal = Terminal()
    terminal.transport.instead = [httpx.ReadTimeout("slow")]
    done = terminal.run("cancel", terminal.accept(), "--yes")
    assert done.code == Exit.UNREACHABLE
    assert len(terminal.transport.calls) == 1
    assert "`show` tells what came of it" in done.err
