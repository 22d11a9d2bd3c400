"""The app as a whole: its routes are those of openapi.yaml, sound or degraded."""

import json
import subprocess
import sys
from typing import cast

import azure.functions as func

from function_app import build, build_degraded
from shared.settings import Fault, load_settings
from tests.contract_of_api import OPENAPI
from tests.paths import ROOT
from tests.unit.test_settings import environment

Route = tuple[str, str, str]


def routes(app: func.FunctionApp) -> dict[Route, str]:
    """Name of the function by path, method and whether it needs a key, as the host is told them."""
    found: dict[Route, str] = {}
    for one in app.get_functions():
        binding = json.loads(one.get_raw_bindings()[0])
        if binding["type"] == "httpTrigger":
            for method in binding["methods"]:
                key = (f"/{binding['route']}", method.lower(), binding["authLevel"].lower())
                found[key] = str(one.get_function_name())
    return found


def declared() -> dict[Route, str]:
    found: dict[Route, str] = {}
    for path, methods in OPENAPI["paths"].items():
        for method, operation in methods.items():
            one = cast("dict[str, object]", operation)
            level = "anonymous" if "security" in one else "function"  # the key is what holds by default
            found[path, method, level] = str(one["operationId"])
    return found


def test_the_app_s_routes_are_those_of_the_contract() -> None:
    assert routes(build(load_settings(environment()))) == declared()


def test_the_degraded_app_has_the_same_routes() -> None:
    assert routes(build_degraded((Fault("HASH_KEY", "is required"),))) == declared()


def test_no_get_does_anything() -> None:
    """Whatever follows links, such as a scanner of mail, only ever reads."""
    gets = {name for (_, method, _), name in declared().items() if method == "get"}
    assert {name.partition("_")[0] for name in gets} <= {"health", "list", "show", "search"}


def test_what_only_an_archive_or_an_e_mail_needs_is_not_loaded_at_the_start() -> None:
    loaded = "{'jinja2', 'azure.communication.email'} & set(sys.modules)"
    code = f"import function_app, shared.notice_settings, sys; sys.exit(bool({loaded}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
