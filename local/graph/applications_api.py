"""Registrations: the one that holds a tenant's custom attributes, and those that administrators make."""

import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from starlette.responses import Response

from local.graph.answers import GraphError, created, no_content, not_found, ok, unknown
from local.graph.call import Call
from local.graph.directory import Json
from local.graph.registry import Application, Registry, password
from local.graph.registry_values import bytes_of, text_of, texts_of

EXTENSIONS_FILTER = "startswith(displayName,'b2c-extensions-app')"
_BY = re.compile(r"(displayName|appId) eq '((?:[^']|'')*)'")
CHANGEABLE = frozenset({"displayName", "signInAudience", "requiredResourceAccess", "keyCredentials"})


def list_extensions(call: Call) -> Response:
    """GET /applications/{id}/extensionProperties."""
    app = call.tenant.extensions_app
    if call.name.lower() != app:
        raise not_found(call.name)
    context = f"{call.root}/$metadata#applications('{app}')/extensionProperties"
    names = [{"id": name, "name": name, "targetObjects": ["User"]} for name in call.tenant.extension_names]
    return ok(call.request, {"@odata.context": context, "value": names})


class ApplicationsApi:
    """The calls under /applications that setting up a tenant takes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def listed(self, call: Call) -> Response:
        """GET /applications: by the name of the extensions app, by a name or by an application id."""
        if call.options.get("$filter") == EXTENSIONS_FILTER:
            found: list[Json] = [
                {"id": call.tenant.extensions_app, "displayName": "b2c-extensions-app. Do not modify."}
            ]
        else:
            found = [_shown(one) for one in self._wanted(call)]
        context = f"{call.root}/$metadata#applications"
        return ok(call.request, {"@odata.context": context, "value": [_selected(one, call) for one in found]})

    def add(self, call: Call) -> Response:
        """POST /applications."""
        made = Application(call.tenant.name, text_of(call.body, "displayName"))
        _change(made, {name: value for name, value in call.body.items() if name != "displayName"})
        self._registry.applications.append(made)
        return created(call.request, _shown(made))

    def show(self, call: Call) -> Response:
        """GET /applications/{id}; keys with their certificates only where they are selected."""
        one = self._named(call)
        with_keys = call.options.get("$select", "").split(",") == ["keyCredentials"]
        keys = [{**key, "key": key["key"] if with_keys else None} for key in one.keys]
        return ok(call.request, _selected({**_shown(one), "keyCredentials": keys}, call))

    def change(self, call: Call) -> Response:
        """PATCH /applications/{id}."""
        _change(self._named(call), call.body)
        return no_content(call.request)

    def add_password(self, call: Call) -> Response:
        """POST /applications/{id}/addPassword: the only answer that has the secret."""
        given = call.body.get("passwordCredential")
        asked = given if isinstance(given, dict) else {}
        ends = datetime.fromisoformat(text_of(asked, "endDateTime"))
        made = password(
            text_of(asked, "displayName"), secrets.token_urlsafe(30), ends - datetime.now(UTC) or timedelta()
        )
        self._named(call).passwords.append(made)
        return ok(call.request, made)

    def list_federated(self, call: Call) -> Response:
        """GET /applications/{id}/federatedIdentityCredentials."""
        return ok(call.request, {"value": self._named(call).federated})

    def add_federated(self, call: Call) -> Response:
        """POST /applications/{id}/federatedIdentityCredentials: issuer and subject are unique in it."""
        one = self._named(call)
        names = ("name", "issuer", "subject")
        made: Json = {"id": str(uuid.uuid4()), **{name: text_of(call.body, name) for name in names}}
        made["audiences"] = texts_of(call.body, "audiences")
        pairs = {(held["issuer"], held["subject"]) for held in one.federated}
        if (made["issuer"], made["subject"]) in pairs or made["name"] in {
            held["name"] for held in one.federated
        }:
            text = "FederatedIdentityCredential with this name, or issuer and subject, exists already."
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", text)
        one.federated.append(made)
        return created(call.request, made)

    def _wanted(self, call: Call) -> list[Application]:
        by = _BY.fullmatch(call.options.get("$filter", ""))
        if by is None:
            raise unknown("this filter on applications")
        name, value = by[1], by[2].replace("''", "'")
        return [one for one in self._registry.at_home(call.tenant) if _shown(one)[name] == value]

    def _named(self, call: Call) -> Application:
        mine = self._registry.at_home(call.tenant)
        found = next((one for one in mine if one.object_id == call.name.lower()), None)
        if found is None:
            raise not_found(call.name)
        return found


def _shown(one: Application) -> Json:
    return {
        "id": one.object_id,
        "appId": one.app_id,
        "displayName": one.name,
        "signInAudience": one.audience,
        "requiredResourceAccess": one.required,
        "passwordCredentials": [{**held, "secretText": None} for held in one.passwords],
        "keyCredentials": [{**held, "key": None} for held in one.keys],
    }


def _selected(one: Json, call: Call) -> Json:
    asked = call.options.get("$select")
    return {name: value for name, value in one.items() if asked is None or name in asked.split(",")}


def _change(one: Application, body: Json) -> None:
    if strange := sorted(set(body) - CHANGEABLE):
        raise unknown(f"{strange[0]} of applications")
    if "signInAudience" in body:
        one.audience = text_of(body, "signInAudience")
    required, keys = body.get("requiredResourceAccess"), body.get("keyCredentials")
    if isinstance(required, list):
        one.required = required
    if isinstance(keys, list):
        one.keys = [_key(key, {str(held["keyId"]): held for held in one.keys}) for key in keys]


def _key(given: Json, held: dict[str, Json]) -> Json:
    """One that is there already need not be sent along again."""
    if str(given.get("keyId")) in held:
        return held[str(given["keyId"])]
    if given.get("type") != "AsymmetricX509Cert" or given.get("usage") != "Verify":
        raise GraphError(400, "Request_BadRequest", "Invalid value specified for property 'keyCredentials'.")
    certificate = x509.load_der_x509_certificate(bytes_of(given, "key"))
    return {
        "keyId": str(uuid.uuid4()),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": given.get("displayName"),
        "startDateTime": certificate.not_valid_before_utc.isoformat(),
        "endDateTime": certificate.not_valid_after_utc.isoformat(),
        "customKeyIdentifier": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - Graph's name
        "key": given["key"],
    }
