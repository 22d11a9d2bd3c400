import asyncio
import hashlib
import json
import tomllib
import zipfile
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from export_function.contents import SCHEMAS
from export_function.json_text import read
from export_function.manifest import GENERATOR
from shared.domain.errors import Overtaken
from shared.domain.ports import JsonObject, JsonValue
from shared.domain.sources import Source
from shared.domain.states import Kind
from tests.paths import ROOT
from tests.unit.rich_world import APP, EMAIL, exported, json_of, rich_world, rows_of, text_of
from tests.unit.test_export_plan import archive_of


def manifest_of(archive: zipfile.ZipFile) -> dict[str, list[dict[str, str | int]]]:
    manifest: dict[str, list[dict[str, str | int]]] = json.loads(archive.read("manifest.json"))
    return manifest


def sound(schema: JsonValue, value: JsonValue) -> None:
    assert isinstance(schema, dict)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(value)


async def test_the_manifest_lists_every_file_but_itself_and_the_checksums() -> None:
    archive = await exported(rich_world())
    files = manifest_of(archive)["files"]
    assert [*(file["path"] for file in files), "manifest.json", "SHA256SUMS"] == archive.namelist()
    for file in files:
        data = archive.read(str(file["path"]))
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])


async def test_the_checksums_hold_by_the_command_in_the_readme(tmp_path: Path) -> None:
    archive = await exported(rich_world())
    archive.extractall(tmp_path)
    command = "sha256sum -c SHA256SUMS"
    assert command in text_of(archive, "README.txt")
    done = await asyncio.create_subprocess_exec(*command.split(), cwd=tmp_path, stdout=PIPE)
    told, _ = await done.communicate()
    assert done.returncode == 0
    assert told.count(b": OK\n") == len(archive.namelist()) - 1


async def test_every_data_file_and_the_manifest_have_the_form_of_their_schemas() -> None:
    archive = await exported(rich_world())
    with_schema = [file for file in manifest_of(archive)["files"] if "schema" in file]
    assert {str(file["path"]).rpartition("/")[2] for file in with_schema} >= {
        "profile.json",
        "memberships.json",
        "directory-audits.ndjson",
        "sign-ins.ndjson",
        "custom-attributes.json",
        "identities.json",
    }
    for file in with_schema:
        data, schema = archive.read(str(file["path"])), json_of(archive, str(file["schema"]))
        for one in data.splitlines() if str(file["path"]).endswith(".ndjson") else [data]:
            sound(schema, read(one))
    sound(json_of(archive, "schema/manifest.schema.json"), json_of(archive, "manifest.json"))


async def test_the_manifest_says_what_made_it_in_which_language_and_what_is_missing() -> None:
    manifest = json_of(await exported(rich_world({"preferredLanguage": "de"})), "manifest.json")
    assert isinstance(manifest, dict)
    assert manifest["language"] == "de"
    assert manifest["generator"] == GENERATOR
    assert "apostrophe" in str(manifest["csvNote"])
    assert len(manifest["knownGaps"]) >= 5


def test_the_generator_is_this_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"name": project["name"], "version": project["version"]} == GENERATOR


async def test_custom_attributes_and_identities_have_files_of_their_own() -> None:
    archive = await exported(rich_world())
    name = f"extension_{APP}_LoyaltyNumber"
    assert json_of(archive, "data/contoso/custom-attributes.json") == [
        {"friendlyName": "LoyaltyNumber", "name": name, "value": "L-1815"}
    ]
    identities = json_of(archive, "data/contoso/identities.json")
    assert isinstance(identities, list)
    assert [one["signInType"] for one in identities] == ["emailAddress", "federated"]
    assert rows_of(archive, "data/contoso/custom-attributes.csv")[1] == ["LoyaltyNumber", name, "L-1815"]


async def test_beside_each_list_there_is_a_table_with_a_column_for_every_property() -> None:
    world = rich_world()
    related: list[JsonObject] = [{"id": "1", "a": {"b": [1, None]}}, {"id": "2", "c": True, "d": 0.5}]
    world.tenants["contoso"].related = {
        key: related for key in world.tenants["contoso"].related if key[1] is Source.MEMBERSHIPS
    }
    archive = await exported(world)
    assert archive.read("data/contoso/memberships.csv").startswith(b"\xef\xbb\xbf")
    assert rows_of(archive, "data/contoso/memberships.csv") == [
        ["a", "id", "c", "d"],
        ['{"b":[1,null]}', "1", "", ""],
        ["", "2", "true", "0.5"],
    ]


async def test_the_table_of_events_has_known_columns_and_all_else_in_the_last() -> None:
    event: JsonObject = {
        "id": "e",
        "activityDateTime": "2026-11-20T00:00:00Z",
        "new": {"x": 1},
        "result": "+1",
    }
    archive = await exported(rich_world(events=[event]))
    header, row = rows_of(archive, "data/contoso/directory-audits.csv")
    told = dict(zip(header, row, strict=True))
    assert header[-1] == "other"
    assert (told["id"], told["result"], told["other"]) == ("e", "'+1", '{"new":{"x":1}}')


async def test_the_same_staging_gives_the_same_bytes_whenever_it_is_archived() -> None:
    digests = set()
    for later in (0, 3):
        world = rich_world()
        accepted = await world.accept(Kind.EXPORT, EMAIL, key="same")
        await world.settle_until(accepted.request.id, "collect:contoso:signIns")
        await world.clock.sleep(world.timing.lease * (1 + later))
        request = await world.settle(accepted.request.id)
        archive_of(world, request)
        assert request.archive
        digests.add(request.archive.sha256)
    assert len(digests) == 1


async def test_a_worker_whose_lease_is_over_stops_before_the_next_file() -> None:
    world = rich_world()
    accepted = await world.accept(Kind.EXPORT, EMAIL)
    await world.settle_until(accepted.request.id, "collect:contoso:signIns")
    request, turn = await world.request(accepted.request.id), world.timing.begin(world.clock)
    await world.clock.sleep(world.timing.timeout)
    with pytest.raises(Overtaken):
        await world.archivist.archive(request, turn)
    assert [name for name in world.blobs.committed if name.endswith("export.zip")] == []


async def test_what_python_cannot_read_is_in_the_data_all_the_same() -> None:
    nested: JsonValue = "x"
    for _ in range(500):
        nested = [nested]
    archive = await exported(rich_world({"city": nested}))
    assert json_of(archive, "data/contoso/profile.json")
    assert "index.html" in archive.namelist()


def test_every_schema_allows_what_it_does_not_know() -> None:
    schemas = [json.loads(path.read_bytes()) for path in SCHEMAS.glob("*.json")]
    assert len(schemas) == 8
    assert "additionalProperties" not in json.dumps(schemas)
