"""Signing keys change while the app runs, and the provider may be down: who has a good token gets in.

Every test signs in by a way of its own, so that none has read the keys of another.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.gate import AppAuth
from tests.security.deployment import B2C, CUSTOM, EXTERNAL, Deployment, bearer, deployed
from tests.security.refusals import refused

CALLERS, ROTATIONS = 4, 3


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An app of these tests alone: keys that are gone would spoil the tokens of others."""
    with deployed(tmp_path_factory.mktemp("rotating"), AppAuth.TOKEN) as running:
        yield running


@pytest.fixture(autouse=True)
def _login_is_up(app: Deployment) -> Iterator[None]:
    yield
    app.graph.ask("DELETE", "login")


class Visitor:
    """Somebody who signs in by one way, and asks for something that only a good token gets."""

    def __init__(self, app: Deployment, way: str, tenant: str) -> None:
        self.app, self._way, self._tenant = app, way, tenant
        self._object_id = app.graph.add_user(tenant)

    def token(self, **changed: object) -> str:
        return self.app.tokens.access(self._object_id, self._way, self._tenant, **changed)

    def asks(self, token: str | None = None) -> httpx.Response:
        http, shown = self.app.hosts[AppAuth.TOKEN], bearer(token or self.token())
        return http.post("/api/me/challenges", headers=shown)

    def gets_in(self, token: str | None = None) -> bool:
        return self.asks(token).status_code == 201

    def rotate(self, *, drop_old: bool = False) -> None:
        self.app.graph.ask("POST", "signing-keys", rotate=True, drop_old=drop_old)

    def go_down(self, **how: bool) -> None:
        self.app.graph.ask("POST", "login", down=True, **how)


def test_keys_rotate_under_load_and_no_call_fails(app: Deployment) -> None:
    person, over = Visitor(app, B2C, "contoso"), threading.Event()
    kept = person.token()

    def calls() -> list[int]:
        statuses = []
        while not over.is_set():
            statuses += [person.asks().status_code, person.asks(kept).status_code]
        return statuses

    with ThreadPoolExecutor(CALLERS) as pool:
        running = [pool.submit(calls) for _ in range(CALLERS)]
        for _ in range(ROTATIONS):
            time.sleep(0.5)
            person.rotate()
            kept = person.token()
        time.sleep(0.5)
        over.set()
        statuses = [status for one in running for status in one.result()]
    assert set(statuses) == {201}
    assert len(statuses) > 10 * ROTATIONS


def test_a_key_that_signs_right_after_keys_were_read_is_found(app: Deployment) -> None:
    person = Visitor(app, CUSTOM, "contoso")
    assert person.gets_in()
    for _ in range(ROTATIONS):
        person.rotate()
        assert person.gets_in()


def test_a_token_of_the_key_before_is_good_as_long_as_the_key_is_published(app: Deployment) -> None:
    person = Visitor(app, EXTERNAL, "contoso")
    before = person.token()
    assert person.gets_in(before)
    person.rotate()
    assert person.gets_in()
    assert person.gets_in(before)


def test_a_token_of_a_dropped_key_is_refused_once_keys_were_read_again(app: Deployment) -> None:
    person = Visitor(app, B2C, "fabrikam")
    before = person.token()
    assert person.gets_in(before)
    person.rotate(drop_old=True)
    assert person.gets_in(before)
    assert person.gets_in()
    assert refused(person.asks(before))
    assert person.gets_in()


def test_a_dropped_key_that_is_shown_again_and_again_keeps_nobody_out(app: Deployment) -> None:
    person = Visitor(app, CUSTOM, "fabrikam")
    before = person.token()
    assert person.gets_in(before)
    person.rotate(drop_old=True)
    assert person.gets_in()
    assert all(refused(person.asks(before)) for _ in range(20))
    person.rotate()
    assert person.gets_in()


@pytest.mark.parametrize(("how", "way"), [({}, EXTERNAL), ({"cut": True}, B2C)], ids=["503", "cut off"])
def test_while_the_provider_is_down_the_keys_at_hand_go_on_working(
    app: Deployment, how: dict[str, bool], way: str
) -> None:
    person = Visitor(app, way, "litware" if way == B2C else "fabrikam")
    assert person.gets_in()
    person.go_down(**how)
    assert all(person.gets_in() for _ in range(5))
    person.rotate()
    late = person.asks()
    assert (late.status_code, late.json()["code"]) == (503, "keys_unavailable")
    assert int(late.headers["retry-after"]) > 0
    person.app.graph.ask("DELETE", "login")
    assert person.gets_in()


def test_keys_that_were_never_read_cannot_be_had_while_the_provider_is_down(app: Deployment) -> None:
    person = Visitor(app, EXTERNAL, "litware")
    person.go_down()
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda _: person.asks(), range(CALLERS)))
    assert {one.status_code for one in answers} == {503}
    assert {one.json()["code"] for one in answers} == {"keys_unavailable"}
    assert app.graph.ask("GET", "login").json()["metadata"] == 1
    pause = int(answers[0].headers["retry-after"])
    app.graph.ask("DELETE", "login")
    time.sleep(pause)
    assert person.gets_in()


def test_apps_and_operators_come_through_a_rotation_too(app: Deployment) -> None:
    http, tokens = app.hosts[AppAuth.TOKEN], app.tokens
    for _ in range(2):
        listed = http.get("/api/operations/requests", headers=tokens.operator())
        unknown = http.get("/api/exports/3fa85f64-5717-4562-b3fc-2c963f66afa6", headers=tokens.app())
        assert (listed.status_code, unknown.status_code) == (200, 404)
        app.graph.ask("POST", "signing-keys", rotate=True)
