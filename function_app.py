"""Composition root: settings -> parts -> blueprints. The only reader of the environment."""

import os
from pathlib import Path

import azure.functions as func

from composition.app import App
from composition.parts import parts_of
from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from operations_function.blueprint import checks_blueprint, operations_blueprint
from shared.adapters.work_queue import decode
from shared.degraded import degraded_blueprint
from shared.health import health_blueprint
from shared.host_timeout import function_timeout
from shared.late_purges import purges_too_late
from shared.log import configure_log, get_log
from shared.settings import Fault, Settings, SettingsFault, load_settings
from upkeep_function.blueprint import upkeep_blueprint
from worker_function.batches import batch_blueprint
from worker_function.blueprint import worker_blueprint

HOST_JSON = Path(__file__).with_name("host.json")


def build(settings: Settings) -> func.FunctionApp:
    """The app as it is when all settings are sound. Opens no connection. Raises `SettingsFault`."""
    log = get_log("app")
    for late in purges_too_late(settings):
        log.warning("purge_exceeds_term", **late)
    made = App(parts_of(settings, function_timeout(HOST_JSON, os.environ), HOST_JSON.parent))
    return _app_of(
        health_blueprint(last_sweep=made.last_sweep),
        export_blueprint(made.front_desk, made.links),
        delete_blueprint(made.front_desk, made.signer),
        operations_blueprint(lambda: made.operators_desk, lambda: made.batches_desk, log),
        checks_blueprint(lambda: made.checks_desk, log),
        worker_blueprint(lambda: made.work, decode, log),
        batch_blueprint(lambda: made.batch_runner, decode, log),
        upkeep_blueprint(lambda: made.upkeep, lambda: made.batch_upkeep),
    )


def build_degraded(faults: tuple[Fault, ...]) -> func.FunctionApp:
    """The app while settings are at fault: it says so, and takes no message."""
    log = get_log("app")
    for fault in faults:
        log.error("setting_at_fault", setting=fault.setting, expected=fault.expected)
    return _app_of(health_blueprint(faults), degraded_blueprint())


def _app_of(*blueprints: func.Blueprint) -> func.FunctionApp:
    app = func.FunctionApp()
    for blueprint in blueprints:
        app.register_functions(blueprint)
    return app


def _app() -> func.FunctionApp:
    try:
        settings = load_settings(os.environ)
        configure_log(settings.log_level)
        return build(settings)
    except SettingsFault as fault:
        configure_log("INFO")
        return build_degraded(fault.faults)


app = _app()
