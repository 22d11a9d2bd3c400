"""What operators see on their terminal."""

import json
import re
from datetime import timedelta

import httpx
import pytest

from operate import words
from operate.exits import Exit
from operate.following import LONGEST
from shared.domain.errors import DirectoryUnavailable
from shared.domain.states import Kind
from tests.contract_of_api import OPENAPI
from tests.unit.operating import Terminal
from tests.unit.staff import RITA
from tests.unit.test_search import TWIN
from tests.unit.world import ADA


def many(terminal: Terminal, count: int) -> list[str]:
    return sorted(terminal.accept(address=f"{number}@example.com") for number in range(count))


def test_a_list_has_every_open_request_whatever_the_pages() -> None:
    terminal = Terminal()
    ids = many(terminal, 450)
    done = terminal.run("list", "--json", who=RITA)
    listed = done.value
    assert isinstance(listed, list)
    assert sorted(one["id"] for one in listed) == ids
    assert (done.code, done.err) == (0, "450 requests.\n")
    assert [call.url.params["top"] for call in terminal.transport.calls] == ["200"] * 3


def test_a_list_begins_with_what_is_due_first() -> None:
    terminal = Terminal()
    first = terminal.accept()
    terminal.pass_time(timedelta(days=1))
    second = terminal.accept(Kind.DELETION)
    out = terminal.run("list").out
    assert out.index(first) < out.index(second)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((), {"open"}),
        (("--every",), {"open", "done"}),
        (("--status", "completed"), {"done"}),
        (("--status", "completed", "--status", "accepted"), {"open", "done"}),
        (("--every", "--kind", "deletion"), {"open"}),
        (("--every", "--due-before", "2020-01-01"), set()),
        (("--every", "--due-before", "2099-01-01T00:00:00+02:00"), {"open", "done"}),
    ],
    ids=["open", "every", "status", "two statuses", "kind", "due before", "due before, with offset"],
)
def test_a_list_has_what_is_asked_for(given: tuple[str, ...], found: set[str]) -> None:
    terminal = Terminal()
    names = {terminal.ended(Kind.EXPORT): "done", terminal.accept(Kind.DELETION): "open"}
    listed = terminal.run("list", "--json", *given).value
    assert isinstance(listed, list)
    assert {names[one["id"]] for one in listed} == found


def test_a_list_says_what_is_overdue_what_is_near_and_where_the_clock_stands_still() -> None:
    terminal = Terminal()
    overdue = terminal.accept(address="a@example.com")
    terminal.pass_time(timedelta(days=30))
    near, still = terminal.accept(address="b@example.com"), terminal.accept(address="c@example.com")
    terminal.run("pause", still, "--yes")
    terminal.pass_time(timedelta(days=28))
    rows = {line.split()[0]: line for line in terminal.run("list").out.splitlines()[1:]}
    assert " overdue " in rows[overdue]
    assert re.search(r" [234] d ", rows[near])
    assert " stands still " in rows[still]


def test_an_empty_list_is_an_empty_list() -> None:
    done = Terminal().run("list", "--json")
    assert (done.value, done.err) == ([], "0 requests.\n")


def test_a_request_is_shown_with_its_tenants_journal_notes_and_steps() -> None:
    terminal = Terminal()
    request_id = terminal.ended()
    shown = terminal.run("show", request_id).out
    for text in (
        request_id,
        "completed",
        "Tenants",
        "contoso",
        "collected",
        "Journal",
        "run_started",
        "✓ archive",
    ):
        assert text in shown, text


def test_an_operator_s_note_stands_beside_its_event() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    terminal.run("cancel", request_id, "--yes", "--note", "asked by [bold]phone[/]")
    (line,) = [one for one in terminal.run("show", request_id).out.splitlines() if "phone" in one]
    assert "cancelled" in line
    assert "[bold]phone[/]" in line


def test_json_is_the_app_s_own_answer() -> None:
    terminal = Terminal()
    done = terminal.run("show", terminal.accept(), "--json")
    (call,) = terminal.transport.calls
    assert done.value == json.loads(terminal.transport.handle_request(call).content)


