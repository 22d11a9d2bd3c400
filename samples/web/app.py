"""The website's pages. Whatever changes something is a POST, with the session's own token in its form."""

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from samples.web.sign_in import Json, Settings, begin, finish

HERE = Path(__file__).parent
TEMPLATES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
TEMPLATES.globals |= {"words": json.loads((HERE / "words.json").read_text()), "key": secrets.token_urlsafe}
# A request and its ticket, perhaps in the address that people were given.
TICKET = re.compile(r"(?:\S*#)?([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})")
# How many seconds a session lasts, and how many there are at most.
LONGEST, MOST = 3600, 50_000
# Nothing but our own files; forms may lead to where people sign in and to the archives, nowhere else.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


@dataclass(repr=False)
class Session:
    """What the server remembers of a browser, which has but a name that nobody can guess."""

    name: str = ""
    access_token: str = ""
    flow: Json = field(default_factory=dict)  # the sign-in under way
    tickets: dict[str, str] = field(default_factory=dict)  # of requests: exports/ID and deletions/ID
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    begun: float = field(default_factory=time.monotonic)


@dataclass(repr=False)
class Visit:
    """A browser's session, and what it sends: in the query, the form and the path."""

    session: Session
    sent: dict[str, str]

    def check_form(self) -> None:
        """A form of another site's does not have the session's token. Raises `HTTPException`."""
        if not secrets.compare_digest(self.sent.get("csrf", "").encode(), self.session.csrf.encode()):
            raise HTTPException(403, "form")


Page = Callable[[Visit], Response]


