"""Programs that people open archives with, each by the commands that they would type."""

import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.checks.programs import libarchive, packaged_libarchive, packaged_seven_zip, seven_zip, unzip


def run(*command: str, folder: Path) -> str:
    """What it prints; a code other than 0, or a word on standard error, is a failure."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


@dataclass(frozen=True)
class Opener:
    """What lists an archive's names, and what unpacks it into the folder it is called in."""

    lists: tuple[str, ...]
    unpacks: tuple[str, ...]
    names: Callable[[str], list[str]] = str.splitlines

    def listed(self, archive: Path) -> list[str]:
        return self.names(run(*self.lists, str(archive), folder=archive.parent))

    def unpack(self, archive: Path, folder: Path) -> None:
        run(*self.unpacks, str(archive), folder=folder)


class Python:
    """The standard library's zipfile."""

    def listed(self, archive: Path) -> list[str]:
        with zipfile.ZipFile(archive) as opened:
            return opened.namelist()

    def unpack(self, archive: Path, folder: Path) -> None:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)


def _info_zip() -> Opener:
    return Opener((unzip(), "-Z1"), (unzip(), "-q"))


def _seven_zip(program: str) -> Opener:
    return Opener(
        (program, "l", "-ba", "-slt"),
        (program, "x", "-bd", "-y"),
        lambda text: re.findall(r"^Path = (.*)$", text, re.MULTILINE),
    )


def _libarchive(program: tuple[str, ...]) -> Opener:
    return Opener((*program, "tf"), (*program, "xf"))


OPENERS: Mapping[str, Callable[[], Opener | Python]] = {
    "unzip": _info_zip,
    "python": Python,
    "7-zip": lambda: _seven_zip(seven_zip()),
    "7-zip-from-npm": lambda: _seven_zip(packaged_seven_zip()),
    "libarchive": lambda: _libarchive(libarchive()),
    "libarchive-in-cmake": lambda: _libarchive(packaged_libarchive()),
}
"""Made when they are needed: some are installed first. A machine's own stand beside those of packages."""
