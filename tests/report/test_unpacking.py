"""Archives in the programs that people have: everything is listed, and comes out as it went in."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.report.openers import OPENERS, run
from tests.report.people import archive_of, hostile, rich
from tests.unit.world import World

ZIP64_ENTRY = b"PK\x03\x04\x2d\x00"
"""A member's header that asks for version 4.5: ZIP64 (APPNOTE.TXT 4.4.3)."""


ARCHIVES: Mapping[str, Callable[[], World]] = {"rich": rich, "hostile": hostile}


@pytest.fixture(scope="module", params=ARCHIVES)
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive as it is downloaded."""
    path = tmp_path_factory.mktemp(request.param) / "export.zip"
    path.write_bytes(archive_of(ARCHIVES[request.param]()))
    return path


@pytest.mark.parametrize("opener", OPENERS)
def test_every_program_lists_and_unpacks_all_of_it_unchanged(
    archive: Path, tmp_path: Path, opener: str
) -> None:
    program = OPENERS[opener]()
    program.unpack(archive, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    expected = {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]}
    unpacked = {name: measured(tmp_path / name) for name in files_in(tmp_path)}
    assert {name: unpacked[name] for name in expected} == expected
    assert set(unpacked) == {*expected, "manifest.json", "SHA256SUMS"}
    assert program.listed(archive) == [*expected, "manifest.json", "SHA256SUMS"]


@pytest.mark.parametrize("opener", OPENERS)
def test_the_command_in_the_readme_finds_every_file_as_it_was(
    archive: Path, tmp_path: Path, opener: str
) -> None:
    OPENERS[opener]().unpack(archive, tmp_path)
    (command,) = [line for line in (tmp_path / "README.txt").read_text().splitlines() if "sha256sum" in line]
    told = run(*command.split(), folder=tmp_path)
    assert set(told.splitlines()) == {f"{name}: OK" for name in files_in(tmp_path) - {"SHA256SUMS"}}


@pytest.mark.parametrize("opener", OPENERS)
def test_every_program_notices_damage(archive: Path, tmp_path: Path, opener: str) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 4] ^= 0xFF
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(data)
    with pytest.raises((AssertionError, zlib.error, zipfile.BadZipFile)):
        OPENERS[opener]().unpack(damaged, tmp_path)


def test_every_member_is_zip64_however_small_as_its_size_is_not_known_before(archive: Path) -> None:
    members = len(OPENERS["python"]().listed(archive))
    assert archive.read_bytes().count(ZIP64_ENTRY) == members


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def measured(path: Path) -> tuple[int, str]:
    data = path.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()
