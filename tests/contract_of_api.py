"""openapi.yaml, as a yardstick for answers."""

import re
from collections.abc import Mapping
from typing import cast

import httpx
import jsonschema
import yaml

from tests.paths import ROOT

OPENAPI: Mapping[str, Mapping[str, Mapping[str, object]]] = yaml.safe_load(
    (ROOT / "openapi.yaml").read_text()
)
Tree = Mapping[str, object]
JOSE, KEY_SET = "application/jose", "application/jwk-set+json"
KEPT_FOR = {KEY_SET: "public, max-age=300"}
"""By media type; nothing else may be kept by anybody."""


def check_schema(body: object, name: str) -> None:
    """Raise if `body` is not what the schema says."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)


def check_answer(response: httpx.Response) -> httpx.Response:
    """The answer, held to what openapi.yaml says of its path, method and status."""
    operation = _operation(response.request.method, response.request.url.path)
    answers = cast("Mapping[str, Tree]", operation["responses"])
    declared = _resolved(answers[str(response.status_code)])
    content = declared.get("content")
    by_the_host = response.status_code == 401 and not response.content
    if content is None or by_the_host:
        assert response.content == b""
        return response
    media = cast("Mapping[str, Mapping[str, Tree]]", content)
    form = response.headers["content-type"].partition(";")[0]
    root = {**media[form]["schema"], "components": OPENAPI["components"]}
    jsonschema.Draft202012Validator(root).validate(response.text if form == JOSE else response.json())
    for header in cast("Tree", declared.get("headers", {})):
        assert header in response.headers
    assert response.headers["cache-control"] == KEPT_FOR.get(form, "no-store")
    assert response.headers["x-content-type-options"] == "nosniff"
    return response


def _operation(method: str, path: str) -> Tree:
    for template, methods in OPENAPI["paths"].items():
        if re.fullmatch("/api" + re.sub(r"\{\w+\}", "[^/]+", template), path):
            return cast("Tree", methods[method.lower()])
    raise LookupError("a path that openapi.yaml does not name")


def _resolved(node: Tree) -> Tree:
    if "$ref" not in node:
        return node
    found: object = OPENAPI
    for part in str(node["$ref"]).removeprefix("#/").split("/"):
        found = cast("Tree", found)[part]
    return cast("Tree", found)
