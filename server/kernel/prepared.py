"""Statements for where every tenth of a millisecond counts: the SQL text is made once per database, and then only run.

SQLAlchemy builds and checks each execution anew, which costs more than SQLite needs to do it. A prepared statement
is made of the same tables and types; a transaction runs it on SQLite's own connection, or through SQLAlchemy.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect, Float, Insert
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, Executable
from sqlalchemy.types import TypeEngine

from server.kernel.tables import UtcDateTime

Values = Mapping[str, Any]
# Moments that a statement remembers as the driver takes them.
MOMENTS = 64
_Process = Callable[[Any], Any] | None
# PostgreSQL's number of its type `double precision`: SQLAlchemy asks for it before it says how such a column is read.
_FLOAT8 = 701
# Types whose values PostgreSQL reads as Python shows them.
_PLAIN = {str, int, float, datetime, NoneType}


class Prepared:
    """A statement of SQLAlchemy Core whose parameters are all named and given at each run.

    For an insert `columns` names those that are given; defaults of Python's side are not filled in.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._texts: dict[str, _Text] = {}

    def on(self, dialect: Dialect) -> "_Text":
        """The statement as this kind of database takes it."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _Text.of(self._statement, self._columns, dialect)
        return text


class Transaction(Protocol):
    """An open transaction that runs prepared statements; synchronous, whatever it stands on."""

    @property
    def dialect(self) -> Dialect:
        """The kind of database."""
        ...

    def rows(self, statement: Prepared, values: Values) -> list[Sequence[Any]]:
        """Run a query."""
        ...

    def many(self, statement: Prepared, values: Sequence[Values]) -> None:
        """Run a change once for each of these values."""
        ...


class SqliteTransaction:
    """On SQLite's own connection. Raises errors of sqlite3."""

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect) -> None:
        self.dialect = dialect
        self._connection = connection

    def rows(self, statement: Prepared, values: Values) -> list[Sequence[Any]]:
        """Run a query."""
        text = statement.on(self.dialect)
        return text.read(self._connection.execute(text.sql, text.bound(values)).fetchall())

    def many(self, statement: Prepared, values: Sequence[Values]) -> None:
        """Run a change once for each of these values."""
        text = statement.on(self.dialect)
        self._connection.executemany(text.sql, [text.bound(each) for each in values])


class CoreTransaction:
    """Through a connection of SQLAlchemy, also within `run_sync` of an asynchronous one."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._connection = connection

    def rows(self, statement: Prepared, values: Values) -> list[Sequence[Any]]:
        """Run a query."""
        text = statement.on(self.dialect)
        return text.read(self._connection.exec_driver_sql(text.sql, text.bound(values)).all())

    def many(self, statement: Prepared, values: Sequence[Values]) -> None:
        """Run a change once for each of these values."""
        text = statement.on(self.dialect)
        bound = [text.bound(each) for each in values]
        if text.of_lists and len(bound) > 1:
            lists = {name: _array([each[name] for each in bound]) for name, _ in text.parameters}
            self._connection.exec_driver_sql(text.of_lists, lists)
        elif bound:
            self._connection.exec_driver_sql(text.sql, bound if len(bound) > 1 else bound[0])


@dataclass(frozen=True)
class _Text:
    """SQL of one kind of database, and how values get into it and out of it."""

    sql: str
    parameters: Sequence[tuple[str, _Process]]
    positional: bool
    results: Sequence[_Process]
    of_lists: str  # PostgreSQL's insert of all rows at once, each column a list; else empty

    @classmethod
    def of(cls, statement: Executable, columns: Sequence[str] | None, dialect: Dialect) -> "_Text":
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        parameters = [(name, _binding(compiled.binds[name].type, dialect)) for name in names or ()]
        results = [
            column.type.dialect_impl(dialect).result_processor(
                dialect, _FLOAT8 if isinstance(column.type, Float) else None
            )
            for column in getattr(statement, "selected_columns", ())
        ]
        of_lists = _of_lists(statement, list(compiled.binds), dialect)
        return cls(compiled.string, parameters, compiled.positional, results, of_lists)

    def bound(self, values: Values) -> Any:
        """Values as the driver takes them. Raises KeyError when one is missing."""
        if not self.positional:
            return {name: process(values[name]) if process else values[name] for name, process in self.parameters}
        plain = self._in_order(values)
        if not self._processed:
            return plain
        bound = list(plain)
        for at, process in self._processed:
            bound[at] = process(bound[at])
        return tuple(bound)

    @cached_property
    def _in_order(self) -> Callable[[Values], Sequence[Any]]:
        """Takes values by their names, in the order of the parameters."""
        names = [name for name, _ in self.parameters]
        if len(names) > 1:
            return itemgetter(*names)
        return lambda values: tuple([values[name] for name in names])

    @cached_property
    def _processed(self) -> Sequence[tuple[int, Callable[[Any], Any]]]:
        """Which parameters the driver does not take as they are, and how it does."""
        return [(at, process) for at, (_, process) in enumerate(self.parameters) if process]

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """Rows from the driver as the columns' types say."""
        return [
            [process(value) if process else value for value, process in zip(row, self.results, strict=True)]
            for row in rows
        ]


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> _Process:
    """How the driver takes values of a type. The rows of a batch share their moments: each is turned once. (Not those
    of other zones: the two of an hour that a clock shows twice are equal to Python.)"""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if not process or not isinstance(kind, UtcDateTime):
        return process
    once = lru_cache(MOMENTS)(process)
    return lambda value: (once if value and value.tzinfo is UTC else process)(value)


def _array(values: list[Any]) -> Any:
    """A column of plain values as PostgreSQL reads an array: its driver looks at each value several times, which took
    half of an import's time. Other columns are the driver's."""
    return "{" + ",".join(map(_element, values)) + "}" if set(map(type, values)) <= _PLAIN else values


def _element(value: Any) -> str:
    return "NULL" if value is None else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _of_lists(statement: Executable, names: Sequence[str], dialect: Dialect) -> str:
    """The insert of many rows in one statement: their driver sends each one by itself, which takes most of the time."""
    if type(statement) is not Insert or dialect.name != "postgresql":
        return ""
    quote, table = dialect.identifier_preparer, statement.table
    types = [dialect.type_compiler_instance.process(table.c[name].type) for name in names]
    columns = ", ".join(quote.quote(name) for name in names)
    lists = ", ".join(f"%({name})s::{each}[]" for name, each in zip(names, types, strict=True))
    # Names of our own tables and their columns, quoted; no value is among them.
    return f"INSERT INTO {quote.format_table(table)} ({columns}) SELECT * FROM unnest({lists})"  # noqa: S608
