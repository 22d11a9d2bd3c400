"""Every route for every caller, however apps have to authenticate: the tables below say what each is told.

`H` is the Functions host's own 401, which has no body; the app never sees such a call. `401*` is told for the
ID token in the body: it is somebody else's.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import httpx
import pytest

from local.client import AppClient, Json
from shared.gate import AppAuth
from tests.contract_of_api import OPENAPI, check_answer
from tests.security.deployment import B2C, Deployment, Headers, bearer, client
from tests.security.refusals import refused, refused_by_the_host

APPS = """
none  nobody
key   the function key
key!  a wrong function key
exp   an app with the role Exports.Submit
del   an app with the role Deletions.Submit
sub   an app with both, the one that made the request
str   an app without a role
k+ex  the same with the function key …
k+de
k+su
k+st
!+su  the app that made the request, with a wrong function key
"""
PEOPLE = """
per   the person whose own request it is
oth   another person, about whom the app's requests are
k+pe  the person, with the function key
idt   the person's ID token in place of an access token
tic   whoever holds the request's ticket
tic2  whoever holds the ticket of another request of the same person
ope   an operator who may act
rea   an operator who may read
new   staff without a role
k+op  an operator, with the function key
"""
FOR_APPS: Mapping[AppAuth, tuple[str, str]] = {
    AppAuth.KEY: (
        """
                      none key  key! exp  del  sub  str  k+ex k+de k+su k+st !+su
submit_export         H    202  H    H    H    H    H    202  202  202  202  H
show_export           H    200  H    H    H    H    H    200  200  200  200  H
link_export           H    200  H    H    H    H    H    200  200  200  200  H
withdraw_export       H    409  H    H    H    H    H    409  409  409  409  H
submit_deletion       H    202  H    H    H    H    H    202  202  202  202  H
show_deletion         H    200  H    H    H    H    H    200  200  200  200  H
withdraw_deletion     H    409  H    H    H    H    H    409  409  409  409  H
link_copy             H    409  H    H    H    H    H    409  409  409  409  H
confirm_copy          H    409  H    H    H    H    H    409  409  409  409  H
show_receipt          H    200  H    H    H    H    H    200  200  200  200  H
""",
        """
                      per  oth  k+pe idt  tic  tic2 ope  rea  new  k+op
submit_export         H    H    202  H    H    H    H    H    H    202
show_export           H    H    200  H    H    H    H    H    H    200
link_export           H    H    200  H    H    H    H    H    H    200
withdraw_export       H    H    409  H    H    H    H    H    H    409
submit_deletion       H    H    202  H    H    H    H    H    H    202
show_deletion         H    H    200  H    H    H    H    H    H    200
withdraw_deletion     H    H    409  H    H    H    H    H    H    409
link_copy             H    H    409  H    H    H    H    H    H    409
confirm_copy          H    H    409  H    H    H    H    H    H    409
show_receipt          H    H    200  H    H    H    H    H    H    200
""",
    ),
    AppAuth.TOKEN: (
        """
                      none key  key! exp  del  sub  str  k+ex k+de k+su k+st !+su
submit_export         401  401  401  202  403  202  403  202  403  202  403  202
show_export           401  401  401  404  403  200  403  404  403  200  403  200
link_export           401  401  401  404  403  200  403  404  403  200  403  200
withdraw_export       401  401  401  404  403  409  403  404  403  409  403  409
submit_deletion       401  401  401  403  202  202  403  403  202  202  403  202
show_deletion         401  401  401  403  404  200  403  403  404  200  403  200
withdraw_deletion     401  401  401  403  404  409  403  403  404  409  403  409
link_copy             401  401  401  403  404  409  403  403  404  409  403  409
confirm_copy          401  401  401  403  404  409  403  403  404  409  403  409
show_receipt          401  401  401  403  404  200  403  403  404  200  403  200
""",
        """
                      per  oth  k+pe idt  tic  tic2 ope  rea  new  k+op
