"""The app as its callers see it: submit, poll, download. Used by the demo and by end-to-end tests."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

Json = Mapping[str, object]
ENDED = frozenset({"completed", "refused", "cancelled", "failed", "awaiting_approval"})


@dataclass(frozen=True)
class AppClient:
    """Calls the function URLs with a function key; every wait is bounded by `patience` seconds."""

    http: httpx.Client
    patience: float = 120.0

    def submit(self, collection: str, subject: Json, headers: Mapping[str, str] | None = None) -> Json:
        """Post a GDPR request; the body of the 202."""
        body = {"subject": subject, "regulation": "gdpr"}
        return _json(self.http.post(f"/api/{collection}", json=body, headers=headers), 202)

    def follow(self, accepted: Json) -> Iterator[Json]:
        """The request's status, again and again, until it has ended. Raises `TimeoutError`."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            status = _json(self.http.get(_self(accepted)), 200)
            yield status
            if status["status"] in ENDED:
                return
            time.sleep(0.1)
        raise TimeoutError(f"{accepted['id']} has not ended")

    def ended(self, accepted: Json) -> Json:
        """The request's last status."""
        *_, last = self.follow(accepted)
        return last

    def link(self, status: Json) -> Json:
        """A fresh download link for a completed export."""
        return _json(self.http.post(f"/api/exports/{status['id']}/link"), 200)

    def withdraw(self, request: Json) -> Json:
        """Take a request back; its status then."""
        return _json(self.http.post(f"{_self(request)}/withdraw"), 200)

    def receipt(self, request: Json) -> str:
        """The receipt of a deletion that has ended, which follows the end. Raises `TimeoutError`."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            response = self.http.get(f"{_self(request)}/receipt")
            if response.status_code == HTTPStatus.OK:
                return response.text
            time.sleep(0.1)
        raise TimeoutError(f"{request['id']} has no receipt")


def client_for(app_url: str, function_key: str) -> AppClient:
    """A client of the app at `app_url`."""
    headers = {"x-functions-key": function_key}
    return AppClient(httpx.Client(base_url=app_url, headers=headers, timeout=30, trust_env=False))


def _self(request: Json) -> str:
    links = request["links"]
    assert isinstance(links, dict)  # noqa: S101 - narrows the type; the contract is openapi.yaml's
    return str(links["self"])


def _json(response: httpx.Response, expected: int) -> Json:
    if response.status_code != expected:
        raise RuntimeError(f"{response.request.method} answered {response.status_code}: {response.text}")
    body: Json = response.json()
    return body
