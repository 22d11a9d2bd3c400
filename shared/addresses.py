"""Where callers find a request, as they reach the app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.request import PrivacyRequest
from shared.domain.states import Kind

COLLECTIONS: Mapping[Kind, str] = {Kind.EXPORT: "exports", Kind.DELETION: "deletions"}
BATCHES_PATH = "operations/batches"
RELATIVE = "/api"
"""The host's route prefix: what it stands behind is for whoever called to know (RFC 3986, section 4.2)."""
Path = Callable[[PrivacyRequest], str]
"""Where one kind of caller finds a request."""


@dataclass(frozen=True)
class Addresses:
    """`base` stands before `/exports` and the like: a path, or the address of a gateway."""

    base: str = RELATIVE

    def of_app(self, request: PrivacyRequest) -> str:
        """Where an app finds it."""
        return self.of(request.kind, request.id)

    def of(self, kind: Kind, request_id: str) -> str:
        """Where an app finds the request of this kind and id."""
        return f"{self.base}/{COLLECTIONS[kind]}/{request_id}"

    def of_person(self, request: PrivacyRequest) -> str:
        """Where a person finds it."""
        return f"{self.base}/me/{COLLECTIONS[request.kind]}/{request.id}"

    def of_operator(self, request: PrivacyRequest) -> str:
        """Where an operator finds it."""
        return f"{self.base}/operations/requests/{request.id}"
