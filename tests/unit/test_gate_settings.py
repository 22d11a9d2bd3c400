"""Whose tokens the gate takes, as settings describe it."""

import time

import jwt
import pytest

from shared.adapters.graph.clouds import CLOUDS
from shared.auth.refusal import TokenRefused
from shared.domain.keyed_hash import KeyedHash
from shared.gate_settings import build_gate
from shared.settings import load_settings
from tests.certificates import rsa_key
from tests.fakes import FakeClock, ListLog
from tests.unit.samples import NOW
from tests.unit.test_settings import GUID, environment

KEY = rsa_key()


async def refusal(cloud: str, issuer: str) -> str:
    """Why a token of that issuer, of a kind that is never taken, is refused."""
    environ = environment(CLOUD=cloud, WORKFORCE__TENANT_ID=GUID, WORKFORCE__AUDIENCES="api")
    gate = build_gate(load_settings(environ), KeyedHash(b"k" * 32), FakeClock(NOW), ListLog())
    assert gate.workforce is not None
    token = jwt.encode({"iss": issuer, "exp": int(time.time())}, KEY, "RS256", {"kid": "x", "typ": "odd"})
    with pytest.raises(TokenRefused) as caught:
        await gate.workforce.tokens.read(token)
    return str(caught.value)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_the_company_s_tokens_come_from_its_own_cloud(cloud: str) -> None:
    for own in (f"{CLOUDS[cloud].login}/{GUID}/v2.0", f"{CLOUDS[cloud].issuer}/{GUID}/"):
        assert await refusal(cloud, own) != "issuer"
    for other in {each.login for each in CLOUDS.values()} - {CLOUDS[cloud].login}:
        assert await refusal(cloud, f"{other}/{GUID}/v2.0") == "issuer"
