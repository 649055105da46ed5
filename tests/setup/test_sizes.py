"""Small pieces: a file that no window holds, or functions that grow, are seen here."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from bin.places import ROOT

LINES_MOST = 400
MEDIAN_BELOW = 10  # lines of a function, its name and docstring among them
PACKAGES = sorted(path.parent for path in ROOT.glob("*/__init__.py"))


def ours(*kinds: str) -> Iterator[Path]:
    """Our own sources of these kinds."""
    for package in PACKAGES:
        yield from (
            path for path in sorted(package.rglob("*")) if path.suffix in kinds and "__pycache__" not in path.parts
        )


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in ours(".py", ".js", ".css", ".html")}

    assert len(lengths) > 1_000
    assert [str(path.relative_to(ROOT)) for path, length in lengths.items() if length > LINES_MOST] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.name))
def test_half_of_the_functions_of_a_package_have_less_than_ten_lines(package: Path) -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert median(lengths) < MEDIAN_BELOW
