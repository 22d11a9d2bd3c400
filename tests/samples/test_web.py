"""People at the website, in Chromium, with the whole stack behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser

from local.browser.playing import started_browser
from local.sample import running_website
from tests.running import RunningStack
from tests.samples.visitor import Visitor

PHONE, DESK = 390, 1100


class Arrive(Protocol):
    """Somebody comes with a browser that has no cookies."""

    def __call__(
        self, url: str, width: int = DESK, *, dark: bool = False, scripts: bool = True
    ) -> Visitor: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For this module alone: Playwright's loop would be in the way of tests that have one of their own."""
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def b2c(stack_process: RunningStack) -> Iterator[str]:
    with running_website(stack_process.ready, stack_process.folder) as url:
        yield url


@pytest.fixture(scope="module")
def external_id(stack_process: RunningStack) -> Iterator[str]:
    with running_website(stack_process.ready, stack_process.folder, "external_id") as url:
        yield url


@pytest.fixture
def arrive(browser: Browser, tmp_path: Path) -> Iterator[Arrive]:
    opened = []

    def begin(url: str, width: int = DESK, *, dark: bool = False, scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 850},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            ignore_https_errors=True,  # the sign-in's certificate is made for the run
        )
        opened.append(context)
        return Visitor(context.new_page(), url, tmp_path)

    yield begin
    for context in opened:
        context.close()


def test_a_person_downloads_their_data(stack: RunningStack, b2c: str, arrive: Arrive) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=3)
    visitor = arrive(b2c)
    visitor.open()
    visitor.look("1-start")
    visitor.sign_in(address)
    visitor.look("2-home")
    visitor.press("Download my data")
    visitor.look("3-progress")
    visitor.sees("Your data is ready.")
    visitor.look("4-ready")
    steps = ("Find your account", "Get everything ready", "Collect your data", "Pack it into one file")
    assert visitor.steps() == [f"{step} done" for step in steps]
    assert sorted(visitor.download().events("contoso")) == stack.graph.event_ids("contoso", object_id)
    visitor.open()
    visitor.follow("A copy of your data")
    visitor.sees("Your data is ready.")


def test_a_second_copy_on_the_same_day_is_told_when_to_come_again(
    stack: RunningStack, b2c: str, arrive: Arrive
) -> None:
    _, address = stack.graph.add_person("contoso")
    visitor = arrive(b2c, PHONE)
    visitor.sign_in(address)
    visitor.press("Download my data")
    visitor.sees("Keep this address")
    visitor.open()
    visitor.press("Download my data")
    visitor.sees("Please come again in")
    visitor.look("too-often")


def test_a_person_deletes_their_account_and_reads_of_it_when_it_is_gone(
    stack: RunningStack, b2c: str, arrive: Arrive
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    visitor = arrive(b2c, PHONE)
    visitor.sign_in(address)
    visitor.look("1-home")
    visitor.follow("Delete my account")
    visitor.look("2-explained")
    visitor.press("Sign in again and delete my account")
    visitor.give_credentials(address)
    visitor.give_code()
    visitor.look("3-progress")
    visitor.sees("It is done")
    visitor.look("4-done")
    assert "Signed in as" not in visitor.page.content()
    assert stack.graph.state("contoso", object_id) == "gone"
    ticket = visitor.page.locator(".address").inner_text()

    later = arrive(b2c, PHONE, dark=True)
    later.page.goto(ticket)
    later.sees("Nobody can sign in with it any more.")
    later.look("5-by-ticket")
    assert "#" not in later.page.url

    later.open()
    later.press("Sign in")
    later.give_credentials(address)
    later.sees("could not be found")


def test_whoever_does_not_sign_in_again_keeps_the_account(
    stack: RunningStack, b2c: str, arrive: Arrive
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    visitor = arrive(b2c)
    visitor.sign_in(address)
    visitor.open("/deletion")
    visitor.press("Sign in again and delete my account")
    visitor.press("Cancel")
    visitor.sees("nothing was deleted")
    visitor.look("kept")
    assert stack.graph.state("contoso", object_id) == "active"


def test_nobody_deletes_an_account_by_signing_in_as_somebody_else(
    stack: RunningStack, b2c: str, arrive: Arrive
) -> None:
    (victim, address), (other, others) = stack.graph.add_person("contoso"), stack.graph.add_person("contoso")
    visitor = arrive(b2c)
    visitor.sign_in(address)
    visitor.open("/deletion")
    visitor.press("Sign in again and delete my account")
    visitor.give_credentials(others)
    visitor.give_code()
    visitor.sees("Please sign in again")
    visitor.look("another-account")
    assert {stack.graph.state("contoso", one) for one in (victim, other)} == {"active"}


@pytest.mark.parametrize("ticket", ["nonsense", f"{'0' * 8}-0000-4000-8000-{'0' * 12}.{'x' * 43}"])
def test_a_wrong_ticket_is_told_so(b2c: str, arrive: Arrive, ticket: str) -> None:
    visitor = arrive(b2c)
    visitor.open(f"/ticket#{ticket}")
    visitor.sees("There is no request for this address.")
    visitor.look("wrong-ticket")


def test_without_a_script_everything_but_the_ticket_s_address_works(
    stack: RunningStack, external_id: str, arrive: Arrive
) -> None:
    object_id, address = stack.graph.add_person("contoso", audit_events=2)
    visitor = arrive(external_id, scripts=False)
    visitor.sign_in(address)
    visitor.press("Download my data")
    visitor.sees("Your data is ready.")
    assert sorted(visitor.download().events("contoso")) == stack.graph.event_ids("contoso", object_id)
    ticket = visitor.page.locator(".address").inner_text()
    later = arrive(external_id, scripts=False)
    later.open("/ticket")
    later.page.get_by_label("Ticket").fill(ticket)
    later.press("Show the request")
    later.sees("Your data is ready.")


def test_external_id_asks_for_a_second_factor_before_a_deletion(
    stack: RunningStack, external_id: str, arrive: Arrive
) -> None:
    object_id, address = stack.graph.add_person("contoso")
    visitor = arrive(external_id)
    visitor.sign_in(address)
    visitor.open("/deletion")
    visitor.press("Sign in again and delete my account")
    visitor.give_credentials(address)
    visitor.give_code()
    visitor.sees("It is done")
    assert stack.graph.state("contoso", object_id) == "gone"


def test_a_form_of_another_site_does_nothing(stack: RunningStack, b2c: str, arrive: Arrive) -> None:
    _, address = stack.graph.add_person("contoso")
    visitor = arrive(b2c)
    visitor.sign_in(address)
    answer = visitor.page.request.post(f"{b2c}/exports", form={"key": "k"})
    assert (answer.status, "open for too long" in answer.text()) == (403, True)


def test_the_browser_holds_nothing_but_the_name_of_its_session(
    stack: RunningStack, b2c: str, arrive: Arrive
) -> None:
    _, address = stack.graph.add_person("contoso")
    visitor = arrive(b2c)
    visitor.open()
    before = visitor.session()
    visitor.sign_in(address)
    after = visitor.session()
    assert after["value"] != before["value"]
    assert (after["httpOnly"], after["sameSite"], len(after["value"])) == (True, "Lax", 43)
    assert "eyJ" not in visitor.page.content()
    assert visitor.page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
