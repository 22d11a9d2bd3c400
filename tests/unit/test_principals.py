"""Reader and eraser: who sends what, each by its own pace, and what a cloud does not have is not asked."""

import httpx
import pytest

from shared.adapters.graph import calls
from shared.adapters.graph.calls import CALLS, ERASING, LISTS, Principal, permissions_of
from shared.adapters.graph.clouds import CHINA, CLOUDS, GLOBAL, Cloud
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.endpoints import Endpoints
from shared.adapters.graph.principals import serving_both
from shared.domain.errors import NotOffered, PermissionMissing, Throttled
from shared.domain.ports import AuditRole
from shared.domain.sources import Source
from tests.unit.graph_answers import OBJECT_ID, SDK_WARNS, Paper, failing, ok, user

pytestmark = SDK_WARNS


def directory(reader: Paper, eraser: Paper) -> GraphDirectory:
    connections = {Principal.READER: reader.connection(), Principal.ERASER: eraser.connection()}
    return GraphDirectory(connections, Endpoints(), reader.clock)


def test_the_eraser_s_calls_are_all_those_that_are_no_reading() -> None:
    erasing = {call for call in CALLS if call.principal is Principal.ERASER}
    assert erasing == {call for call in CALLS if call.method != "GET"}


def test_a_reader_has_no_permission_to_erase_and_an_eraser_just_one_to_read() -> None:
    assert {"User.EnableDisableAccount.All", "User.RevokeSessions.All", "User.DeleteRestore.All"} == ERASING
    assert permissions_of(Principal.ERASER) - ERASING == {"User.Read.All"}
    assert permissions_of(*Principal) == {name for call in CALLS for name in call.permissions}


async def test_whatever_is_written_is_sent_by_the_eraser_and_whatever_is_read_by_the_reader() -> None:
    reader, eraser = Paper([user(accountEnabled=True, value=[])]), Paper([ok(value=True)])
    tenant = directory(reader, eraser)
    for write in (tenant.disable, tenant.enable, tenant.soft_delete, tenant.purge, tenant.revoke_sessions):
        await write(OBJECT_ID)
    await tenant.account(OBJECT_ID)
    await tenant.standing(OBJECT_ID)
    assert {request.method for request in reader.asked} == {"GET"}
    assert [request.method for request in eraser.asked] == ["PATCH", "PATCH", "DELETE", "DELETE", "POST"]


async def test_a_throttle_of_one_does_not_hold_up_the_other() -> None:
    reader, eraser = Paper([user()]), Paper([failing(429, Retry_After="600")])
    tenant = directory(reader, eraser)
    with pytest.raises(Throttled):
        await tenant.soft_delete(OBJECT_ID)
    assert await tenant.account(OBJECT_ID) is not None


async def test_one_registration_for_both_is_throttled_as_one() -> None:
    paper = Paper([failing(429, Retry_After="600")])
    tenant = paper.directory()
    with pytest.raises(Throttled):
        await tenant.soft_delete(OBJECT_ID)
    with pytest.raises(Throttled):
        await tenant.purge(OBJECT_ID)
    assert len(paper.asked) == 1


async def test_without_an_eraser_nothing_is_written() -> None:
    reader = Paper([user()])
    tenant = GraphDirectory({Principal.READER: reader.connection()}, Endpoints(), reader.clock)
    with pytest.raises(PermissionMissing):
        await tenant.soft_delete(OBJECT_ID)
    assert reader.asked == []
    assert await tenant.account(OBJECT_ID) is not None


def test_what_a_cloud_lacks_are_calls_of_the_table() -> None:
    names = {call.name for call in CALLS if call.principal is Principal.READER}
    assert [name for cloud in CLOUDS.values() for name in cloud.lacks if name not in names] == []
    assert not GLOBAL.lacks


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
async def test_what_a_cloud_lacks_is_not_asked_for(cloud: Cloud) -> None:
    paper = Paper([ok(value=[])])
    endpoints = Endpoints(GLOBAL.login, GLOBAL.graph, cloud)
    tenant = GraphDirectory(serving_both(paper.connection()), endpoints, paper.clock)
    for source in Source:
        lacking = LISTS[source].name in cloud.lacks
        assert await _is_offered(tenant, source) is not lacking
    assert len(paper.asked) == sum(call.name not in cloud.lacks for call in LISTS.values())


async def _is_offered(tenant: GraphDirectory, source: Source) -> bool:
    try:
        await tenant.records(OBJECT_ID, source)
    except NotOffered as fault:
        return fault.reason != "cloud"
    return True


async def test_lists_that_come_page_by_page_are_not_asked_for_either() -> None:
    paper = Paper([httpx.Response(500)])
    tenant = GraphDirectory(serving_both(paper.connection()), Endpoints(cloud=CHINA), paper.clock)
    for pages in (tenant.audit_events(OBJECT_ID, AuditRole.TARGET, None), tenant.sign_ins(OBJECT_ID, None)):
        with pytest.raises(NotOffered):
            await anext(pages)
    assert paper.asked == []
    assert {calls.SIGN_INS.name, calls.AUDITS_AS_TARGET.name} <= CHINA.lacks
