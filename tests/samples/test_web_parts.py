"""The website's parts: what it says, what it sends to browsers, whom it believes."""

import json
import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.exceptions import HTTPException

from samples.web.app import HEADERS, HERE, TICKET, Website
from samples.web.sign_in import Json, Settings, begin, finish
from shared.domain.progress import Outcome
from shared.domain.states import Kind
from tests.contract_of_api import OPENAPI
from tests.unit.samples import a_request
from tests.unit.world import World

pytestmark = pytest.mark.filterwarnings(
    "ignore:response_mode"
)  # docs/samples.md says why it is not form_post
ID, SECRET = "0b9c2f5e-1111-4222-8333-444455556666", "t" * 43
ADDRESS = f"https://shop.example/ticket#{ID}.{SECRET}"
WORDS: dict[str, dict[str, str]] = json.loads((HERE / "words.json").read_text("utf-8"))
STATES = cast("Any", OPENAPI)["components"]["schemas"]["State"]["enum"]
Api = Callable[[httpx.Request], httpx.Response]


def settings(**changed: str) -> Settings:
    usual = {
        "authority": "https://login.example/tenant/signin",
        "step_up_authority": "https://login.example/tenant/more",
        "client_id": "id",
        "client_secret": "secret",
        "scope": "https://api.example/Requests",
        "redirect": "https://shop.example/signed-in",
        "api": "https://api.example",
        "downloads": "https://files.example",
    }
    return Settings.model_validate(usual | changed)


def status(**changed: object) -> Json:
    return {
        "id": ID,
        "kind": "deletion",
        "status": "completed",
        "reason": None,
        "dueAt": "2026-12-26T00:00:00Z",
        "steps": [],
        "tenants": [],
        **changed,
    }


def always(answer: httpx.Response) -> Api:
    return lambda _: answer


def website(api: Api, **changed: str) -> httpx.ASGITransport:
    """The website before that API."""
    http = httpx.Client(base_url="https://api.example", transport=httpx.MockTransport(api))
    return httpx.ASGITransport(Website(settings(**changed), http).asgi())


def browser(site: httpx.ASGITransport) -> httpx.AsyncClient:
    """Somebody at it."""
    return httpx.AsyncClient(transport=site, base_url="https://shop.example")


