"""Nothing personal and nothing secret is in any log line, at DEBUG, whatever path the request takes."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from local.client import AppClient, Json
from tests.running import RunningStack, settings_of
from tests.security.deployment import EXTERNAL, Headers, Tokens, bearer, client


def secrets_of_process(pid: int) -> dict[str, str]:
    """The secret settings that a process was started with."""
    return {
        name: value
        for name, value in settings_of(pid).items()
        if name.endswith(
            ("SECRET", "HASH_KEY", "RECEIPTS__KEY", "ACCESS_KEY", "connectionString", "AzureWebJobsStorage")
        )
    }


ARTICLE, MAIL = "Art. 17 (3) Kanarienhahn", "briefkasten@kanarienhahn.example"


def every_path(stack: RunningStack) -> dict[str, str]:
    """Walk a request through all that can happen to it; what must not be logged, by name."""
    object_id, address = stack.graph.add_person("contoso", audit_events=3, displayName="Zoë Canary")
    http, subject = stack.app.http, {"email": address}
    for collection in ("exports", "deletions"):
        http.post(f"/api/{collection}", json={"subject": subject, "regulation": "gdpr", address: object_id})
        http.post(f"/api/{collection}", content=f'{{"subject": "{address}'.encode())
        http.get(f"/api/{collection}/{object_id}")
        http.get(f"/api/{collection}/{quote(address)}", headers={"x-functions-key": address})
    stack.graph.fault("503", path="users")
    stack.graph.fault("429", path="directoryAudits")
    stack.graph.fault("cut_after", method="DELETE")
    exported = stack.app.submit("exports", subject)
    link = str(stack.app.link(stack.app.ended(exported))["url"])
    assert httpx.get(link, trust_env=False).status_code == 200
    removed = stack.app.submit("deletions", {"objectId": object_id, "tenant": "contoso"})
    stack.app.ended(removed)
    http.get(
        f"/api/deletions/{removed['id']}?code={stack.ready.function_key}", headers={"x-functions-key": ""}
    )
    return {
        "address": address,
        "address in a link": quote(address),
        "object id": object_id,
        "mangled object id": object_id.replace("-", ""),
        "name": "Canary",
        "function key": stack.ready.function_key,
        "link": link,
        "signature": str(httpx.URL(link).params["sig"]),
        "signature in a link": quote(str(httpx.URL(link).params["sig"]), safe=""),
        **{f"ticket of the {one['kind']}": str(one["ticket"]) for one in (exported, removed)},
    }


def every_caller(stack: RunningStack) -> dict[str, str]:
    """Let a person, an app and operators do all that they may, and be refused all that they may not."""
    names = {"displayName": "Ada Kanarienvogel", "mail": MAIL, "otherMails": [MAIL]}
    object_id, address = stack.graph.add_person("contoso", **names)
    with client(stack.ready.app) as http:
        shown = _tokens(Tokens(stack.graph), http, object_id)
        me, operator = bearer(shown["access token"]), bearer(shown["operator's token"])
        exported, removed = _own_requests(http, me, shown["ID token"])
        link = http.post(f"{exported['links']['self']}/link", headers=_ticket(exported["ticket"]))
        for spoilt in ("kanarienvogel", f"{exported['ticket']}x", removed["ticket"]):
            http.get(exported["links"]["self"], headers=_ticket(spoilt))
        _refused_everywhere(http, stack.app.http, shown, object_id)
        sealed = _claims_along(stack)
        tickets = _withdrawn_copied_and_receipted(http, me, removed, exported)
        _holds_placed_and_lifted(http, operator, object_id)
        stack.app.withdraw(stack.app.submit("exports", {"email": MAIL}))
        asked = stack.app.submit("exports", {"email": "nobody@kanarienvogel.example"})
        _operators_work(http, operator, str(asked["id"]), (address, object_id, "kanarienvogel"))
        _without_keys(stack, http)
    parts = {f"{name}, part {n}": part for name, one in shown.items() for n, part in _parts(one)}
    return {
        **shown,
        **parts,
        "own address": address,
        "own object id": object_id,
        "own ticket": exported["ticket"],
        "own deletion's ticket": removed["ticket"],
        "own link": link.raise_for_status().json()["url"],
        "what was typed": "kanarienvogel",
        "where mail goes": MAIL,
        "claims that are sealed": sealed,
        "an article": ARTICLE,
        **tickets,
    }


def _tokens(tokens: Tokens, http: httpx.Client, object_id: str) -> dict[str, str]:
    """Good ones, bad ones, and the nonce."""
    access = tokens.access(object_id)
    nonce = str(http.post("/api/me/challenges", headers=bearer(access)).json()["nonce"])
    return {
        "access token": access,
        "nonce": nonce,
        "ID token": tokens.identity(object_id, claims={"nonce": nonce}),
        "operator's token": tokens.made("operator"),
        "app's token": tokens.made("app"),
        "expired token": tokens.access(object_id, claims={"iat": 1, "nbf": 1, "exp": 2}),
        "guest's token": tokens.access(object_id, EXTERNAL, claims={"acct": 1}),
        "token of nobody's key": tokens.access(object_id, key="foreign"),
        "token without a signature": tokens.access(object_id, header={"alg": "none"}),
        "no token": "kanarienvogel.no.token",
    }


def _own_requests(http: httpx.Client, me: Headers, id_token: str) -> tuple[Any, Any]:
    """An export that has ended and a deletion, as they were accepted."""
    own = {"regulation": "gdpr"}
    exported = http.post("/api/me/exports", json=own, headers=me).raise_for_status().json()
    with client(str(http.base_url), me) as mine:
        assert AppClient(mine).ended(exported)["status"] == "completed"
    body = {**own, "idToken": id_token}
    return exported, http.post("/api/me/deletions", json=body, headers=me).raise_for_status().json()


def _ticket(ticket: str) -> Headers:
    return {"x-request-ticket": ticket}


def _parts(token: str) -> list[tuple[int, str]]:
    """Claims and signature; the headers of two tokens may be the same."""
    return [(number, part) for number, part in enumerate(token.split(".")) if number and len(part) > 9]


def _refused_everywhere(
    http: httpx.Client, with_key: httpx.Client, tokens: Mapping[str, str], object_id: str
) -> None:
    """Show each token where it is not taken, and in places where no token belongs."""
    other = "/api/me/exports/3fa85f64-5717-4562-b3fc-2c963f66afa6"
    for token in tokens.values():
        for method, path in (("POST", "/api/me/challenges"), ("GET", other), ("POST", f"{other}/link")):
            http.request(method, path, headers=bearer(token))
        for path in ("/api/exports", "/api/deletions"):
            with_key.post(path, json={"subject": {"idToken": token}, "regulation": "gdpr"})
            with_key.post(path, json={"subject": {}}, headers=bearer(token))
        http.post("/api/me/deletions", json={"regulation": "gdpr", "idToken": token}, headers=bearer(token))
        http.post("/api/me/deletions", content=token.encode(), headers=bearer(token))
        http.get("/api/operations/requests", headers=bearer(token))
        http.get(f"/api/operations/requests/{object_id}", headers={"Authorization": f"Basic {token}"})
        http.get("/api/operations/requests", headers={"X-MS-CLIENT-PRINCIPAL": token})
        http.get(f"/api/health?access_token={token}&code={token}")
        http.get(f"/api/{token[:2000]}")
        with_key.get("/api/exports/x", headers={"x-functions-key": token})
        with_key.post("/api/exports", json={}, headers={"Idempotency-Key": token[-200:]})


def _operators_work(http: httpx.Client, shown: Headers, request_id: str, terms: tuple[str, ...]) -> None:
    """Search, list and decide; wrongly as well."""
    for term in terms:
        for body in ({"name": term}, {"objectId": term}, {"name": term, "tenant": term}, {term: term}):
            http.post("/api/operations/people/search", json=body, headers=shown)
        for query in ("next", "status", "kind", "dueBefore", "top", term):
            http.get("/api/operations/requests", params={query: term}, headers=shown)
        for act, reason in (("pause", "identity_in_doubt"), ("extend", "complexity"), ("close", term)):
            for body in ({"reason": reason, "note": f"a note of {term}"}, {"note": term, "reason": term}):
                http.post(f"/api/operations/requests/{request_id}/{act}", json=body, headers=shown)
        http.post(f"/api/operations/requests/{request_id}/{term}", json={}, headers=shown)


def _claims_along(stack: RunningStack) -> str:
    """An app brings a person's ID token: what else it claims is sealed until it is in the archive."""
    claim, (object_id, _) = "kanarienclaim", stack.graph.add_person("contoso")
    token = Tokens(stack.graph).identity(object_id, claims={"family_name": claim})
    asked = stack.app.submit("exports", {"idToken": token})
    assert stack.app.ended(asked)["status"] == "completed"
    return claim


