"""Lists handed in by the command line, before the app's own functions."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from operate.bulk.blobs import CHANGED
from operate.exits import Exit
from shared.domain.decisions import FourEyes
from tests.unit.bulk import address, csv_of
from tests.unit.operating import STORAGE, Ended, Terminal
from tests.unit.staff import OLGA, OTTO, RITA, an_office
from tests.unit.test_bulk_list import LATIN

WORDS = ("--kind", "deletion", "--regulation", "gdpr")
Handle = Callable[[httpx.Request], httpx.Response]


def a_list(folder: Path, *lines: str) -> str:
    path = folder / "list.csv"
    path.write_bytes(csv_of(lines or [address(0), address(1)]))
    return str(path)


def populated(four_eyes: FourEyes = FourEyes.NONE) -> Terminal:
    """The two people of the list that is meant unless it is said otherwise."""
    terminal = Terminal(an_office(four_eyes))
    for number in range(2):
        object_id = f"aaaaaaaa-0000-4000-8000-0000000001{number:02}"
        terminal.office.world.person("contoso", object_id, email=address(number))
    return terminal


def handed_in(terminal: Terminal, path: str, *words: str, typed: str = "", who: str = OLGA) -> Ended:
    return terminal.run("bulk", path, *WORDS, *words, typed=typed, who=who)


def only_batch(terminal: Terminal) -> str:
    """The id of the one list that there is."""
    listed = terminal.run("batch", "list", "--json", who=RITA).value
    assert isinstance(listed, dict)
    (batch,) = listed["batches"]
    return str(batch["id"])


def answered_by(terminal: Terminal, make: Callable[[Handle], Handle]) -> None:
    """Put something between the command and whoever answers it."""
    usual = terminal.transport.handle_request
    terminal.transport.handle_request = make(usual)  # type: ignore[method-assign,assignment] # a test's own network


def interrupted(_seconds: float) -> None:
    raise KeyboardInterrupt


def test_each_person_of_a_list_is_deleted_and_the_result_says_so(tmp_path: Path) -> None:
    terminal, result = populated(), tmp_path / "result.csv"
    done = handed_in(terminal, a_list(tmp_path), "--yes", "--result", str(result))
    assert done.code == Exit.DONE, done.err
    with result.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["status"]) for row in rows] == [("2", "completed"), ("3", "completed")]
    assert "completed; 2 of 2 lines read, 2 accepted, 2 ended" in done.out.splitlines()[-1]
    assert f"Written: {result}" in done.err


def test_a_list_of_lists_names_each_once_with_how_far_it_is(tmp_path: Path) -> None:
    terminal = populated()
    handed_in(terminal, a_list(tmp_path), "--yes")
    wide = {"COLUMNS": "250"}
    (line,) = [
        one for one in terminal.run("batch", "list", environment=wide).out.splitlines() if "completed" in one
    ]
    assert line.count(only_batch(terminal)) == 1
    assert "2 of 2 lines read, 2 accepted, 2 ended" in line


def test_a_deletion_wants_the_number_of_people_typed(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    for typed in ("", "y\n", "3\n", "20\n"):
        done = handed_in(terminal, path, typed=typed)
        assert (done.code, "Nothing was done." in done.err) == (Exit.DECLINED, True)
    assert terminal.transport.calls == []
    assert handed_in(terminal, path, typed="2\n").code == Exit.DONE


def test_an_export_wants_a_yes(tmp_path: Path) -> None:
    terminal, words = populated(), ("--kind", "export", "--regulation", "ccpa")
    assert terminal.run("bulk", a_list(tmp_path), *words, typed="n\n").code == Exit.DECLINED
    assert terminal.run("bulk", a_list(tmp_path), *words, typed="y\n").code == Exit.DONE


def test_what_will_happen_is_said_before_it_is_asked(tmp_path: Path) -> None:
    done = handed_in(populated(), a_list(tmp_path, address(0), "", address(1), address(0)))
    assert done.err.splitlines()[:3] == [
        "Line 3 is blank.",
        "Line 5 is about the same person as line 2.",
        "Deletion of 2 people under gdpr, by https://app.example; 1 lines are left out.",
    ]


def test_with_lines_left_out_the_good_ones_are_done_and_the_code_says_so(tmp_path: Path) -> None:
    terminal, result = populated(), tmp_path / "result.csv"
    path = a_list(tmp_path, address(0), "", "nobody", address(1))
    assert handed_in(terminal, path, "--yes", "--result", str(result)).code == Exit.IN_PART
    with result.open(newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["accepted", "bad", "bad", "accepted"]


def test_a_list_that_is_not_taken_is_not_sent(tmp_path: Path) -> None:
    terminal, path = populated(), tmp_path / "list.csv"
    path.write_bytes(LATIN)
    done = handed_in(terminal, str(path), "--yes")
    assert (done.code, done.err) == (Exit.BAD_INPUT, "Line 3 is not UTF-8; save the list as UTF-8.\n")
    assert terminal.transport.calls == []


def test_a_dry_run_asks_nothing_and_does_nothing(tmp_path: Path) -> None:
    terminal = populated()
    done = handed_in(terminal, a_list(tmp_path), "--dry-run")
    assert (done.code, "2 fit" in done.out) == (Exit.DONE, True)
    assert not terminal.office.world.store.records


def test_the_same_command_again_goes_on_and_does_nothing_twice(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    first, again = (handed_in(terminal, path, "--yes", "--json") for _ in range(2))
    assert (first.code, again.code, first.value) == (Exit.DONE, Exit.DONE, again.value)
    assert "it has ended: nobody is asked about anew. `--run NAME` asks anew." in again.err
    assert len(terminal.office.world.store.records) == 2


def test_under_another_name_everybody_is_asked_about_anew_and_once(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    for words in ((), ("--run", "december"), ("--run", "december")):
        assert handed_in(terminal, path, "--yes", *words).code == Exit.DONE
    assert len(terminal.office.world.store.records) == 4


def test_a_list_that_the_app_has_forgotten_is_not_said_to_be_done_again(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    handed_in(terminal, path, "--yes")
    terminal.office.bulk.register.entries.clear()
    terminal.office.world.clock._now += timedelta(days=40)
    again = handed_in(terminal, path, "--yes")
    assert (again.code, "0 accepted, 2 known from long before, 2 ended" in again.out) == (Exit.IN_PART, True)


def test_a_list_that_was_stopped_while_it_was_sent_goes_on_by_the_same_command(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    refused: list[str] = []

    def refusing_once(usual: Handle) -> Handle:
        def handle(request: httpx.Request) -> httpx.Response:
            if request.url.host == STORAGE and not refused:
                refused.append(request.method)
                return httpx.Response(403)
            return usual(request)

        return handle

    answered_by(terminal, refusing_once)
    assert handed_in(terminal, path, "--yes").code == Exit.UNREACHABLE
    terminal.run("batch", "stop", only_batch(terminal), "--yes")
    assert handed_in(terminal, path, "--yes").code == Exit.DONE


def test_ctrl_c_while_it_is_watched_says_how_to_go_on_and_how_to_stop(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    terminal._sleep = interrupted  # type: ignore[method-assign,assignment] # a test's own time
    done = handed_in(terminal, path, "--yes")
    assert done.code == Exit.INTERRUPTED
    assert f"`operate batch stop {only_batch(terminal)}` stops it" in done.err
    del terminal._sleep
    assert handed_in(terminal, path, "--yes").code == Exit.DONE
    assert len(terminal.office.world.store.records) == 2


@pytest.mark.parametrize("at", range(5))
def test_ctrl_c_at_any_call_leaves_a_list_that_the_same_command_ends(tmp_path: Path, at: int) -> None:
    terminal, path, calls = populated(), a_list(tmp_path), [0]

    def interrupting(usual: Handle) -> Handle:
        def handle(request: httpx.Request) -> httpx.Response:
            calls[0] += 1
            if calls[0] == at + 1:
                raise KeyboardInterrupt
            return usual(request)

        return handle

    answered_by(terminal, interrupting)
    done = handed_in(terminal, path, "--yes")
    assert (done.code, len(done.err.splitlines())) == (Exit.INTERRUPTED, 2), done.err
    assert handed_in(terminal, path, "--yes").code == Exit.DONE
    assert len(terminal.office.world.store.records) == 2


def test_a_start_whose_answer_was_lost_is_as_good(tmp_path: Path) -> None:
    terminal = populated()

    def losing(usual: Handle) -> Handle:
        def handle(request: httpx.Request) -> httpx.Response:
            response, lost = usual(request), request.url.path.endswith("/start") and not terminal.slept
            return httpx.Response(503) if lost else response

        return handle

    answered_by(terminal, losing)
    assert handed_in(terminal, a_list(tmp_path), "--yes").code == Exit.DONE


def test_storage_that_refuses_is_told_without_the_address(tmp_path: Path) -> None:
    terminal = populated()

    def refusing(usual: Handle) -> Handle:
        return lambda request: httpx.Response(403) if request.url.host == STORAGE else usual(request)

    answered_by(terminal, refusing)
    done = handed_in(terminal, a_list(tmp_path), "--yes")
    assert (done.code, STORAGE in done.err) == (Exit.UNREACHABLE, False)
    assert "Storage does not take the list (403)" in done.err


def test_an_address_that_others_could_read_along_is_not_written_to(tmp_path: Path) -> None:
    terminal = populated()

    def in_the_clear(usual: Handle) -> Handle:
        def handle(request: httpx.Request) -> httpx.Response:
            response = usual(request)
            return httpx.Response(response.status_code, text=response.text.replace("https://", "http://"))

        return handle

    answered_by(terminal, in_the_clear)
    assert handed_in(terminal, a_list(tmp_path), "--yes").code == Exit.WRONG_ADDRESS
    assert not terminal.office.bulk.blobs.committed


def test_no_token_goes_to_storage(tmp_path: Path) -> None:
    terminal = populated()
    handed_in(terminal, a_list(tmp_path), "--yes", "--result", str(tmp_path / "result.csv"))
    sent = [call for call in terminal.transport.calls if call.url.host == STORAGE]
    assert {call.method for call in sent} == {"PUT", "GET"}
    assert not any("authorization" in call.headers for call in sent)


def test_a_list_that_changes_while_it_is_sent_is_not_handed_in(tmp_path: Path) -> None:
    terminal, path = populated(), Path(a_list(tmp_path))

    def changing(usual: Handle) -> Handle:
        def handle(request: httpx.Request) -> httpx.Response:
            path.write_bytes(csv_of([address(7)]))
            return usual(request)

        return handle

    answered_by(terminal, changing)
    done = handed_in(terminal, str(path), "--yes")
    assert (done.code, done.err.splitlines()[-1]) == (Exit.BAD_INPUT, CHANGED)
    assert not terminal.office.bulk.blobs.committed


def test_who_may_only_read_hands_in_nothing(tmp_path: Path) -> None:
    terminal = populated()
    assert handed_in(terminal, a_list(tmp_path), "--yes", who=RITA).code == Exit.ROLE
    assert not terminal.office.bulk.register.entries


def test_where_two_decide_another_operator_starts_it_and_the_first_sees_it_through(tmp_path: Path) -> None:
    terminal, path = populated(FourEyes.DELETIONS), a_list(tmp_path)
    assert handed_in(terminal, path, "--yes").code == Exit.ROLE
    done = terminal.run("batch", "start", only_batch(terminal), who=OTTO, typed="y\n")
    assert (done.code, "checking" in done.out) == (Exit.DONE, True)
    assert handed_in(terminal, path, "--yes").code == Exit.DONE


def test_a_list_is_stopped_shown_and_goes_on_by_the_same_command(tmp_path: Path) -> None:
    terminal, path = populated(), a_list(tmp_path)
    terminal._sleep = interrupted  # type: ignore[method-assign,assignment] # a test's own time
    handed_in(terminal, path, "--yes")
    batch_id = only_batch(terminal)
    assert terminal.run("batch", "stop", batch_id, typed="n\n").code == Exit.DECLINED
    assert "stopped" in terminal.run("batch", "stop", batch_id, "--yes").out
    assert "stopped" in terminal.run("batch", "show", batch_id, who=RITA).out
    assert terminal.run("batch", "stop", batch_id, "--yes").code == Exit.CONFLICT
    del terminal._sleep
    assert handed_in(terminal, path, "--yes").code == Exit.DONE


def test_which_lines_were_taken_is_written_though_requests_wait(tmp_path: Path) -> None:
    terminal, result = populated(), tmp_path / "result.csv"
    terminal.office.world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002", email=address(0))
    done = handed_in(terminal, a_list(tmp_path, address(0), "nobody"), "--yes", "--result", str(result))
    assert (done.code, "how the requests end is not in it" in done.err) == (Exit.NEEDS_OPERATOR, True)
    with result.open(newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["accepted", "bad"]


def test_that_there_is_no_result_yet_is_said(tmp_path: Path) -> None:
    terminal, result = populated(), tmp_path / "result.csv"
    terminal._sleep = terminal.slept.append  # type: ignore[method-assign,assignment] # nobody works meanwhile
    done = handed_in(terminal, a_list(tmp_path), "--yes", "--for", "1", "--result", str(result))
    assert (done.code, "There is no result" in done.err) == (Exit.NOT_ENDED, True)
    assert not result.exists()


def test_what_is_left_when_all_await_approval_is_an_operator_s(tmp_path: Path) -> None:
    terminal = populated()
    terminal.office.world.person("contoso", "bbbbbbbb-0000-4000-8000-000000000002", email=address(0))
    done = handed_in(terminal, a_list(tmp_path), "--yes")
    assert (done.code, "1 await approval" in done.out) == (Exit.NEEDS_OPERATOR, True)


def test_what_is_not_ended_in_the_time_given_has_its_own_code(tmp_path: Path) -> None:
    terminal = populated()
    terminal._sleep = terminal.slept.append  # type: ignore[method-assign,assignment] # nobody works meanwhile
    assert handed_in(terminal, a_list(tmp_path), "--yes", "--for", "30").code == Exit.NOT_ENDED
    assert 30 <= sum(terminal.slept) < 100