async def csrf(visitor: httpx.AsyncClient) -> str:
    """What is in the session's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await visitor.get("/ticket")).text)
    assert found
    return found[1]


async def shown(api: Api) -> httpx.Response:
    """What somebody sees who shows a ticket, as a form does."""
    async with browser(website(api)) as visitor:
        form = {"csrf": await csrf(visitor), "ticket": ADDRESS}
        return await visitor.post("/ticket", data=form, follow_redirects=True)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (401, "Please sign in again"),
        (404, "There is no request for this address"),
        (429, "Please come again in 24 hours."),
        (302, "Something went wrong on our side"),
        (500, "Something went wrong on our side"),
        (503, "please try again in a minute"),
    ],
)
async def test_what_the_api_refuses_is_said_in_a_sentence(code: int, sentence: str) -> None:
    refusal = httpx.Response(code, headers={"retry-after": "86400"}, json={"detail": "internal"})
    page = await shown(always(refusal))
    assert page.status_code == code
    assert sentence in page.text
    assert "internal" not in page.text


@pytest.mark.parametrize(("seconds", "said"), [("61", "2 min"), ("7000", "2 hours"), ("soon", "60 min")])
async def test_how_long_to_wait_is_said_in_minutes_or_hours(seconds: str, said: str) -> None:
    page = await shown(always(httpx.Response(429, headers={"retry-after": seconds})))
    assert f"Please come again in {said}." in page.text


async def test_an_api_that_does_not_answer_is_said_in_a_sentence() -> None:
    def cut(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    page = await shown(cut)
    assert (page.status_code, "please try again in a minute" in page.text) == (503, True)


@pytest.mark.parametrize("kind", ["export", "deletion"])
@pytest.mark.parametrize("state", STATES)
async def test_every_state_has_its_words(kind: str, state: str) -> None:
    page = await shown(always(httpx.Response(200, json=status(kind=kind, status=state))))
    said = WORDS["states"].get(f"{kind} {state}") or WORDS["states"][state]
    assert said in page.text
    assert f"<h1>{WORDS['headings'][f'{kind}s']}</h1>" in page.text


def test_every_step_and_every_outcome_has_its_words() -> None:
    plans = World().runner.plans
    steps = {step.name for kind in Kind for step in plans[kind](a_request(kind))}
    assert {name.partition(":")[0] for name in steps} - WORDS["steps"].keys() == set()
    unsaid = {Outcome.COLLECTED, Outcome.NOT_FOUND, Outcome.NOT_SEARCHED}
    assert set(Outcome) - unsaid == WORDS["outcomes"].keys()


async def test_what_became_of_accounts_is_said_without_those_that_never_were() -> None:
    tenants = [
        {"tenant": "one", "outcome": "soft_deleted", "restorableUntil": "2026-12-05T23:59:00Z"},
        {"tenant": "two", "outcome": "not_found", "restorableUntil": None},
    ]
    page = await shown(always(httpx.Response(200, json=status(tenants=tenants))))
    assert "Until\n5 December 2026 we can restore it" in page.text
    assert "<dt>two</dt>" not in page.text


async def test_what_others_wrote_is_escaped() -> None:
    steps = [{"name": "<script>", "done": False}]
    page = await shown(always(httpx.Response(200, json=status(steps=steps))))
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


async def test_steps_of_the_api_become_steps_for_people() -> None:
    steps = [
        {"name": "identify:a", "done": True},
        {"name": "identify-again:a", "done": False},
        {"name": "collect:a:profile", "done": True},
        {"name": "something-new:b", "done": False},
    ]
    page = await shown(always(httpx.Response(200, json=status(steps=steps))))
    assert re.findall(r"<li[^>]*>([^<]+) <span>([^<]+)</span></li>", page.text) == [
        ("Find your account", "to do"),
        ("Collect your data", "done"),
        ("something-new", "to do"),
    ]


@pytest.mark.parametrize("typed", [f"{ID}.{SECRET}", f"https://shop.example/ticket#{ID}.{SECRET}"])
def test_a_ticket_is_taken_alone_or_in_its_address(typed: str) -> None:
    found = TICKET.fullmatch(typed)
    assert found
    assert found.groups() == (ID, SECRET)


@pytest.mark.parametrize(
    "typed",
    ["", ID, f"{ID}.short", f"others/{ID}.{SECRET}", f"{ID}/.{SECRET}", f"{ID[1:]}.{SECRET}"],
)
def test_whatever_else_is_no_ticket(typed: str) -> None:
    assert TICKET.fullmatch(typed) is None


async def test_a_ticket_shows_its_request_in_the_browser_that_has_shown_it_and_in_no_other() -> None:
    def tell(request: httpx.Request) -> httpx.Response:
        assert request.headers["x-request-ticket"] == SECRET
        known = request.url.path == f"/api/me/deletions/{ID}"
        return httpx.Response(200, json=status()) if known else httpx.Response(404)

    site = website(tell)
    async with browser(site) as visitor, browser(site) as other:
        form = {"csrf": await csrf(visitor), "ticket": ADDRESS}
        page = (await visitor.post("/ticket", data=form)).headers["location"]
        assert page == f"/requests/deletions/{ID}"
        assert ADDRESS in (await visitor.get(page)).text
        assert f'href="{page}"' in (await visitor.get("/")).text
        assert (await other.get(page)).status_code == 404


async def test_a_post_without_the_session_s_token_does_nothing() -> None:
    async with browser(website(lambda _: pytest.fail("asked the API"))) as visitor:
        await visitor.get("/ticket")
        for form in ({}, {"csrf": ""}, {"csrf": "wröng"}):
            page = await visitor.post("/ticket", data={**form, "ticket": ADDRESS})
            assert page.status_code == 403


async def test_nothing_that_changes_something_is_done_by_get() -> None:
    async with browser(website(lambda _: pytest.fail("asked the API"))) as visitor:
        for path in ("/exports", "/sign-in", f"/requests/exports/{ID}/download"):
            assert (await visitor.get(path)).status_code in {404, 405}


async def test_the_cookie_of_an_https_address_is_for_https_alone() -> None:
    async with browser(website(always(httpx.Response(200)))) as visitor:
        cookie = (await visitor.get("/")).headers["set-cookie"]
    assert re.fullmatch(
        r"__Host-session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie, re.IGNORECASE
    )


async def test_every_page_has_the_headers() -> None:
    async with browser(website(always(httpx.Response(200)))) as visitor:
        pages = [await visitor.get("/"), await visitor.post("/ticket")]
    assert [page.status_code for page in pages] == [200, 403]
    for page in pages:
        assert page.headers.keys() >= HEADERS.keys()
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        forms = "https://login.example/ https://login.example/ https://files.example/"
        assert policy.endswith(f"form-action 'self' {forms}")


async def test_the_ways_back_without_a_sign_in_are_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("samples.web.sign_in._usual", lambda _: pytest.fail("asked the authority"))
    async with browser(website(always(httpx.Response(200)))) as visitor:
        page = await visitor.get("/signed-in?code=c&state=s")
    assert (page.status_code, "You are not signed in" in page.text) == (400, True)


async def test_an_authority_that_does_not_answer_is_said_in_a_sentence() -> None:
    site = website(always(httpx.Response(200)), authority="https://127.0.0.1:1/tenant/signin")
    async with browser(site) as visitor:
        page = await visitor.post("/sign-in", data={"csrf": await csrf(visitor)})
    assert (page.status_code, "please try again in a minute" in page.text) == (503, True)


def test_the_sign_in_before_a_deletion_asks_for_everything_again() -> None:
    claims = '{"id_token": {"acrs": {"essential": true, "value": "c1"}}}'
    flow = begin(settings(step_up_claims=claims), "nonce-of-the-api")
    there = urlsplit(flow["auth_uri"])
    asked = {name: values for name, (values,) in parse_qs(there.query).items()}
    assert f"{there.scheme}://{there.netloc}{there.path}" == (
        "https://login.example/tenant/more/oauth2/v2.0/authorize"
    )
    assert asked.items() >= {"nonce": "nonce-of-the-api", "prompt": "login", "claims": claims}.items()
    assert asked.items() >= {"response_type": "code", "code_challenge_method": "S256"}.items()
    assert "claims" not in begin(settings(), "nonce-of-the-api")["auth_uri"]


@pytest.mark.parametrize("answer", [{}, {"code": "c"}, {"code": "c", "state": "another"}])
def test_an_answer_to_another_sign_in_is_none(answer: dict[str, str]) -> None:
    with pytest.raises(HTTPException) as refused:
        finish(settings(), begin(settings(), "nonce-of-the-api"), answer)
    assert (refused.value.status_code, refused.value.detail) == (400, "sign-in again")


async def test_a_session_ends_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    async with browser(website(always(httpx.Response(200, json=status())))) as visitor:
        form = {"csrf": await csrf(visitor), "ticket": ADDRESS}
        assert (await visitor.post("/ticket", data=form)).status_code == 303
        monkeypatch.setattr("samples.web.app.LONGEST", -1)
        assert (await visitor.post("/ticket", data=form)).status_code == 403


async def test_of_too_many_sessions_the_oldest_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samples.web.app.MOST", 2)
    site = website(always(httpx.Response(200, json=status())))
    async with browser(site) as first, browser(site) as second, browser(site) as third:
        forms = [(one, {"csrf": await csrf(one), "ticket": ADDRESS}) for one in (first, second, third)]
        assert [(await one.post("/ticket", data=form)).status_code for one, form in forms[::-1]] == [
            303,
            303,
            403,
        ]


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(ValueError, match=r"(?s)authority.*client_secret.*downloads"):
        Settings()  # type: ignore[call-arg]  # from the environment