submit_export         401  401  401  401  401  401  401  401  401  401
show_export           401  401  401  401  401  401  401  401  401  401
link_export           401  401  401  401  401  401  401  401  401  401
withdraw_export       401  401  401  401  401  401  401  401  401  401
submit_deletion       401  401  401  401  401  401  401  401  401  401
show_deletion         401  401  401  401  401  401  401  401  401  401
withdraw_deletion     401  401  401  401  401  401  401  401  401  401
link_copy             401  401  401  401  401  401  401  401  401  401
confirm_copy          401  401  401  401  401  401  401  401  401  401
show_receipt          401  401  401  401  401  401  401  401  401  401
""",
    ),
    AppAuth.BOTH: (
        """
                      none key  key! exp  del  sub  str  k+ex k+de k+su k+st !+su
submit_export         H    401  H    H    H    H    H    202  403  202  403  H
show_export           H    401  H    H    H    H    H    404  403  200  403  H
link_export           H    401  H    H    H    H    H    404  403  200  403  H
withdraw_export       H    401  H    H    H    H    H    404  403  409  403  H
submit_deletion       H    401  H    H    H    H    H    403  202  202  403  H
show_deletion         H    401  H    H    H    H    H    403  404  200  403  H
withdraw_deletion     H    401  H    H    H    H    H    403  404  409  403  H
link_copy             H    401  H    H    H    H    H    403  404  409  403  H
confirm_copy          H    401  H    H    H    H    H    403  404  409  403  H
show_receipt          H    401  H    H    H    H    H    403  404  200  403  H
""",
        """
                      per  oth  k+pe idt  tic  tic2 ope  rea  new  k+op
submit_export         H    H    401  H    H    H    H    H    H    401
show_export           H    H    401  H    H    H    H    H    H    401
link_export           H    H    401  H    H    H    H    H    H    401
withdraw_export       H    H    401  H    H    H    H    H    H    401
submit_deletion       H    H    401  H    H    H    H    H    H    401
show_deletion         H    H    401  H    H    H    H    H    H    401
withdraw_deletion     H    H    401  H    H    H    H    H    H    401
link_copy             H    H    401  H    H    H    H    H    H    401
confirm_copy          H    H    401  H    H    H    H    H    H    401
show_receipt          H    H    401  H    H    H    H    H    H    401
""",
    ),
}
FOR_OTHERS = (
    """
                      none key  key! exp  del  sub  str  k+ex k+de k+su k+st !+su
submit_own_export     401  401  401  401  401  401  401  401  401  401  401  401
show_own_export       401  401  401  401  401  401  401  401  401  401  401  401
link_own_export       401  401  401  401  401  401  401  401  401  401  401  401
withdraw_own_export   401  401  401  401  401  401  401  401  401  401  401  401
make_challenge        401  401  401  401  401  401  401  401  401  401  401  401
submit_own_deletion   401  401  401  401  401  401  401  401  401  401  401  401
show_own_deletion     401  401  401  401  401  401  401  401  401  401  401  401
withdraw_own_deletion 401  401  401  401  401  401  401  401  401  401  401  401
link_own_copy         401  401  401  401  401  401  401  401  401  401  401  401
confirm_own_copy      401  401  401  401  401  401  401  401  401  401  401  401
show_own_receipt      401  401  401  401  401  401  401  401  401  401  401  401
list_requests         401  401  401  401  401  401  401  401  401  401  401  401
show_request          401  401  401  401  401  401  401  401  401  401  401  401
act_on_request        401  401  401  401  401  401  401  401  401  401  401  401
search_people         401  401  401  401  401  401  401  401  401  401  401  401
place_hold            401  401  401  401  401  401  401  401  401  401  401  401
lift_hold             401  401  401  401  401  401  401  401  401  401  401  401
make_batch            401  401  401  401  401  401  401  401  401  401  401  401
list_batches          401  401  401  401  401  401  401  401  401  401  401  401
show_batch            401  401  401  401  401  401  401  401  401  401  401  401
start_batch           401  401  401  401  401  401  401  401  401  401  401  401
stop_batch            401  401  401  401  401  401  401  401  401  401  401  401
link_result           401  401  401  401  401  401  401  401  401  401  401  401
run_checks            401  401  401  401  401  401  401  401  401  401  401  401
health                200  200  200  200  200  200  200  200  200  200  200  200
list_receipt_keys     200  200  200  200  200  200  200  200  200  200  200  200
""",
    # the request has ended, and there is no hold, so that who may act is told that it is too late: 409
    """
                      per  oth  k+pe idt  tic  tic2 ope  rea  new  k+op
