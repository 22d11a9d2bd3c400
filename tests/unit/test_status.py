"""What whoever asks is told of a request: a letter in their language, and nothing that is not so yet."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delete_function.blueprint import delete_blueprint
from export_function.blueprint import export_blueprint
from shared.domain.states import Kind
from tests.contract_of_api import check_schema
from tests.unit.http import SUBMISSION, Functions, desk_of, json_of
from tests.unit.receipts import signer_of
from tests.unit.world import ADA, World

ENGLISH, GERMAN = "What was done", "Was getan wurde"
FLOOD = ",".join(["xx"] * 100_000)
LANGUAGES: Mapping[str, tuple[str, str]] = {
    "nothing": ("", ENGLISH),
    "English": ("en", ENGLISH),
    "German": ("de", GERMAN),
    "Swiss German": ("de-CH", GERMAN),
    "in capitals, with weights": ("DE-at;q=0.1, en;q=0.9", GERMAN),
    "another one first": ("fr, de;q=0.5", GERMAN),
    "others alone": ("fr, it", ENGLISH),
    "English before German": ("en-GB,de", ENGLISH),
    "with spaces": (" de ;q=1", GERMAN),
    "any": ("*", ENGLISH),
    "a path": ("../de", ENGLISH),
    "a path behind": ("de/../../etc/passwd", ENGLISH),
    "a control character": ("de\x00", ENGLISH),
    "as locales are spelled": ("de_DE", ENGLISH),
    "signs alone": (",,,;;;=,-", ENGLISH),
    "a format": ("%(day)s{0}", ENGLISH),
    "a look-alike": ("d\N{CYRILLIC SMALL LETTER IE}", ENGLISH),
    "a flood": (f"{FLOOD},de", ENGLISH),
}


def functions_of(world: World) -> dict[Kind, Functions]:
    desk = desk_of(world)
    return {
        Kind.EXPORT: Functions(export_blueprint(desk, world.links)),
        Kind.DELETION: Functions(delete_blueprint(desk, signer_of())),
    }


async def submitted(world: World, kind: Kind, **more: object) -> str:
    response = await functions_of(world)[kind].call(f"submit_{kind}", {**SUBMISSION, **more})
    return str(json_of(response)["id"])


async def shown(world: World, kind: Kind, request_id: str, language: str | None = None) -> dict[str, object]:
    headers = {} if language is None else {"accept-language": language}
    response = await functions_of(world)[kind].call(f"show_{kind}", headers=headers, id=request_id)
    body = json_of(response)
    check_schema(body, "Status")
    assert response.status_code == 200
    return body


async def done(kind: Kind = Kind.DELETION) -> tuple[World, str]:
    world = World()
    world.person("contoso")
    request_id = await submitted(world, kind)
    await world.settle(request_id)
    return world, request_id


def subject(body: dict[str, object]) -> str:
    letter = body["letter"]
    assert isinstance(letter, dict)
    return str(letter["subject"])


@pytest.mark.parametrize("asked", LANGUAGES)
async def test_the_letter_is_in_the_first_language_that_we_speak(asked: str) -> None:
    language, expected = LANGUAGES[asked]
    world, request_id = await done()
    assert subject(await shown(world, Kind.DELETION, request_id, language)) == expected


@pytest.mark.parametrize("kind", Kind)
async def test_both_kinds_are_told_of_in_both_languages_and_by_default_in_english(kind: Kind) -> None:
    world, request_id = await done(kind)
    assert subject(await shown(world, kind, request_id)) == ENGLISH
    assert subject(await shown(world, kind, request_id, "de")) == GERMAN


@given(st.text(max_size=300))
def test_whatever_language_is_asked_for_the_answer_is_in_one_of_ours(text: str) -> None:
    world, request_id = at_its_end()
    assert subject(asyncio.run(shown(world, Kind.DELETION, request_id, text))) in {ENGLISH, GERMAN}


@cache
def at_its_end() -> tuple[World, str]:
    return asyncio.run(done())


@pytest.mark.parametrize("kind", Kind)
async def test_until_there_is_something_to_tell_there_is_no_letter(kind: Kind) -> None:
    world = World()
    world.person("contoso")
    request_id = await submitted(world, kind)
    assert (await shown(world, kind, request_id))["letter"] is None
    await world.decisions.extend(request_id, "operator x", "complexity")
    assert subject(await shown(world, kind, request_id, "de")) == "Wir brauchen mehr Zeit"
    await world.decisions.cancel(request_id, "operator x")
    assert (await shown(world, kind, request_id))["letter"] is None


CLAIMS = re.compile(r"\b(deleted|erased|purged|gelöscht|completed|entfernt)\b", re.IGNORECASE)
HONEST = re.compile(r"soft_deleted|purge_falls_due")


def claims_in(body: dict[str, object]) -> list[str]:
    return CLAIMS.findall(HONEST.sub("", str(body)))


@pytest.mark.parametrize("copy_first", [False, True])
async def test_the_status_does_not_say_that_the_account_is_gone_before_it_is_so(*, copy_first: bool) -> None:
    world = World()
    world.person("contoso")
    directory, said = world.tenants["contoso"], []
    request_id = await submitted(world, Kind.DELETION, copyFirst=copy_first)
    for _ in range(60):
        await world.run_what_is_due()
        body = await shown(world, Kind.DELETION, request_id, "de")
        there = ADA in directory.users or ADA in directory.recycle_bin
        said.append((there, claims_in(body)))
        if (await world.request(request_id)).reason == "copy_to_be_confirmed":
            await world.decisions.confirm_copy(request_id, "ticket")
        await world.clock.sleep(timedelta(minutes=2))
        await world.upkeep.sweep()
    assert [claims for there, claims in said if there and claims] == []
    assert any(there for there, _ in said)
    assert "purged" in said[-1][1]


async def test_where_the_recycle_bin_is_emptied_only_after_the_due_date_the_status_says_so() -> None:
    world = World()
    world.tenants["contoso"].purge_protected = {world.person("contoso").object_id}
    late = (world.clock.now() - timedelta(days=5)).isoformat()
    request_id = await submitted(world, Kind.DELETION, receivedAt=late)
    for _ in range(20):
        await world.run_what_is_due()
        await world.clock.sleep(timedelta(minutes=5))
    body = await shown(world, Kind.DELETION, request_id)
    assert (body["status"], body["reason"]) == ("waiting", "purge_falls_due")
    tenants = body["tenants"]
    assert isinstance(tenants, list)
    assert [one["purgeAfterDue"] for one in tenants if one["tenant"] == "contoso"] == [True]
    assert claims_in(body) == []
