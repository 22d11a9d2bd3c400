"""openapi.yaml against the running app: made-up calls, right and wrong ones, by whoever may make them.

Schemathesis makes the calls, the same in every run, and checks the answers. Every check of it is on, but for
those in `CANNOT_HOLD`, which say why and what is checked in their place.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from local.client import AppClient, Json
from operations_function.acts import ACTS
from shared.gate import AppAuth
from shared.letters import EXTENSION_REASONS, REFUSAL_REASONS
from tests.paths import ROOT
from tests.security.deployment import Deployment, bearer, client

EXAMPLES = 8
"""Beside those that go through every rule of the schema, about sixty a route."""
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 20261125,
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
        "suppress-health-check": ["all"],
        "checks": {
            # 413 and 415 are refusals as well
            "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 413, 415, 422]}
        },
    }
)
Case = schemathesis.Case[Any]
SCHEMA = schemathesis.openapi.from_path(ROOT / "openapi.yaml", config=CONFIG)
CANNOT_HOLD = {
    "unsupported_method": "the Functions host answers 404 for a wrong method, not 405: see the test below",
    "positive_data_acceptance": "some rules depend on settings, the time or a secret: see BEYOND_SCHEMA",
}
NOTHING_TO_CHECK = {
    "use_after_free": "nothing is removed by a call",
    "ensure_resource_availability": "needs calls that follow from one another: see the end-to-end tests",
    "object_level_authorization": "needs two callers: test_route_matrix.py has all of them",
    "allow_header_conformance": "the host sends no Allow",
    "missing_required_header": "no header is required but the one that shows who calls: ignored_auth",
}
"""These are on as well; they find nothing that they could look at."""
HOLD = {
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *(
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "ignored_auth",
    ),
}
BEYOND_SCHEMA = {
    "must be the name of a configured tenant",
    "must be at most 5 minutes ahead and 90 days back",
    "must be an ID token of at most 10 minutes of age, of an app that settings name",
    "is not a known field of this act",
    "must be one of: identity_in_doubt",
    f"must be one of: {', '.join(sorted(EXTENSION_REASONS))}",
    f"must be one of: {', '.join(sorted(REFUSAL_REASONS))}",
}
"""For what a call is refused that the schema allows."""
ACCEPTED_OR_LATE = {200, 201, 202, 401, 404, 409, 410, 422}
"""401: a made-up ticket or ID token; 404: a made-up id; 409: too late for an act; 410: the person was deleted
by a call before; 422: a key used before."""


class Callers:
    """Whoever may make a call, and what makes a made-up one a real one."""

    def __init__(self, deployment: Deployment) -> None:
        self.http = deployment.hosts[AppAuth.KEY]
        self._deployment = deployment
        self._person, _ = deployment.graph.add_person()
        self._access = bearer(deployment.tokens.access(self._person))["authorization"]
        self._operator = deployment.tokens.operator()["authorization"]
        about_them = {"subject": {"objectId": self._person, "tenant": "contoso"}}
        self._export = self._made("/api/exports", about_them)
        with client(str(self.http.base_url), self.shown("/exports")) as http:
            assert AppClient(http).ended(self._export)["status"] == "completed"
        self._deletion = self._made("/api/deletions", about_them)

    def shown(self, path: str) -> dict[str, str]:
        """What the caller of a path shows; names as Schemathesis spells them."""
        if "me" in path.split("/"):
            return {"Authorization": self._access}
        if "operations" in path.split("/"):
            return {"Authorization": self._operator}
        return dict(self._deployment.key)

    def make_real(self, case: Case) -> bool:
        """Put a real request, real tokens and a real tenant into the call; whether it has place for them."""
        return any([self._with_id(case), self._with_body(case)])

    def _with_id(self, case: Case) -> bool:
        if "id" not in case.path_parameters or is_wrong(case, ParameterLocation.PATH):
            return False
        case.path_parameters["id"] = self._id_for(case.path)
        case.headers.pop("X-Request-Ticket", None)
        return True

    def _id_for(self, path: str) -> str:
        if "{act}" in path:
            return str(self._made("/api/exports", {"subject": {"email": f"{uuid4().hex}@example.com"}})["id"])
        return str((self._deletion if "deletions" in path else self._export)["id"])

    def _with_body(self, case: Case) -> bool:
        body = case.body
        if not isinstance(body, dict) or is_wrong(case, ParameterLocation.BODY):
            return False
        if (act := ACTS.get(str(case.path_parameters.get("act")))) and act.reasons and "reason" in body:
            body["reason"] = min(act.reasons)
        subject = body.get("subject")
        found = False
        for holder in (body, subject):
            if isinstance(holder, dict):
                made: dict[str, Callable[[], str]] = {"idToken": self._id_token, "tenant": lambda: "contoso"}
                changes = {name: make() for name, make in made.items() if name in holder}
                holder.update(changes)
                found = found or bool(changes)
        return found

    def _id_token(self) -> str:
        nonce = self.http.post("/api/me/challenges", headers={"authorization": self._access}).json()["nonce"]
        return self._deployment.tokens.identity(self._person, claims={"nonce": nonce})

    def _made(self, path: str, subject: Json) -> Json:
        body = {"regulation": "gdpr", **subject}
        answer: Json = self.http.post(path, json=body, headers=self.shown(path)).raise_for_status().json()
        return answer


@pytest.fixture(scope="module")
def callers(deployment: Deployment) -> Callers:
    return Callers(deployment)


def is_wrong(case: Case, where: ParameterLocation) -> bool:
    """Whether Schemathesis has made this part of the call against the rules."""
    part = case.meta.components.get(where) if case.meta else None
    return part is not None and part.mode.is_negative


def by_the_host(response: Any) -> bool:
    """404 without a body: the Functions host found no function for the address or the method."""
    return (response.status_code, response.content) == (404, b"")


def check(case: Case, callers: Callers) -> None:
    """Make the call, and hold its answer to every check that can hold."""
    shown = callers.shown(case.path)
    response = case.call(f"{str(callers.http.base_url).rstrip('/')}/api", headers=shown)
    if by_the_host(response):
        assert is_wrong(case, ParameterLocation.PATH) or case.method != case.operation.method.upper()
        return
    cannot: list[Any] = [CHECKS.get_one(name) for name in CANNOT_HOLD]
    case.validate_response(response, headers=shown, excluded_checks=cannot)
    if case.meta and case.meta.generation.mode.is_positive and response.status_code not in ACCEPTED_OR_LATE:
        body = response.json()
        told = {error["rule"] for error in body.get("errors", [{"rule": body["detail"]}])}
        assert response.status_code == 400, body
        assert told <= BEYOND_SCHEMA | {"next: must be taken from the page before."}, body


@SCHEMA.parametrize()
def test_every_answer_is_what_the_contract_says(case: Case, callers: Callers) -> None:
    check(case, callers)
    if callers.make_real(case):
        check(case, callers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_a_method_that_a_route_does_not_have_is_the_host_s_404(callers: Callers, method: str) -> None:
    for path in ("/exports", "/me/deletions", "/operations/people/search"):
        answer = callers.http.request(method, f"/api{path}", headers=callers.shown(path))
        assert by_the_host(answer)


def test_every_check_of_schemathesis_is_accounted_for() -> None:
    load_all_checks()
    groups: tuple[Mapping[str, str] | set[str], ...] = (CANNOT_HOLD, NOTHING_TO_CHECK, HOLD)
    assert sorted(CHECKS.get_all_names()) == sorted(name for group in groups for name in group)