def _withdrawn_copied_and_receipted(http: httpx.Client, me: Headers, removed: Any, exported: Any) -> Any:
    """Each new way by token and by ticket, with languages that are none, and where it is not possible."""
    languages = {"accept-language": f"{ARTICLE}, {MAIL}, de-kanarienvogel"}
    for shown in (me, _ticket(removed["ticket"]), _ticket("kanarienvogel")):
        for request in (removed, exported):
            for what in ("withdraw", "copy-received", "link"):
                http.post(f"{request['links']['self']}/{what}", headers={**shown, **languages})
            for what in ("", "/receipt"):
                http.get(f"{request['links']['self']}{what}", headers={**shown, **languages})
    http.get("/api/receipts/keys", headers=languages)
    receipt = http.get(f"{removed['links']['self']}/receipt", headers=me)
    return {"receipt": receipt.text} if receipt.status_code == HTTPStatus.OK else {}


def _holds_placed_and_lifted(http: httpx.Client, operator: Headers, object_id: str) -> None:
    """As they should be, and against every rule."""
    account = {"tenant": "contoso", "objectId": object_id}
    good = {**account, "basis": "legal_claims", "article": ARTICLE, "reviewAt": "2030-01-01T00:00:00Z"}
    for body in (good, *({**good, name: MAIL} for name in (*good, MAIL)), account):
        for path in ("holds", "holds/lift"):
            http.post(f"/api/operations/{path}", json=body, headers=operator)


