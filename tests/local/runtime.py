"""Microsoft's own Python runtime, in a process of its own: index an app, invoke its functions.

`python -m tests.local.runtime APP` reads invocations as JSON on standard input
([{"function", "method", "url", "headers", "body", "route"} | {"function", "message"}]) and prints
{"functions": {name: [binding type, …]}, "answers": [{"ok", "status", "headers", "body", "error"}]}.
The runtime is made of two halves; its gRPC shell and message types are not published, so that the few
types that indexing asks for stand here.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# mypy: disable-error-code="import-untyped, import-not-found"
# the runtime has no types, and is there for Python 3.13 and later alone


class BindingInfo(SimpleNamespace):
    """Stands for the message of the same name; direction and data type are numbers."""

    undefined, out, inout = 0, 1, 2


PROTOS = SimpleNamespace(BindingInfo=BindingInfo, RpcFunctionMetadata=SimpleNamespace)


def main() -> None:
    app = Path(sys.argv[1])
    invocations = json.loads(sys.stdin.read() or "[]")
    os.chdir(app)
    sys.path.insert(0, str(app))
    sys.stdout.write(json.dumps(asyncio.run(_run(app, invocations))))


async def _run(app: Path, invocations: list[dict[str, Any]]) -> dict[str, object]:
    from azure_functions_runtime import handle_event, loader
    from azure_functions_runtime.bindings.meta import load_binding_registry
    from azure_functions_runtime.utils.threadpool import start_threadpool_executor

    load_binding_registry()
    start_threadpool_executor()
    indexed = loader.index_function_app(str(app / "function_app.py"))
    metadata, _ = loader.process_indexed_function(PROTOS, handle_event._functions, indexed, str(app))
    ids = {one.name: one.function_id for one in metadata}
    functions = {one.name: [json.loads(raw)["type"] for raw in one.raw_bindings] for one in metadata}
    answers = [await _invoke(ids[one["function"]], one) for one in invocations]
    return {"functions": functions, "answers": answers}


async def _invoke(function_id: str, asked: dict[str, Any]) -> dict[str, object]:
    from azure_functions_runtime.native_invocation import invocation_request_native

    given = _message(asked) if "message" in asked else _http(asked)
    ok, answer, _, error, _ = await invocation_request_native("invocation", function_id, [given], {})
    if answer is None:
        return {"ok": ok, "error": error}
    value = answer.value
    return {
        "ok": ok,
        "status": int(value["status_code"].value),
        "headers": {name: header.value for name, header in value["headers"].items()},
        "body": value["body"].value.decode(),
    }


def _http(asked: dict[str, Any]) -> tuple[str, object]:
    from azure_functions_runtime.bindings.datumdef import Datum

    def texts(values: dict[str, str]) -> dict[str, object]:
        return {name: Datum(value, "string") for name, value in values.items()}

    value = {
        "method": Datum(asked["method"], "string"),
        "url": Datum(asked["url"], "string"),
        "headers": texts(asked.get("headers", {})),
        "body": Datum(asked.get("body", "").encode(), "bytes"),
        "params": texts(asked.get("route", {})),
        "query": {},
    }
    return "req", Datum(value, "http")


def _message(asked: dict[str, Any]) -> tuple[str, object]:
    from azure_functions_runtime.bindings.datumdef import Datum

    return "message", Datum(asked["message"], "string")


if __name__ == "__main__":
    main()
