"""The app as a whole: its routes are those of openapi.yaml, sound or degraded; its parts, when needed."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import cast

import azure.functions as func
import pytest

from composition.app import App
from composition.parts import parts_of
from export_function.plan import ExportPlan
from function_app import build, build_degraded
from shared.domain.plan import names
from shared.domain.states import Kind
from shared.settings import Fault, load_settings
from tests.contract_of_api import OPENAPI
from tests.paths import ROOT
from tests.unit.every_part import EVERY_PART, PARTS
from tests.unit.samples import a_request
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


def after(statement: str) -> set[str]:
    """Every module that a fresh process has loaded after this."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{statement}\nprint(*sys.modules)"],
        cwd=ROOT,
        env=os.environ | environment(),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(done.stdout.split())


LATE = {
    *{"delete_function.plan", "export_function.plan", "worker_function.work", "shared.domain.runner"},
    *{"shared.directory_settings", "shared.adapters.graph.directory", "msgraph_core"},
    *{"shared.domain.upkeep", "shared.domain.bulk.upkeep", "shared.domain.bulk.runner", "shared.list_lines"},
    *{"operations_function.desk", "operations_function.batches", "operations_function.checks"},
    "shared.adapters.graph.tenant_checks",
}
"""What some kinds of functions need, and not those that take requests."""


def test_a_start_loads_nothing_that_only_some_functions_need() -> None:
    at_start = after("import function_app")
    assert at_start & {*LATE, "jinja2", "azure.communication.email"} == set()
    assert at_start > {"shared.front_desk", "shared.adapters.table_store"}


def test_every_part_is_made_of_sound_settings_when_it_is_asked_for() -> None:
    assert after(EVERY_PART) >= LATE


@pytest.fixture
def app() -> App:
    return App(parts_of(load_settings(environment()), timedelta(minutes=10), ROOT))


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_made_once(app: App, name: str) -> None:
    assert getattr(app, name) is getattr(app, name)


def test_all_that_ask_a_tenant_keep_to_one_pace(app: App) -> None:
    assert app.operators_desk.people.directories is app.parts.directories
    assert isinstance(plan := app.plans[Kind.EXPORT], ExportPlan)
    assert plan.identification.directories.by_name is app.parts.directories


def test_steps_are_shown_as_they_are_run(app: App) -> None:
    for kind in Kind:
        shown, run = (plans[kind](a_request(kind)) for plans in (app.doors.plans, app.work.runner.plans))
        assert names(shown) == names(run) != frozenset()