def _without_keys(stack: RunningStack, http: httpx.Client) -> None:
    """Keys that cannot be read: nobody has signed in by this way before."""
    stack.graph.ask("POST", "login", down=True)
    token = Tokens(stack.graph).access(stack.graph.add_user("litware"), EXTERNAL, "litware")
    assert http.post("/api/me/challenges", headers=bearer(token)).status_code == 503
    stack.graph.ask("DELETE", "login")


@pytest.fixture(scope="module")
def walked(stack_process: RunningStack) -> tuple[dict[str, str], str]:
    stack_process.graph.reset()
    canaries = every_path(stack_process) | every_caller(stack_process)
    canaries |= secrets_of_process(stack_process.ready.pids["host"])
    stack_process.graph.reset()
    return canaries, stack_process.log_text()


async def test_no_canary_is_in_any_line(walked: tuple[dict[str, str], str]) -> None:
    canaries, text = walked
    assert {"HASH_KEY", "RECEIPTS__KEY", "TENANTS__CONTOSO__CLIENT_SECRET", "STATE__connectionString"} <= set(
        canaries
    )
    assert [name for name, canary in canaries.items() if canary.lower() in text.lower()] == []


async def test_the_account_key_is_in_no_line(walked: tuple[dict[str, str], str]) -> None:
    canaries, text = walked
    key = dict(part.split("=", 1) for part in canaries["STATE__connectionString"].split(";"))["AccountKey"]
    assert key not in text


async def test_the_lines_tell_what_happened_all_the_same(walked: tuple[dict[str, str], str]) -> None:
    _, text = walked
    ours = [json.loads(line) for line in text.splitlines() if line.startswith('{"')]
    events = {str(line["event"]) for line in ours}
    assert {"request_accepted", "run_started", "step_done", "run_ended"} <= events
    assert {"caller_refused", "people_searched", "keys_unavailable", "decided"} <= events
    assert {"hold_placed", "hold_lifted", "notice_sent"} <= events
    why = {str(line["code"]) for line in ours if line["event"] == "caller_refused"}
    assert {"expired", "guest", "key_unknown", "not_a_token", "issuer", "ticket_form", "claim_scp"} <= why
    of_runs: list[Json] = [
        line for line in ours if line["event"] in {"run_started", "step_done", "run_ended"}
    ]
    assert all("request_id" in line for line in of_runs)
