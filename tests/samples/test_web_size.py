"""The website can be read in one sitting."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

from samples.web.app import HERE

MOST = 200
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_of_code(source: str) -> int:
    """Lines with something on them that is neither a comment nor a part of a docstring."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    taken = [range(one.start[0], one.end[0] + 1) for one in tokens if one.type not in NO_CODE]
    return len(set().union(*taken) - docstrings(source))


def docstrings(source: str) -> set[int]:
    """The numbers of their lines."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED)]
    texts = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return {line for text in texts for line in range(text.lineno, (text.end_lineno or text.lineno) + 1)}


def modules() -> list[Path]:
    return sorted(HERE.rglob("*.py"))


def test_the_website_has_at_most_two_hundred_lines_of_python() -> None:
    assert sum(lines_of_code(module.read_text("utf-8")) for module in modules()) <= MOST


def test_it_has_few_modules_and_no_line_with_two_statements() -> None:
    assert [module.name for module in modules()] == ["__init__.py", "app.py", "sign_in.py"]
    for module in modules():
        tokens = tokenize.generate_tokens(io.StringIO(module.read_text("utf-8")).readline)
        assert not any(one.string == ";" for one in tokens)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", 0),
        ('"""Only\n\na docstring."""\n', 0),
        ('"""What."""\n\n# why\nfirst = 1  # how\n', 1),
        ('def one():\n    """What."""\n    return """\n\nno docstring"""\n', 4),
        ("both = (\n    1,\n    # so\n    2,\n)\n", 4),
    ],
)
def test_how_lines_are_counted(source: str, lines: int) -> None:
    assert lines_of_code(source) == lines
