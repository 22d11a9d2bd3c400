"""Whoever submits is told the same, in the same way, whether or not there is such a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import azure.functions as func
import httpx
import pytest

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from local.client import Json
from shared.auth.tokens import PersonTokens, StepUp
from shared.gate import AppAuth
from tests.security.deployment import Deployment, bearer
from tests.security.minting import HOUR, b2c_access, b2c_id, b2c_sign_in
from tests.unit.http import Functions, desk_of, json_of
from tests.unit.points import Points
from tests.unit.receipts import signer_of
from tests.unit.world import World

PERSON = "5f000000-0000-4000-8000-000000000001"
"""Whom the tokens of `minting` are of."""
ADDRESS = "ada@example.com"
BY_APPS: Mapping[str, Mapping[str, str]] = {
    "an address": {"email": ADDRESS},
    "an object id": {"objectId": PERSON, "tenant": "contoso"},
    "a user name": {"userName": "ada", "tenant": "contoso"},
    "an ID token": {"idToken": ""},
}


@dataclass
class Told:
    """An answer, and the calls to storage and to Graph that it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    calls: list[str] = field(default_factory=list)


class Place:
    """The functions on fakes that count every call; whether the person is there is all that may differ."""

    def __init__(self, *, exists: bool) -> None:
        self.world = World(new_id=lambda: UUID(int=7, version=4))
        if exists:
            self.world.person("contoso", PERSON, email=ADDRESS)
        self.points = Points()
        names = {name: name for name in ("store", "register", "due", "blobs", "queue")}
        for name, shown in {**names, "passing": "register of what passes"}.items():
            setattr(self.world, name, self.points.wrapped(getattr(self.world, name), shown))
        tenants = self.world.tenants.items()
        self.world.tenants = {name: self.points.wrapped(one, f"graph {name}") for name, one in tenants}
        self.world.wire()
        people = PersonTokens([b2c_sign_in(step_up=StepUp.POLICY)], self.world.clock, HOUR)
        desk = desk_of(self.world, people)
        self._functions = {
            "export": Functions(export_blueprint(desk, self.world.links)),
            "deletion": Functions(delete_blueprint(desk, signer_of())),
        }

    async def by_an_app(self, kind: str, subject: Mapping[str, str]) -> Told:
        if "idToken" in subject:
            subject = {"idToken": b2c_id(self.world.clock.now()).token()}
        body = {"subject": subject, "regulation": "gdpr"}
        return self._told(await self._functions[kind].call(f"submit_{kind}", body))

    async def by_the_person(self, kind: str) -> Told:
        headers = {"authorization": f"Bearer {b2c_access(self.world.clock.now()).token()}"}
        body: dict[str, object] = {"regulation": "gdpr"}
        if kind == "deletion":
            challenge = await self._functions[kind].call("make_challenge", headers=headers)
            signed_in = b2c_id(self.world.clock.now()).changed(nonce=json_of(challenge)["nonce"])
            body["idToken"] = signed_in.token()
        return self._told(await self._functions[kind].call(f"submit_own_{kind}", body, headers))

    def _told(self, response: func.HttpResponse) -> Told:
        calls, self.points.names = self.points.names, []
        return Told(response.status_code, dict(response.headers), response.get_body(), calls)


@pytest.mark.parametrize("again", [False, True], ids=["at first", "when it is asked again"])
@pytest.mark.parametrize("kind", ["export", "deletion"])
@pytest.mark.parametrize("named", BY_APPS)
async def test_an_app_is_told_the_same_of_somebody_and_of_nobody(
    named: str, kind: str, *, again: bool
) -> None:
    somebody, nobody = Place(exists=True), Place(exists=False)
    told = []
    for place in (somebody, nobody):
        if again:
            await place.by_an_app(kind, BY_APPS[named])
        told.append(await place.by_an_app(kind, BY_APPS[named]))
    assert told[0] == told[1]
    assert told[0].status == 202, told[0].body
    assert not [call for call in told[0].calls if call.startswith("graph")]


@pytest.mark.parametrize("kind", ["export", "deletion"])
async def test_a_person_is_told_the_same_whether_or_not_the_account_is_still_there(kind: str) -> None:
    there, gone = await Place(exists=True).by_the_person(kind), await Place(exists=False).by_the_person(kind)
    assert there == gone
    assert there.status == 202
    assert not [call for call in there.calls if call.startswith("graph")]


# --- the same at the running app


@pytest.fixture
def without_graph(deployment: Deployment) -> Iterator[Deployment]:
    """Graph answers nothing: what an answer depended on there would be missing."""
    deployment.graph.fault("503", times=None)
    yield deployment
    deployment.graph.ask("DELETE", "faults")


def shape(answer: httpx.Response) -> tuple[int, list[str], list[str], list[str], str]:
    """Everything of an answer but ids, tickets and times."""
    body: Json = answer.json()
    links = body["links"]
    assert isinstance(links, dict)
    names = sorted(name for name in answer.headers if name != "date")
    return answer.status_code, names, list(body), list(links), answer.headers["content-length"]


@pytest.mark.parametrize("kind", ["exports", "deletions"])
def test_the_running_app_tells_of_somebody_as_of_nobody(without_graph: Deployment, kind: str) -> None:
    http, graph = without_graph.hosts[AppAuth.KEY], without_graph.graph
    object_id, address = graph.add_person()
    nobody = f"person.{uuid4().hex[:10]}@example.com"
    subjects = [
        ({"email": address}, {"email": nobody}),
        ({"objectId": object_id, "tenant": "contoso"}, {"objectId": str(uuid4()), "tenant": "contoso"}),
    ]
    for pair in subjects:
        bodies = [{"subject": subject, "regulation": "gdpr"} for subject in pair]
        told = [http.post(f"/api/{kind}", json=body, headers=without_graph.key) for body in bodies]
        assert shape(told[0]) == shape(told[1])
        assert told[0].status_code == 202


def test_the_running_app_tells_a_person_the_same_though_the_account_is_gone(
    without_graph: Deployment,
) -> None:
    http, tokens = without_graph.hosts[AppAuth.KEY], without_graph.tokens
    there, _ = without_graph.graph.add_person()
    shown = [bearer(tokens.access(object_id)) for object_id in (there, str(uuid4()))]
    told = [http.post("/api/me/exports", json={"regulation": "gdpr"}, headers=one) for one in shown]
    assert shape(told[0]) == shape(told[1])
    assert told[0].status_code == 202
