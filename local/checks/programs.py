"""Programs that people open archives with: the machine's own, else those that packages carry."""

import platform
import shutil
import sys
from pathlib import Path

from local.checks.packages import package
from local.child import NotReady

SEVEN_ZIP = ("7z", "7zz", "7za")
_PACKAGED = {
    ("Linux", "x86_64"): "linux/x64",
    ("Linux", "aarch64"): "linux/arm64",
    ("Darwin", "x86_64"): "mac/x64",
    ("Darwin", "arm64"): "mac/arm64",
}
"""Where 7zip-bin has 7-Zip, by system and machine."""


def unzip() -> str:
    """Info-ZIP's, which no package carries. Raises `NotReady`."""
    found = shutil.which("unzip")
    if found is None:
        raise NotReady("there is no unzip for the tests; install the package unzip")
    return found


def seven_zip() -> str:
    """7-Zip's command. Raises `NotReady`."""
    return next(filter(None, map(shutil.which, SEVEN_ZIP)), None) or packaged_seven_zip()


def packaged_seven_zip() -> str:
    """The one from npm. Raises `NotReady`."""
    folder = _PACKAGED.get((platform.system(), platform.machine()))
    if folder is None:
        raise NotReady(f"there is no 7-Zip for the tests; install one of: {', '.join(SEVEN_ZIP)}")
    program = package("7zip-bin") / folder / "7za"
    program.chmod(0o755)
    return str(program)


def libarchive() -> tuple[str, ...]:
    """What takes tar's `tf` and `xf` and reads with libarchive: bsdtar, else CMake. Raises `NotReady`."""
    if own := shutil.which("bsdtar"):
        return (own,)
    return packaged_libarchive()


def packaged_libarchive() -> tuple[str, ...]:
    """CMake, from PyPI in the environment of the tests, or the machine's. Raises `NotReady`."""
    found = shutil.which("cmake", path=str(Path(sys.executable).parent)) or shutil.which("cmake")
    if found is None:
        raise NotReady("there is no libarchive for the tests; run: make setup, or install bsdtar")
    return (found, "-E", "tar")