class Website:
    """What there is at each address."""

    def __init__(self, settings: Settings, api: httpx.Client) -> None:
        self._settings = settings
        self._api = api
        self._sessions: dict[str, Session] = {}
        away = (settings.authority, settings.step_up_authority, settings.downloads)
        hosts = " ".join(urljoin(address, "/") for address in away)
        self._headers = {name: value.format(hosts) for name, value in HEADERS.items()}
        self._secure = settings.redirect.startswith("https:")
        self._cookie = "__Host-session" if self._secure else "session"

    def asgi(self) -> Starlette:
        """To be served."""
        pages: dict[tuple[str, str], Page] = {
            ("GET", "/"): partial(_page, "home"),
            ("POST", "/sign-in"): self.sign_in,
            ("GET", urlsplit(self._settings.redirect).path): self.back,
            ("POST", "/exports"): self.export,
            ("GET", "/deletion"): partial(_page, "deletion"),
            ("POST", "/deletion"): self.sign_in_again,
            ("GET", "/requests/{path:path}"): self.follow,
            ("POST", "/requests/{path:path}/download"): self.download,
            ("GET", "/ticket"): partial(_page, "ticket"),
            ("POST", "/ticket"): self.look_up,
        }
        routes = [Route(at, partial(self._serve, page), methods=[by]) for (by, at), page in pages.items()]
        return Starlette(routes=[*routes, Mount("/static", StaticFiles(directory=HERE / "static"))])

    def sign_in(self, visit: Visit, nonce: str = "") -> Response:
        """Off to the usual sign-in, or with a nonce to the one before a deletion."""
        visit.session.flow = begin(self._settings, nonce)
        return RedirectResponse(visit.session.flow["auth_uri"], 303)

    def sign_in_again(self, visit: Visit) -> Response:
        """Off to the one before a deletion, with a nonce of the API's."""
        who = {"Authorization": f"Bearer {visit.session.access_token}"}
        return self.sign_in(visit, self._ask("POST", "challenges", who)["nonce"])

    def back(self, visit: Visit) -> Response:
        """Back from either; after the second one the deletion is asked for, which also signs out."""
        flow, visit.session.flow = visit.session.flow, {}
        tokens = finish(self._settings, flow, visit.sent)
        if "challenge" in flow:
            response = self._submit(visit, "deletions", flow["challenge"], idToken=tokens["id_token"])
            visit.session.access_token = ""
            return response
        visit.session = Session(tokens["id_token_claims"].get("name", ""), tokens.get("access_token", ""))
        return RedirectResponse("/", 303)

    def export(self, visit: Visit) -> Response:
        """Ask for a copy; for one, however often the form is sent."""
        return self._submit(visit, "exports", visit.sent.get("key", ""))

    def follow(self, visit: Visit) -> Response:
        """Where a request stands, and the address that shows it to whoever has it."""
        status, path = self._ask_about(visit, "GET"), visit.sent["path"]
        address = urljoin(self._settings.redirect, f"/ticket#{status['id']}.{visit.session.tickets[path]}")
        return _page("request", visit, status=status, path=path, address=address)

    def download(self, visit: Visit) -> Response:
        """Off to a fresh address of the archive."""
        return RedirectResponse(self._ask_about(visit, "POST", "/link")["url"], 303)

    def look_up(self, visit: Visit) -> Response:
        """Follow the request that a ticket is for, signed in or not."""
        if not (found := TICKET.fullmatch(visit.sent.get("ticket", "").strip())):
            raise HTTPException(404)
        for path in (f"exports/{found[1]}", f"deletions/{found[1]}"):
            if self._api.get(f"/api/me/{path}", headers={"X-Request-Ticket": found[2]}).status_code != 404:
                return _follow(visit, path, found[2])
        raise HTTPException(404)

    def _submit(self, visit: Visit, kind: str, key: str, **more: str) -> Response:
        who = {"Authorization": f"Bearer {visit.session.access_token}", "Idempotency-Key": key}
        answer = self._ask("POST", kind, who, regulation=self._settings.regulation, **more)
        return _follow(visit, f"{kind}/{answer['id']}", answer["ticket"])

    def _ask_about(self, visit: Visit, method: str, more: str = "") -> Json:
        path = visit.sent["path"]
        if path not in visit.session.tickets:
            raise HTTPException(404)
        return self._ask(method, path + more, {"X-Request-Ticket": visit.session.tickets[path]})

    def _ask(self, method: str, path: str, who: dict[str, str], **body: str) -> Json:
        """What the API answers. Raises `HTTPException`, with its status where it refuses."""
        answer = self._api.request(method, f"/api/me/{path}", headers=who, json=body or None)
        if not answer.is_success:
            raise HTTPException(answer.status_code, headers=answer.headers)
        return dict(answer.json())

    async def _serve(self, page: Page, request: Request) -> Response:
        name = request.cookies.get(self._cookie, "")
        known = self._known(name)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        visit = Visit(known or Session(), {**request.query_params, **form, **request.path_params})
        try:
            if request.method == "POST":
                visit.check_form()
            response = await run_in_threadpool(page, visit)
        except HTTPException as problem:
            response = _page("problem", visit, problem.status_code, problem=problem)
        except httpx.TransportError:
            response = _page("problem", visit, 503, problem=HTTPException(503))
        if visit.session is not known:
            self._sessions.pop(name, None)
            name = secrets.token_urlsafe(32)
            self._sessions[name] = visit.session
            response.set_cookie(self._cookie, name, secure=self._secure, httponly=True, samesite="lax")
        response.headers.update(self._headers)
        return response

    def _known(self, name: str) -> Session | None:
        """The session of that name, if it is not too old, and was not among the oldest of too many."""
        held = self._sessions
        while held and (len(held) > MOST or next(iter(held.values())).begun < time.monotonic() - LONGEST):
            del held[next(iter(held))]
        return held.get(name)


def _follow(visit: Visit, path: str, ticket: str) -> Response:
    visit.session.tickets[path] = ticket
    return RedirectResponse(f"/requests/{path}", 303)


def _page(template: str, visit: Visit, status_code: int = 200, **values: object) -> Response:
    page = TEMPLATES.get_template(f"{template}.html")
    return HTMLResponse(page.render(session=visit.session, **values), status_code)


def website() -> Starlette:
    """For a server: `uvicorn --factory samples.web.app:website`."""
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    return Website(settings, httpx.Client(base_url=settings.api, timeout=30)).asgi()
