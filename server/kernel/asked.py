"""A list of keys as a table to join with: one parameter, one statement that never changes.

`(a, b) IN ((1, 2), (3, 4))` would be the plain way, but SQLite reads the whole table for it as soon as there are two
of them, and each number of keys would be another statement to build and to compile.
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Dialect, String, Subquery, Text, bindparam, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

# What the keys are called among the parameters of a statement.
PARAMETER = "asked"
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def asked(*names: str) -> Subquery:
    """The keys that are given as the parameter `asked` (a list of sequences of texts), with columns of these names.

    Make it once, next to the statement that joins it.
    """
    rows = _elements(bindparam(PARAMETER, type_=_Keys())).table_valued("value", name="keys")
    parts = (_part(rows.c.value, literal_column(str(at))).label(name) for at, name in enumerate(names))
    return select(*parts).subquery(PARAMETER)


class _Keys(TypeDecorator[Collection[Sequence[str]]]):
    """Keys on their way into a statement."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[Sequence[str]] | None, dialect: Dialect) -> str:
        """As a JSON array of arrays. What no column of PostgreSQL can hold finds nothing, and is left out."""
        return json.dumps([list(key) for key in value or () if all(map(_is_text, key))])


class _elements(FunctionElement[str]):  # noqa: N801 (in SQL it is a function)
    """The elements of a JSON array: a row for each, in the column `value`."""

    name = "elements"
    inherit_cache = True


class _part(FunctionElement[str]):  # noqa: N801
    """One text of a JSON array of texts, by its place."""

    name = "part"
    inherit_cache = True
    type = String()


def _is_text(given: str) -> bool:
    return "\0" not in given and (given.isascii() or not _SURROGATE.search(given))


@compiles(_elements, "sqlite")
def _elements_on_sqlite(element: _elements, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_elements, "postgresql")
def _elements_on_postgresql(element: _elements, compiler: SQLCompiler, **more: Any) -> str:
    return f"jsonb_array_elements(CAST({compiler.process(element.clauses, **more)} AS jsonb))"


@compiles(_part, "sqlite")
def _part_on_sqlite(element: _part, compiler: SQLCompiler, **more: Any) -> str:
    value, at = (compiler.process(each, **more) for each in element.clauses)
    return f"json_extract({value}, '$[{at}]')"


@compiles(_part, "postgresql")
def _part_on_postgresql(element: _part, compiler: SQLCompiler, **more: Any) -> str:
    value, at = (compiler.process(each, **more) for each in element.clauses)
    return f"({value} ->> {at})"
