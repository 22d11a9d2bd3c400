"""Which function answers, and what passes in and out, as the Functions host and its worker have it."""

import asyncio
import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.local.host_apps import Served, served, write_app

APP = """
    def told(name, req):
        given = {"params": dict(req.params), "asked": req.headers.get("x-asked")}
        body = json.dumps({"function": name, "route": dict(req.route_params), **given})
        return func.HttpResponse(body, mimetype="application/json")

    @app.route("things/{id}", methods=["GET", "DELETE"])
    async def one(req: func.HttpRequest) -> func.HttpResponse:
        return told("one", req)

    @app.route("things/Special", methods=["GET"])
    async def special(req: func.HttpRequest) -> func.HttpResponse:
        return told("special", req)

    @app.route("things/{id}/parts/{part}", methods=["GET"])
    async def part(req: func.HttpRequest) -> func.HttpResponse:
        return told("part", req)

    @app.route("files/{name}.txt", methods=["GET"])
    async def named(req: func.HttpRequest) -> func.HttpResponse:
        return told("named", req)

    @app.route()
    async def unnamed(req: func.HttpRequest) -> func.HttpResponse:
        return told("unnamed", req)

    @app.route("headers", methods=["GET"])
    async def headers(req: func.HttpRequest) -> func.HttpResponse:
        answer = func.HttpResponse("x", status_code=418, headers={"Content-Type": "application/pdf"})
        for cookie in ("a=1", "b=2"):
            answer.headers.add("Set-Cookie", cookie)
        return answer

    @app.route("together", methods=["GET"])
    def together(req: func.HttpRequest) -> str:
        time.sleep(0.5)
        return "done"
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = write_app(tmp_path_factory.mktemp("app"), "    import json\n" + APP)
    with served(folder, {"PYTHON_THREADPOOL_THREAD_COUNT": "4"}) as running:
        yield running


def told(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    found = json.loads(answer.content)
    return found["function"], found["route"]


@pytest.mark.parametrize(
    ("method", "path", "function", "route"),
    [
        ("GET", "things/7", "one", {"id": "7"}),
        ("GET", "things/special", "special", {}),
        ("DELETE", "things/special", "one", {"id": "special"}),
        ("GET", "Things/SPECIAL", "special", {}),
        ("GET", "THINGS/aB", "one", {"id": "aB"}),
        ("GET", "things/7/", "one", {"id": "7"}),
        ("GET", "things/7/parts/8", "part", {"id": "7", "part": "8"}),
        ("GET", "things/a%20%C3%BC", "one", {"id": "a ü"}),
        ("GET", "things/a%2Fb", "one", {"id": "a%2Fb"}),
        ("GET", "files/a.b.txt", "named", {"name": "a.b"}),
        ("PATCH", "unnamed", "unnamed", {}),
        ("HEAD", "unnamed", "unnamed", {}),
    ],
)
def test_the_function_with_the_most_special_route_for_the_method_answers(
    host: Served, method: str, path: str, function: str, route: dict[str, str]
) -> None:
    answer = host.http.request(method, f"/api/{path}")
    assert answer.status_code == 200
    assert method == "HEAD" or told(answer) == (function, route)


@pytest.mark.parametrize("path", ["api/things", "api/things//", "api/things/7/parts", "apis/things/7", "api"])
def test_a_path_that_only_resembles_a_route_is_an_empty_404(host: Served, path: str) -> None:
    answer = host.http.get(f"/{path}")
    assert (answer.status_code, answer.content) == (404, b"")


def test_what_is_given_twice_reaches_the_function_with_commas(host: Served) -> None:
    twice = [("X-Asked", "a"), ("x-asked", "b")]
    key = [("x-functions-key", host.http.headers["x-functions-key"])]
    answer = httpx.get(
        f"{host.http.base_url}/api/unnamed?p=1&p=2", headers=[*key, *twice], trust_env=False
    ).json()
    assert (answer["params"], answer["asked"]) == ({"p": "1,2"}, "a,b")


def test_a_function_s_own_content_type_and_all_its_cookies_pass(host: Served) -> None:
    answer = host.http.get("/api/headers")
    assert (answer.status_code, answer.headers.get_list("content-type")) == (418, ["application/pdf"])
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_text_has_a_charset(host: Served) -> None:
    assert host.http.get("/api/together").headers["content-type"] == "text/plain; charset=utf-8"


async def test_functions_that_are_not_async_run_beside_each_other(host: Served) -> None:
    url, headers = f"{host.http.base_url}/api/together", host.http.headers
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        began = time.monotonic()
        answers = await asyncio.gather(*(client.get(url) for _ in range(4)))
    assert {answer.text for answer in answers} == {"done"}
    assert time.monotonic() - began < 1.5  # one after the other would take 2 s
