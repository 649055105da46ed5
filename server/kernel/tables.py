"""What all tables stand on: names of constraints, moments in UTC, and the declarative base."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, MetaData, String, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from server.kernel.sqlite_connection import SMALL
from server.kernel.text import in_any_spelling

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, given back aware. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC. Raises ValueError on a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC, aware (SQLite forgets the zone)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = metadata
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: UtcDateTime(),
        str: String(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


def small_letters(column: InstrumentedAttribute[str], word: str) -> ColumnElement[str]:
    """A text in small letters, to be held against a word in small letters (or several, as one text).

    On their own SQLite, and PostgreSQL where its locale is "C", know those of ASCII alone. For a word with others
    SQLite asks us, which takes longer, and PostgreSQL is told of the word's.
    """
    return func.lower(column) if word.isascii() else _small(column, *_cases(word))


def named_like(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    """Whether a name holds this word, in any case and with or without the accents of Latin letters.

    "lumiere" and "LUMIÈRE" find Lumière; "muller", "müller" and "mueller" find Müller. Both databases go once along the
    name: to write each name without its accents takes PostgreSQL a hundred times as long.
    """
    return column.regexp_match(in_any_spelling(word))


def _cases(word: str) -> tuple[str, str]:
    """The letters of a word beyond ASCII: the large ones, and the small ones in the same order."""
    letters = sorted({each for each in word.lower() if not each.isascii() and len(each.upper()) == 1})
    return "".join(map(str.upper, letters)), "".join(letters)


class _small(FunctionElement[str]):  # noqa: N801 (in SQL it is a function)
    """A text with its letters small: those of ASCII, and the second ones in place of the first."""

    name = "small"
    inherit_cache = True
    type = String()


@compiles(_small, "sqlite")
def _small_on_sqlite(element: _small, compiler: SQLCompiler, **more: Any) -> str:
    text, *_ = element.clauses
    return f"{SMALL}({compiler.process(text, **more)})"


@compiles(_small, "postgresql")
def _small_on_postgresql(element: _small, compiler: SQLCompiler, **more: Any) -> str:
    text, large, small = (compiler.process(each, **more) for each in element.clauses)
    return f"translate(lower({text}), {large}, {small})"