def test_what_would_steer_the_terminal_is_not_let_through() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    view = json.loads(terminal.run("show", request_id, "--json").out)
    view["reason"] = "\x1b]0;title\x07\u202ereversed"
    terminal.transport.instead = [httpx.Response(200, json=view)]
    out = terminal.run("show", request_id).out
    assert "reversed" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_people_are_found_by_name_and_by_object_id_but_never_shown_in_full() -> None:
    terminal = Terminal()
    for given in (("ada@example.com",), ("--object-id", ADA), ("--object-id", ADA, "--tenant", "contoso")):
        done = terminal.run("find", *given)
        assert (done.code, done.err) == (0, "1 found.\n")
        assert ADA in done.out
        assert "a***@e***.c***" in done.out
    assert TWIN not in terminal.run("find", "--object-id", TWIN).out


def test_a_name_can_be_typed_past_the_shell_s_history() -> None:
    done = Terminal().run("find", "-", "--json", typed="ada@example.com\n")
    assert isinstance(done.value, dict)
    assert [one["objectId"] for one in done.value["people"]] == [ADA]


def test_a_tenant_that_does_not_answer_is_told() -> None:
    terminal = Terminal()
    terminal.office.world.tenants["fabrikam"].faults = [DirectoryUnavailable("find_users")]
    done = terminal.run("find", "--object-id", ADA)
    assert done.err == "1 found.\nNo answer from: fabrikam. They may have more.\n"


def test_a_request_is_followed_until_it_ends_one_line_for_each_change() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    done = terminal.run("follow", request_id)
    first, *_, last = lines = done.out.splitlines()
    assert done.code == Exit.DONE
    assert first.startswith(f"export {request_id}: accepted, 0 of ")
    assert last.startswith(f"export {request_id}: completed, ")
    assert len(set(lines)) == len(lines)


def test_on_a_terminal_a_picture_changes_in_its_place() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    done = terminal.run("follow", request_id, environment={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert done.code == Exit.DONE
    assert "\x1b[1A" in done.out
    first, _, rest = done.out.partition("\x1b[1A")
    assert "✓ 0 of 16 steps done\n· identify:contoso\n" in first
    assert "  and 8 more" in first
    assert "✓ 16 of 16 steps done" in rest
    assert "Tenants" not in first
    assert re.search(r"contoso +collected", rest)
    assert f"export {request_id}: " not in done.out


def test_json_is_one_value_on_a_terminal_too() -> None:
    terminal = Terminal()
    done = terminal.run("follow", terminal.accept(), "--json", environment={"FORCE_COLOR": "1"})
    assert isinstance(done.value, dict)
    assert done.value["status"] == "completed"


def test_looks_get_rarer_while_nothing_changes_and_end_in_time() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    terminal.run("pause", request_id, "--yes")
    done = terminal.run("follow", request_id, "--for", "900")
    assert done.code == Exit.NOT_ENDED
    assert len(done.out.splitlines()) == 1
    assert terminal.slept == sorted(terminal.slept)
    assert terminal.slept[-1] == LONGEST
    assert 900 <= sum(terminal.slept) < 900 + LONGEST


def test_what_needs_an_operator_is_followed_no_further() -> None:
    terminal = Terminal()
    terminal.office.world.person("contoso", TWIN)
    request_id = terminal.accept(Kind.DELETION)
    done = terminal.run("follow", request_id, "--json")
    assert done.code == Exit.NEEDS_OPERATOR
    assert isinstance(done.value, dict)
    assert done.value["status"] == "awaiting_approval"


def test_a_network_that_comes_and_goes_does_not_end_the_watch() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    shown = terminal.run("show", request_id, "--json").value
    terminal.transport.instead = [httpx.Response(200, json=shown), *[httpx.ConnectError("down")] * 4]
    assert terminal.run("follow", request_id).code == Exit.DONE


def test_a_network_that_stays_away_ends_it() -> None:
    terminal = Terminal()
    request_id = terminal.accept()
    shown = terminal.run("show", request_id, "--json").value
    terminal.transport.instead = [httpx.Response(200, json=shown), *[httpx.ConnectError("down")] * 5]
    assert terminal.run("follow", request_id).code == Exit.UNREACHABLE


def test_the_words_are_those_of_the_contract() -> None:
    reasons = {*words.RefusalReason, *words.ExtensionReason, *words.PauseReason}
    assert reasons == enum_of("Act", "properties", "reason")
    for ours, theirs in ((words.Basis, "Basis"), (words.Status, "State"), (words.Kind, "Kind")):
        assert set(ours) == enum_of(theirs)


def enum_of(*path: str) -> set[str]:
    found: object = OPENAPI["components"]["schemas"]
    for part in (*path, "enum"):
        assert isinstance(found, dict)
        found = found[part]
    assert isinstance(found, list)
    return set(found)
