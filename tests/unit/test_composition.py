"""The app as a whole: its routes are those of openapi.yaml, sound or degraded."""

import azure.functions as func

from function_app import build, build_degraded
from shared.settings import Fault, load_settings
from tests.contract_of_api import OPENAPI
from tests.unit.test_settings import environment

Route = tuple[str, str, str]


def routes(app: func.FunctionApp) -> dict[Route, str]:
    """Name of the function by path, method and whether it needs a key."""
    found: dict[Route, str] = {}
    for one in app.get_functions():
        trigger = one.get_trigger()
        if trigger.get_binding_name() == "httpTrigger":
            for method in trigger.methods:
                key = str(trigger.auth_level.value).lower()
                found[f"/{trigger.route}", method.value.lower(), key] = one.get_function_name()
    return found


def declared() -> dict[Route, str]:
    return {
        (path, method, "anonymous" if operation.get("security") == [] else "function"): operation[
            "operationId"
        ]
        for path, operations in OPENAPI["paths"].items()
        for method, operation in operations.items()
    }


def test_the_app_s_routes_are_those_of_the_contract() -> None:
    assert routes(build(load_settings(environment()))) == declared()


def test_the_degraded_app_has_the_same_routes() -> None:
    assert routes(build_degraded((Fault("HASH_KEY", "is required"),))) == declared()
