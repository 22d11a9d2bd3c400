"""Bicep files as trees, read by rules. Nothing here knows symbols or types: that takes the compiler."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from tests.paths import ROOT

INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.bicep"))
_PARSER = Parser(Language(tree_sitter_bicep.language()))


@dataclass(frozen=True)
class Declaration:
    """A resource, parameter, output or variable: its name, what it is of, its properties by path."""

    file: str
    name: str
    of: str
    text: str
    properties: dict[str, str]
    decorators: tuple[str, ...]


def parsed(source: str) -> Node:
    return _PARSER.parse(source.encode()).root_node


def text_of(node: Node) -> str:
    return (node.text or b"").decode()


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def declarations(kind: str, file: Path | None = None) -> tuple[Declaration, ...]:
    """All of one kind: `resource`, `parameter`, `output`, `variable`, `module`."""
    return tuple(
        found for path in ([file] if file else FILES) for found in _declared(path, f"{kind}_declaration")
    )


def _declared(path: Path, kind: str) -> Iterator[Declaration]:
    decorators: tuple[str, ...] = ()
    for node in parsed(path.read_text()).children:
        if node.type == "decorators":
            decorators = tuple(text_of(one).lstrip("@").partition("(")[0] for one in node.named_children)
        elif node.type == kind:
            yield _declaration(path, node, decorators)
        if node.type not in {"decorators", "comment"}:
            decorators = ()


def _declaration(path: Path, node: Node, decorators: tuple[str, ...]) -> Declaration:
    name, *rest = [text_of(child) for child in node.named_children]
    return Declaration(
        str(path.relative_to(ROOT)),
        name,
        rest[0].strip("'"),
        text_of(node),
        dict(_properties(node)),
        decorators,
    )


def _properties(node: Node, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Properties of the outermost object below, as `a.b.c`; lists have `[]` in their path."""
    for child in node.named_children:
        if child.type == "object_property":
            yield from _property(child, prefix)
        elif child.type in {"object", "for_statement", "if_statement", "array"}:
            yield from _properties(child, f"{prefix}[]." if child.type == "array" else prefix)


def _property(node: Node, prefix: str) -> Iterator[tuple[str, str]]:
    key, value = node.named_children[0], node.named_children[-1]
    path = f"{prefix}{text_of(key)}"
    yield path, text_of(value)
    if value.type in {"object", "array", "for_statement"}:
        yield from _properties(value, f"{path}[]." if value.type == "array" else f"{path}.")


def named(file: Path) -> set[str]:
    """Every symbol that an expression names: not keys of objects, properties, or what is declared there."""
    return {text_of(node) for node in walk(parsed(file.read_text())) if _is_use(node)}


def bound(file: Path) -> set[str]:
    """What a file declares, with the variables of its loops and lambdas."""
    kinds = ("resource", "parameter", "variable", "module")
    declared = {one.name for kind in kinds for one in declarations(kind, file)}
    return declared | {text_of(name) for node in walk(parsed(file.read_text())) for name in _binds(node)}


def _is_use(node: Node) -> bool:
    if node.type != "identifier" or node.parent is None:
        return False
    key = node.parent.type == "object_property" and node.parent.named_children[0] == node
    return not key and not node.parent.type.endswith("_declaration")


def _binds(node: Node) -> Iterator[Node]:
    if node.type in {"lambda_expression", "for_statement"}:
        first = node.named_children[0]
        yield from first.named_children if first.named_children else (first,)
