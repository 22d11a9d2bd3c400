"""The simulator's login endpoint and the tokens it gives."""

import base64
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import httpx
import jwt
import pytest
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity import ClientSecretCredential as SyncCredential
from azure.identity.aio import ClientSecretCredential
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.certificates import Made, certificate
from tests.local.graph_client import code, graph_client, login_client, token
from tests.local.registering import federate, register, upload
from tests.running import Simulator, started_simulator


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator whose roles a test may take away."""
    with started_simulator(tmp_path_factory.mktemp("graph")) as running:
        yield running


async def test_the_real_credential_class_gets_a_token(simulator: Simulator) -> None:
    home = simulator.tenants[0]
    context = ssl.create_default_context(cafile=str(simulator.ready["ca_file"]))
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context), auto_decompress=False)
    async with ClientSecretCredential(
        home["tenant_id"],
        home["client_id"],
        home["client_secret"],
        authority=simulator.login,
        disable_instance_discovery=True,
        transport=AioHttpTransport(session=session),
    ) as credential:
        given = await credential.get_token("https://graph.microsoft.com/.default")
    assert given.token.count(".") == 2


def test_the_real_synchronous_credential_finds_its_way_by_the_metadata(simulator: Simulator) -> None:
    home = simulator.tenants[0]
    with SyncCredential(
        home["tenant_id"],
        home["client_id"],
        home["client_secret"],
        authority=simulator.login,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ready["ca_file"]),
    ) as credential:
        given = credential.get_token("https://graph.microsoft.com/.default")
    claims = jwt.decode(given.token, options={"verify_signature": False})
    assert (claims["idtyp"], claims["oid"]) == ("app", claims["sub"])


def test_a_token_is_signed_with_the_published_key_and_carries_roles(simulator: Simulator) -> None:
    home = simulator.tenants[0]
    given = token(simulator).json()
    with login_client(simulator) as login:
        metadata = login.get(f"/{home['tenant_id']}/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(login.get(metadata["jwks_uri"]).json())
    key = keys[jwt.get_unverified_header(given["access_token"])["kid"]]
    claims = jwt.decode(given["access_token"], key, ["RS256"], audience="https://graph.microsoft.com")
    assert (claims["tid"], claims["appid"]) == (home["tenant_id"], home["client_id"])
    assert "User.DeleteRestore.All" in claims["roles"]
    assert given["expires_in"] == 3600


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"client_secret": "wrong"}, 401, "AADSTS7000215"),
        ({"client_id": "another"}, 400, "AADSTS700016"),
        ({"grant_type": "password"}, 400, "AADSTS70003"),
        ({"scope": "User.Read.All"}, 400, "AADSTS1002012"),
    ],
)
def test_a_wrong_login_is_refused(
    simulator: Simulator, changed: dict[str, str], status: int, told: str
) -> None:
    answer = token(simulator, **changed)
    assert answer.status_code == status
    assert told in answer.json()["error_description"]


def test_a_login_that_lacks_something_is_told_what(simulator: Simulator) -> None:
    with login_client(simulator) as login:
        answer = login.post("/contoso.onmicrosoft.com/oauth2/v2.0/token", data={"client_id": "x"})
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [900144])
    assert "'grant_type'" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "oauth2/v2.0/token"),
        ("GET", "v2.0/.well-known/openid-configuration"),
        ("GET", "discovery/v2.0/keys"),
    ],
)
def test_an_unknown_tenant_is_refused(simulator: Simulator, method: str, path: str) -> None:
    with login_client(simulator) as login:
        answer = login.request(method, f"/nowhere.onmicrosoft.com/{path}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"].startswith("AADSTS90002: ")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", "Access token is empty."),
        ("Bearer", "Access token is empty."),
        ("Basic x", "Access token is empty."),
        ("Bearer nonsense", "CompactToken parsing failed with error code: 80049217"),
    ],
)
def test_a_call_without_a_good_token_is_401_with_a_challenge(
    simulator: Simulator, header: str, told: str
) -> None:
    answer = httpx.get(f"{simulator.url}/v1.0/users", headers={"authorization": header}, trust_env=False)
    assert (answer.status_code, code(answer)) == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["message"] == told
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_a_token_that_another_key_has_signed_is_401(simulator: Simulator, restricted: Simulator) -> None:
    with graph_client(restricted) as http:
        assert http.get("/users").status_code == 200
        assert http.get(f"{simulator.url}/v1.0/users").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/users", "User.Read.All"),
        ("GET", "/auditLogs/directoryAudits", "AuditLog.Read.All"),
        ("GET", "/directory/deletedItems/00000000-0000-4000-8000-000000000000", "User.Read.All"),
        ("DELETE", "/users/00000000-0000-4000-8000-000000000000", "User.DeleteRestore.All"),
        ("DELETE", "/directory/deletedItems/00000000-0000-4000-8000-000000000000", "User.DeleteRestore.All"),
    ],
)
def test_each_call_asks_for_its_role(restricted: Simulator, method: str, path: str, role: str) -> None:
    restricted.ask("POST", "roles", tenant="contoso", roles=["Unrelated.Role"])
    with graph_client(restricted) as http:
        answer = http.request(method, path)
        assert (answer.status_code, code(answer)) == (403, "Authorization_RequestDenied")
    restricted.ask("POST", "roles", tenant="contoso", roles=[role])
    with graph_client(restricted) as http:
        assert http.request(method, path).status_code in {200, 404}


def test_a_token_keeps_the_roles_it_was_given(restricted: Simulator) -> None:
    restricted.ask("DELETE", "roles")
    with graph_client(restricted) as before:
        restricted.ask("POST", "roles", tenant="contoso", roles=[])
        with graph_client(restricted) as after:
            assert [http.get("/users").status_code for http in (before, after)] == [200, 403]
    restricted.ask("DELETE", "roles")
    with graph_client(restricted) as http:
        assert http.get("/users").status_code == 200


def test_an_error_has_graph_s_shape_and_headers(simulator: Simulator) -> None:
    with graph_client(simulator) as http:
        answer = http.get("/users/nobody", headers={"client-request-id": "mine"})
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "innerError"}
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    assert answer.headers["client-request-id"] == error["innerError"]["client-request-id"] == "mine"
    assert answer.headers["request-id"] == error["innerError"]["request-id"]


def test_what_an_assertion_lacks_is_told_in_entra_s_words(simulator: Simulator) -> None:
    made, other, ended = certificate(), certificate(), certificate(ends_in=-timedelta(hours=1))
    with simulator.administrator() as graph:
        one = register(graph)
        upload(graph, one, made)
        late = register(graph)
        upload(graph, late, ended)
    token_url = f"{simulator.login}/{simulator.tenants[0]['tenant_id']}/oauth2/v2.0/token"
    for told, assertion, registered in (
        ("AADSTS50027", "nonsense", one),
        ("AADSTS700027", _assertion(other, one.app_id, token_url), one),
        ("The key was not found", _assertion(other, one.app_id, token_url), one),
        (
            "signature value did not match",
            _assertion(replace(made, key=other.key), one.app_id, token_url),
            one,
        ),
        ("The key used is expired", _assertion(ended, late.app_id, token_url), late),
        ("AADSTS700023", _assertion(made, one.app_id, "https://elsewhere.example"), one),
        ("AADSTS700024", _assertion(made, one.app_id, token_url, life=-60), one),
        ("AADSTS700021", _assertion(made, late.app_id, token_url), one),
    ):
        answer = token(simulator, client_id=registered.app_id, **_shown(assertion))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert told in answer.json()["error_description"]
    good = token(simulator, client_id=one.app_id, **_shown(_assertion(made, one.app_id, token_url)))
    assert good.status_code == 200


def _shown(assertion: str) -> dict[str, str]:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion": assertion, "client_assertion_type": kind}


def _assertion(made: Made, client_id: str, audience: str, life: int = 600) -> str:
    thumbprint = base64.urlsafe_b64encode(made.certificate.fingerprint(hashes.SHA256())).decode()
    claims = {"aud": audience, "iss": client_id, "sub": client_id, "exp": int(time.time()) + life}
    assert isinstance(made.key, rsa.RSAPrivateKey)
    return jwt.encode(claims, made.key, "PS256", {"x5t#S256": thumbprint.rstrip("=")})


def test_only_a_token_of_a_trusted_managed_identity_serves_as_an_assertion(simulator: Simulator) -> None:
    identity = simulator.identity
    with simulator.administrator() as graph:
        one = register(graph)
        federate(graph, one, identity, "api://AzureADTokenExchange")
    for resource, told in (
        ("api://AzureADTokenExchange", None),
        ("api://AzureADTokenExchangeChina", "AADSTS700212"),
        ("https://graph.microsoft.com", "AADSTS700212"),
    ):
        assertion = _identity_token(simulator, resource).json()["access_token"]
        answer = token(simulator, client_id=one.app_id, **_shown(assertion))
        assert told in answer.json()["error_description"] if told else answer.status_code == 200
    stranger = token(simulator).json()["access_token"]
    refused = token(simulator, client_id=one.app_id, **_shown(stranger))
    assert "AADSTS700211" in refused.json()["error_description"]


def test_the_identity_endpoint_wants_its_header_and_knows_its_identity(simulator: Simulator) -> None:
    resource = "api://AzureADTokenExchange"
    assert _identity_token(simulator, resource, header="wrong").status_code == 401
    assert _identity_token(simulator, resource, client_id="another").status_code == 400
    given = _identity_token(simulator, resource).json()
    assert given["resource"] == resource
    assert int(given["expires_on"]) > time.time()


def _identity_token(simulator: Simulator, resource: str, **changed: str) -> httpx.Response:
    identity = {**simulator.identity, **changed}
    params = {"api-version": "2019-08-01", "resource": resource, "client_id": identity["client_id"]}
    headers = {"x-identity-header": identity["header"]}
    return httpx.get(identity["endpoint"], params=params, headers=headers, trust_env=False)


def test_a_token_has_the_roles_that_were_consented_to_and_no_others(simulator: Simulator) -> None:
    with simulator.administrator() as graph:
        one = register(graph, "User.Read.All", "Mail.Read")
    given = token(simulator, client_id=one.app_id, client_secret=one.secret).json()["access_token"]
    claims = jwt.decode(given, options={"verify_signature": False})
    assert claims["roles"] == ["Mail.Read", "User.Read.All"]
    elsewhere = token(simulator, "fabrikam", client_id=one.app_id, client_secret=one.secret)
    assert "AADSTS700016" in elsewhere.json()["error_description"]


@pytest.mark.parametrize(
    ("roles", "refused"),
    [
        ((), "GET applications"),
        (("Application.Read.All",), "POST applications"),
        (("Application.ReadWrite.All",), "POST servicePrincipals/{}/appRoleAssignments"),
    ],
)
def test_administrators_may_do_what_their_tokens_say(
    simulator: Simulator, roles: tuple[str, ...], refused: str
) -> None:
    method, _, path = refused.partition(" ")
    with simulator.administrator(roles=roles) as graph:
        answer = graph.request(method, path.format("0" * 8 + "-0000-4000-8000-" + "0" * 12), json={})
    assert (answer.status_code, code(answer)) == (403, "Authorization_RequestDenied")
