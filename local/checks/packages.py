"""npm packages that tests check archives and pages with, pinned with a lock; no script of theirs runs."""

import shutil
import sys
from pathlib import Path

from local.alone import alone
from local.node import ROOT, is_installed, node_at_hand, npm_ci

HOME = ROOT / ".local" / "checks"
LOCK = Path(__file__).with_name("package-lock.json")


def package(name: str) -> Path:
    """The folder of a package; does nothing, and needs no network, when it is there."""
    with alone(HOME):
        if not is_installed(LOCK, HOME):
            _install()
    return HOME / "node_modules" / name


def _install() -> None:
    node = node_at_hand()
    print("Setting up: what tests check archives and pages with, from npm (about 5 s) …", file=sys.stderr)
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    npm_ci(node, LOCK, HOME, omit="optional")
    (HOME / ".done").touch()