submit_own_export     202  202  202  401  401  401  401  401  401  401
show_own_export       200  404  200  401  200  404  401  401  401  401
link_own_export       200  404  200  401  200  404  401  401  401  401
withdraw_own_export   409  404  409  401  409  404  401  401  401  401
make_challenge        201  201  201  401  401  401  401  401  401  401
submit_own_deletion   202  401* 202  401  401  401  401  401  401  401
show_own_deletion     200  404  200  401  200  404  401  401  401  401
withdraw_own_deletion 409  404  409  401  409  404  401  401  401  401
link_own_copy         409  404  409  401  409  404  401  401  401  401
confirm_own_copy      409  404  409  401  409  404  401  401  401  401
show_own_receipt      200  404  200  401  200  404  401  401  401  401
list_requests         401  401  401  401  401  401  200  200  403  200
show_request          401  401  401  401  401  401  200  200  403  200
act_on_request        401  401  401  401  401  401  409  403  403  409
search_people         401  401  401  401  401  401  200  200  403  200
place_hold            401  401  401  401  401  401  200  403  403  200
lift_hold             401  401  401  401  401  401  409  403  403  409
make_batch            401  401  401  401  401  401  200  403  403  200
list_batches          401  401  401  401  401  401  200  200  403  200
show_batch            401  401  401  401  401  401  200  200  403  200
start_batch           401  401  401  401  401  401  409  403  403  409
stop_batch            401  401  401  401  401  401  409  403  403  409
link_result           401  401  401  401  401  401  200  200  403  200
run_checks            401  401  401  401  401  401  200  403  403  200
health                200  200  200  200  200  200  200  200  200  200
list_receipt_keys     200  200  200  200  200  200  200  200  200  200
""",
)
ABOUT = {
    "show_export": ("link_export", "withdraw_export", "show_request", "act_on_request"),
    "show_deletion": ("withdraw_deletion", "link_copy", "confirm_copy", "show_receipt"),
    "show_own_export": ("link_own_export", "withdraw_own_export"),
    "show_batch": ("start_batch", "stop_batch", "link_result"),
    "show_own_deletion": ("withdraw_own_deletion", "link_own_copy", "confirm_own_copy", "show_own_receipt"),
}
SHOWN_BY = {one: shown for shown, others in ABOUT.items() for one in (shown, *others)}
"""The operation that shows the request which an operation is about."""
HOLD = {"basis": "legal_claims", "article": "Art. 17(3)(e)", "reviewAt": "2030-01-01T00:00:00Z"}
LIST = {
    "kind": "export",
    "regulation": "gdpr",
    "format": "csv",
    "dryRun": True,
    "size": 9,
    "sha256": "a" * 64,
}
"""That it is not so is found when it is read."""
STAFF = {"operator": "olga", "reader": "rita", "newcomer": "nils"}


def read_tables(*tables: str) -> dict[str, dict[str, str]]:
    """What each route tells each caller, the columns of all tables side by side."""
    rows: dict[str, dict[str, str]] = {}
    for table in tables:
        heads, *lines = (line.split() for line in table.splitlines() if line.strip())
        for name, *cells in lines:
            rows.setdefault(name, {}).update(zip(heads, cells, strict=True))
    return rows


def expected(app_auth: AppAuth) -> dict[str, dict[str, str]]:
    return {**read_tables(*FOR_APPS[app_auth]), **read_tables(*FOR_OTHERS)}


CALLERS = [line.split()[0] for line in (APPS + PEOPLE).splitlines() if line]
OPERATIONS = {
    str(operation["operationId"]): (method.upper(), f"/api{path}")
    for path, methods in cast("Mapping[str, Mapping[str, Json]]", OPENAPI["paths"]).items()
    for method, operation in methods.items()
}
"""Method and path of every operation of openapi.yaml."""


@dataclass
class Scene:
    """What there is in a deployment before anybody calls: requests by the operation that shows them."""

    deployment: Deployment
    app_auth: AppAuth
    person: str = ""
    other: str = ""
    requests: dict[str, Json] = field(default_factory=dict)

    @property
    def http(self) -> httpx.Client:
        return self.deployment.hosts[self.app_auth]

    @cached_property
    def shown(self) -> dict[str, Headers]:
        """What each caller shows, but for tickets."""
        tokens, key, wrong = self.deployment.tokens, self.deployment.key, {"x-functions-key": "wrong"}
        apps = {name[:3]: tokens.app(name) for name in ("exporter", "deleter", "submitter", "stranger")}
        people = {
            "per": bearer(tokens.access(self.person)),
            "oth": bearer(tokens.access(self.other)),
            "idt": bearer(tokens.identity(self.person, B2C)),
        }
        staff = {name[:3]: tokens.operator(who) for name, who in STAFF.items()}
        with_key = {f"k+{name[:2]}": {**key, **shown} for name, shown in {**apps, **people, **staff}.items()}
        alone: dict[str, Headers] = {"none": {}, "key": key, "key!": wrong, "!+su": {**wrong, **apps["sub"]}}
        return {**alone, **apps, **people, **staff, **with_key}

    def prepare(self) -> None:
        """A request of each kind: by the app about the other person, by the person; all have ended."""
        self.person, _ = self.deployment.graph.add_person()
        self.other, _ = self.deployment.graph.add_person()
        for mine, caller in (("", "k+su"), ("own_", "per")):
            with client(str(self.http.base_url), self.shown[caller]) as http:
                app = AppClient(http)
                export = self.requests[f"show_{mine}export"] = self._made(f"submit_{mine}export", caller)
                assert app.ended(export)["status"] == "completed"
                deletion = self.requests[f"show_{mine}deletion"] = self._made(
                    f"submit_{mine}deletion", caller
                )
                app.withdraw(deletion)
                app.receipt(deletion)
        self.requests["show_batch"] = self._ended_batch()

    def about(self, operation: str) -> Json:
        """The request that an operation is about, where it is about one."""
        return self.requests.get(SHOWN_BY.get(operation, ""), {"ticket": "x" * 43})

    def callers(self, operation: str) -> dict[str, Headers]:
        """What each caller of the tables shows to a route: the ticket is that of the request it is about."""
        export, deletion = self.requests["show_own_export"], self.requests["show_own_deletion"]
        about = self.about(operation)
        held = {"tic": about, "tic2": export if about is deletion else deletion}
        tickets = {name: {"x-request-ticket": str(request["ticket"])} for name, request in held.items()}
        every = {**self.shown, **tickets}
        return {name: every[name] for name in CALLERS}

    def call(self, operation: str, shown: Headers) -> httpx.Response:
        method, path = OPERATIONS[operation]
        request_id = str(self.about(operation).get("id"))
        address = path.replace("{id}", request_id).replace("{act}", "cancel")
        body, key = self.body(operation), {"idempotency-key": "k"} if operation == "make_batch" else {}
        return self.http.request(method, address, headers={**shown, **key}, json=body)

    def body(self, operation: str) -> Json | None:
        """What the person, the app or the operator who may do this would send."""
        if operation == "submit_own_deletion":
            return {"regulation": "gdpr", "idToken": self._fresh_id_token()}
        about_somebody = {"subject": self._account(self.other), "regulation": "gdpr"}
        bodies: Mapping[str, Json] = {
            "submit_export": about_somebody,
            "submit_deletion": about_somebody,
            "submit_own_export": {"regulation": "gdpr"},
            "act_on_request": {},
            "search_people": {"objectId": self.other},
            "place_hold": {**self._account(self.other), **HOLD},
            "lift_hold": self._account(self.person),
            "make_batch": LIST,
            "run_checks": {},
        }
        return bodies.get(operation)

    def _account(self, object_id: str) -> dict[str, str]:
        return {"objectId": object_id, "tenant": "contoso"}

    def _fresh_id_token(self) -> str:
        challenge = self.http.post("/api/me/challenges", headers=self.shown["per"])
        return self.deployment.tokens.identity(self.person, claims={"nonce": challenge.json()["nonce"]})

    def _ended_batch(self) -> Json:
        """A list that has failed: it is not what was announced."""
        shown, headers = {**self.shown["ope"], "idempotency-key": "ended"}, {"x-ms-blob-type": "BlockBlob"}
        made = self.http.post("/api/operations/batches", headers=shown, json=LIST).json()
        httpx.put(made["upload"]["url"], content=b"email\na@b", headers=headers).raise_for_status()
        path = f"/api/operations/batches/{made['id']}"
        self.http.post(f"{path}/start", headers=self.shown["ope"]).raise_for_status()
        for _ in range(300):
            batch: Json = self.http.get(path, headers=self.shown["ope"]).json()
            if batch["endedAt"]:
                return {**batch, "ticket": "x" * 43}
            time.sleep(0.1)
        raise TimeoutError

    def _made(self, operation: str, caller: str) -> Json:
        answer = self.call(operation, self.shown[caller])
        assert answer.status_code == 202, answer.text
        accepted: Json = answer.json()
        return accepted


@pytest.fixture(scope="module", params=list(AppAuth))
def scene(request: pytest.FixtureRequest, deployment: Deployment) -> Scene:
    scene = Scene(deployment, request.param)
    scene.prepare()
    return scene


def told(answer: httpx.Response) -> str:
    """The answer as the tables have it, once it is what openapi.yaml says and a refusal like any other."""
    if refused_by_the_host(answer):
        return "H"
    check_answer(answer)
    for status in (401, 403, 404):
        assert answer.status_code != status or refused(answer, status)
    return str(answer.status_code)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_caller_is_told_what_the_table_says(scene: Scene, operation: str) -> None:
    answers = {name: told(scene.call(operation, shown)) for name, shown in scene.callers(operation).items()}
    assert answers == {name: cell.rstrip("*") for name, cell in expected(scene.app_auth)[operation].items()}


@pytest.mark.parametrize("app_auth", AppAuth)
def test_every_route_of_the_contract_has_its_row_and_no_row_is_without_one(app_auth: AppAuth) -> None:
    rows = expected(app_auth)
    assert set(rows) == set(OPERATIONS)
    assert [name for name, row in rows.items() if list(row) != CALLERS] == []


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whoever_is_refused_is_told_nothing_of_what_they_sent(scene: Scene, operation: str) -> None:
    (method, path), callers = OPERATIONS[operation], scene.callers(operation)
    spoilt = path.replace("{id}", "'").replace("{act}", "%00")
    for name, cell in expected(scene.app_auth)[operation].items():
        if cell in {"401", "403"}:
            headers = {**callers[name], "Idempotency-Key": "not a key", "content-type": "text/x"}
            answer = scene.http.request(method, spoilt, headers=headers, content=b"\xff" * 20_000)
            assert refused(answer, int(cell)), name


Unknown = Callable[[Scene], str]
UNKNOWN: Mapping[str, Unknown] = {
    "an id that nobody has": lambda _scene: "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "what is no id": lambda _scene: "x",
    "an id in capitals": lambda scene: str(scene.requests["show_export"]["id"]).upper(),
    "a deletion's id": lambda scene: str(scene.requests["show_deletion"]["id"]),
    "a person's own request": lambda scene: str(scene.requests["show_own_export"]["id"]),
    "an object id": lambda scene: scene.person,
}


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_a_request_that_is_not_there_is_like_one_of_somebody_else(scene: Scene, unknown: str) -> None:
    address = f"/api/exports/{UNKNOWN[unknown](scene)}"
    owner = scene.shown["k+su"]
    assert refused(scene.http.get(address, headers=owner), 404)
    assert refused(scene.http.post(f"{address}/link", headers=owner), 404)


def test_a_person_sees_what_an_app_asked_about_them_and_another_person_does_not(scene: Scene) -> None:
    about_me = f"/api/me/exports/{scene.requests['show_export']['id']}"
    assert scene.http.get(about_me, headers=scene.shown["oth"]).status_code == 200
    assert refused(scene.http.get(about_me, headers=scene.shown["per"]), 404)


def test_a_ticket_goes_before_a_token_and_is_never_made_up_for_by_it(scene: Scene) -> None:
    mine, callers = (
        f"/api/me/exports/{scene.requests['show_own_export']['id']}",
        scene.callers("show_own_export"),
    )
    for ticket, status in (("tic", 200), ("tic2", 404)):
        answer = scene.http.get(mine, headers={**callers[ticket], **callers["per"]})
        assert answer.status_code == status
    for ticket in ("", "x", f"{callers['tic']['x-request-ticket']}, x"):
        assert refused(scene.http.get(mine, headers={**callers["per"], "x-request-ticket": ticket}))
