"""HTTP as the Functions host answers it."""

from collections.abc import Iterator

import pytest

from tests.local.host_apps import KEY, Served, served, write_app

APP = """
    @app.route("things/{id}", methods=["GET"])
    async def show(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse("one " + req.route_params["id"])

    @app.route("things/special", methods=["GET"])
    async def special(req: func.HttpRequest) -> func.HttpResponse:
        own = {"X-Own": req.headers.get("X-ASKED", "")}
        return func.HttpResponse("special", status_code=203, headers=own)

    @app.route("things", methods=["POST"])
    def echo(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(req.get_body(), mimetype="application/json")

    @app.route("open", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def anonymous(req: func.HttpRequest) -> str:
        return req.params.get("name", "nobody")

    @app.route("dict", methods=["GET"])
    async def wrong_answer(req: func.HttpRequest):
        return {"a": 1}

    @app.route("raises", methods=["GET"])
    async def raises(req: func.HttpRequest) -> func.HttpResponse:
        raise KeyError("a secret")
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = write_app(tmp_path_factory.mktemp("app"), APP)
    with served(folder, {"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000"}) as running:
        yield running


def test_the_longer_literal_path_goes_before_the_parameter(host: Served) -> None:
    assert host.http.get("/api/things/special").text == "special"
    assert host.http.get("/api/things/other").text == "one other"


def test_status_headers_and_body_pass_unchanged(host: Served) -> None:
    answer = host.http.get("/api/things/special", headers={"x-asked": "yes"})
    assert (answer.status_code, answer.headers["x-own"]) == (203, "yes")
    posted = host.http.post("/api/things", content=b"\x00\xff{}")
    assert (posted.content, posted.headers["content-type"]) == (b"\x00\xff{}", "application/json")


@pytest.mark.parametrize("headers", [{"x-functions-key": ""}, {"x-functions-key": "wrong"}])
def test_a_missing_or_wrong_key_is_an_empty_401(host: Served, headers: dict[str, str]) -> None:
    answer = host.http.get("/api/things/1", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_key_may_stand_in_the_address(host: Served) -> None:
    answer = host.http.get("/api/things/1", params={"code": KEY}, headers={"x-functions-key": ""})
    assert answer.text == "one 1"


def test_an_anonymous_function_asks_for_no_key(host: Served) -> None:
    answer = host.http.get("/api/open?name=zoë", headers={"x-functions-key": ""})
    assert (answer.status_code, answer.text) == (200, "zoë")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/nothing"),
        ("GET", "/things/1"),
        ("GET", "/"),
        ("PUT", "/api/things"),
        ("HEAD", "/api/open"),
    ],
)
def test_an_unknown_path_or_method_is_an_empty_404(host: Served, method: str, path: str) -> None:
    answer = host.http.request(method, path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("path", ["dict", "raises"])
def test_a_function_that_fails_is_an_empty_500(host: Served, path: str) -> None:
    answer = host.http.get(f"/api/{path}")
    assert (answer.status_code, answer.content) == (500, b"")


def test_a_body_over_the_host_s_limit_never_reaches_the_function(host: Served) -> None:
    assert host.http.post("/api/things", content=b"x" * 1000).status_code == 200
    assert host.http.post("/api/things", content=b"x" * 1001).status_code == 413
