"""The authorize and logout endpoints: what happens in a person's browser."""

import time
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from local.graph.sign_in import pages
from local.graph.sign_in.admission import admitted
from local.graph.sign_in.authority import Authority
from local.graph.sign_in.forms import Form, form_of
from local.graph.sign_in.grant import SignedIn
from local.graph.sign_in.held import SESSION_LIFE, Attempt, Code, Kept
from local.graph.sign_in.refusals import ATTEMPT_OVER, CANCELLED, NO_SESSION, WRONG_CODE, SignInRefused
from local.graph.sign_in.registrations import is_registered
from local.graph.sign_in.switches import Switches
from local.graph.sign_in.visit import Visit, read_visit
from local.graph.sign_in.way_back import way_back

HEADING = "Sign in"


@dataclass(frozen=True)
class Front:
    """Shows pages until it knows who somebody is, then sends them back to the app."""

    kept: Kept
    switches: Switches

    async def authorize(self, request: Request, authority: Authority) -> Response:
        """The authorization endpoint (RFC 6749, 3.1): GET from the app, POST from its own page."""
        asked = request.query_params
        try:
            back = way_back(authority, asked)
        except SignInRefused as refusal:
            return pages.message("This sign-in cannot go on", str(refusal), 400)
        try:
            visit = read_visit(authority, back, asked, second_factor=self.switches.second_factor)
            return await self._answered(request, visit)
        except SignInRefused as refusal:
            return back.refused(refusal)

    async def logout(self, request: Request, authority: Authority) -> Response:
        """The end session endpoint: forgets the session, and goes to a registered address."""
        self.kept.sessions.take(request.cookies.get(authority.session, ""))
        address = request.query_params.get("post_logout_redirect_uri", "")
        if is_registered(address):
            response: Response = RedirectResponse(address, 302)
        else:
            response = pages.message("You are signed out", "You can close this page.")
        response.delete_cookie(authority.session, secure=True, httponly=True, samesite="none")
        return response

    async def _answered(self, request: Request, visit: Visit) -> Response:
        if request.method == "POST":
            return self._filled_in(request, visit, await form_of(request))
        known = self._known(request, visit)
        if known:
            return self._back(visit, known)
        if visit.silent:
            raise visit.authority.refusal(NO_SESSION)
        return self._page(visit)

    def _known(self, request: Request, visit: Visit) -> SignedIn | None:
        """Whoever has signed in before in this browser, as they are now, if that will do."""
        person = self.kept.sessions.get(request.cookies.get(visit.authority.session, ""))
        account = visit.authority.directory.by_id(person.account.object_id) if person else None
        if person is None or account is None:
            return None
        now = replace(person, account=account)
        return now if visit.accepts(now) else None

    def _filled_in(self, request: Request, visit: Visit, form: Form) -> Response:
        if "cancel" in form:
            raise visit.authority.refusal(CANCELLED)
        if "attempt" in form:
            return self._second_step(request, visit, form)
        try:
            person = SignedIn(admitted(visit.authority, form), int(time.time()))
        except SignInRefused as refusal:
            return self._page(visit, form.get("user_name", ""), str(refusal))
        if visit.second_factor:
            return pages.second_factor(self.kept.attempts.put(Attempt(str(request.url), person)))
        return self._signed_in(visit, person)

    def _second_step(self, request: Request, visit: Visit, form: Form) -> Response:
        name, authority = form["attempt"], visit.authority
        attempt = self.kept.attempts.get(name)
        if attempt is None or attempt.asked != str(request.url):
            return self._page(visit, problem=str(authority.refusal(ATTEMPT_OVER)))
        if form.get("code", "").strip() != pages.TEXT_MESSAGE_CODE:
            return pages.second_factor(name, str(authority.refusal(WRONG_CODE)))
        self.kept.attempts.take(name)
        return self._signed_in(visit, replace(attempt.person, second_factor=True))

    def _signed_in(self, visit: Visit, person: SignedIn) -> Response:
        response = self._back(visit, person)
        if visit.authority.policy.keeps_session:
            name, value = visit.authority.session, self.kept.sessions.put(person)
            response.set_cookie(name, value, SESSION_LIFE, secure=True, httponly=True, samesite="none")
        return response

    def _back(self, visit: Visit, person: SignedIn) -> Response:
        code = Code(visit.granted_by(person), visit.back.address, visit.challenge)
        return visit.back.response(code=self.kept.codes.put(code))

    def _page(self, visit: Visit, user_name: str = "", problem: str = "") -> Response:
        name = replace(pages.USER_NAME, value=user_name or visit.login_hint)
        return pages.sign_in(HEADING, name, pages.PASSWORD, problem=problem)
