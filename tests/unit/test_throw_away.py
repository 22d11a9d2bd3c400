"""What is made for a check is deleted, and nobody else, whatever Graph answers."""

import json

import httpx
import pytest

from shared.adapters.graph.calls import Principal
from shared.adapters.graph.credentials import ClientSecret, Registration
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.probe import Login, Probe, TenantToCheck
from shared.adapters.graph.send import Sender
from shared.adapters.graph.throw_away import ThrowAway
from shared.domain.errors import DirectoryUnavailable
from tests.unit.graph_answers import OBJECT_ID, SDK_WARNS, Paper
from tests.unit.samples import CONTOSO

pytestmark = SDK_WARNS


def throw_away(paper: Paper) -> ThrowAway:
    registrations = dict.fromkeys(Principal, Registration("t", "c", ClientSecret("s")))
    tenant = TenantToCheck("contoso", CONTOSO, registrations, Endpoints())
    login = Login(tenant, Principal.READER, paper.clock)
    login.sender = Sender(paper.connection(), paper.clock)
    return ThrowAway(Probe(dict.fromkeys(Principal, login), frozenset()), CONTOSO, paper.clock)


async def test_a_person_found_in_place_of_a_user_whose_making_was_not_answered_is_left_alone() -> None:
    person = {"id": OBJECT_ID, "userPrincipalName": f"ada@{CONTOSO}"}
    paper = Paper([httpx.Response(503), httpx.Response(200, content=json.dumps({"value": [person]}))])
    with pytest.raises(DirectoryUnavailable):
        await throw_away(paper).tried()
    assert {request.method for request in paper.asked} == {"POST", "GET"}


async def test_a_user_whose_deletion_is_refused_for_whatever_reason_is_told_of() -> None:
    made = httpx.Response(201, content=json.dumps({"id": OBJECT_ID}))
    for refusal in (400, 401, 409):
        said = await throw_away(Paper([made, httpx.Response(refusal)])).tried()
        assert (said.code, OBJECT_ID in said.meaning) == ("left_behind", True), refusal
