"""The made-up region in the product's own tables: written in bulk, past the actions, which would measure themselves."""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from bench.directory.data import SEED, Made, needs, organisations, products
from directory.needs.model import Need, NeedTag, NeedText
from directory.organisations.model import Language, Organisation, Tag, Text
from directory.organisations.vocabulary import SIZES, STAGES, TAGS
from directory.products.model import Product, ProductText
from server.kernel.tables import Base

LOT = 10_000
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
Row = dict[str, Any]
_INDUSTRIES, _TECHNOLOGIES = ([term.code for term in TAGS[kind]] for kind in ("industry", "technology"))
_STAGES, _SIZES = [term.code for term in STAGES], [term.code for term in SIZES]
_KINDS = ("startup", "company", "company", "startup", "institute")


def fill(url: str, folder: Path, sizes: tuple[int, int, int]) -> None:
    """Write so many organisations, products and needs into a migrated database; an empty url is SQLite's file."""
    writing = _PostgreSQL(url) if url else _Sqlite(folder)
    for rows in _lots(sizes):
        for table, some in rows.items():
            writing.write(table, some)
    writing.end()


def id_of(kind: str, number: int) -> str:
    """The id of the thing with this number; ids of one kind are in the order of numbers."""
    first = {"organisation": 0x0190, "product": 0x0191, "need": 0x0192}[kind]
    return str(uuid.UUID(int=first << 112 | 0x7000 << 64 | 0x8000 << 48 | number))


def _lots(sizes: tuple[int, int, int]) -> Iterator[dict[type[Base], list[Row]]]:
    count, many, few = sizes
    for made in _batched(organisations(count)):
        yield _rows(made, _organisation)
    for made in _batched(products(many, count)):
        yield _rows(made, _product)
    for made in _batched(needs(few, count)):
        yield _rows(made, _need)


def _batched(things: Iterable[Made]) -> Iterator[list[Made]]:
    remaining = iter(things)
    while lot := list(islice(remaining, LOT)):
        yield lot


def _rows(made: Sequence[Made], of: Any) -> dict[type[Base], list[Row]]:
    rows: dict[type[Base], list[Row]] = {}
    for each in made:
        for table, row in of(each):
            rows.setdefault(table, []).append(row)
    return rows


def _organisation(made: Made) -> Iterator[tuple[type[Base], Row]]:
    id_, (place, country, latitude, longitude) = id_of("organisation", made.number), made.town
    yield (
        Organisation,
        {
            "id": id_,
            "slug": f"firm-{made.number}",
            "kind": _KINDS[made.pick % len(_KINDS)],
            "name": made.name,
            "size": _SIZES[made.pick // 8 % len(_SIZES)],
            "stage": _STAGES[made.pick // 64 % len(_STAGES)],
            "country": country,
            "place": place,
            "latitude": latitude,
            "longitude": longitude,
            "visibility": "public",
            "created_at": made.at,
            "updated_at": made.at,
        },
    )
    yield Text, {"organisation_id": id_, "locale": made.locale, "pitch": made.line, "description": made.text}
    yield Tag, {"organisation_id": id_, "kind": "industry", "code": _INDUSTRIES[made.pick % len(_INDUSTRIES)]}
    technology = _TECHNOLOGIES[made.pick // 7 % len(_TECHNOLOGIES)]
    yield Tag, {"organisation_id": id_, "kind": "technology", "code": technology}
    yield Language, {"organisation_id": id_, "code": made.locale}


def _product(made: Made) -> Iterator[tuple[type[Base], Row]]:
    id_ = id_of("product", made.number)
    yield (
        Product,
        {
            "id": id_,
            "organisation_id": id_of("organisation", made.owner),
            "slug": f"product-{made.number}",
            "category": "hardware",
            "visibility": "public",
            "created_at": made.at,
            "updated_at": made.at,
        },
    )
    text = {"name": made.name, "line": made.line, "description": made.text}
    yield ProductText, {"product_id": id_, "locale": made.locale} | text


def _need(made: Made) -> Iterator[tuple[type[Base], Row]]:
    id_, (place, country, _, _) = id_of("need", made.number), made.town
    yield (
        Need,
        {
            "id": id_,
            "organisation_id": id_of("organisation", made.owner),
            "kind": "seek",
            "category": "product",
            "blind": False,
            "remote": False,
            "visibility": "public",
            "country": country,
            "place": place,
            "state": "open",
            "published_at": made.at,
            "expires_at": NEVER,  # whenever this is run: an open need alone is found
            "created_at": made.at,
            "updated_at": made.at,
        },
    )
    yield NeedText, {"need_id": id_, "locale": made.locale, "title": made.name, "text": f"{made.line} {made.text}"}
    yield NeedTag, {"need_id": id_, "kind": "industry", "code": _INDUSTRIES[made.pick % len(_INDUSTRIES)]}


def _values(table: type[Base], row: Row) -> tuple[Any, ...]:
    """The row's values in the order of the columns; what it does not say is unknown."""
    columns = table.__table__.columns
    return tuple(row.get(each.name, None if each.nullable else "") for each in columns)


class _Sqlite:
    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "fairmatch.db")
        self._connection.execute("PRAGMA synchronous=OFF")

    def write(self, table: type[Base], rows: Sequence[Row]) -> None:
        marks = ", ".join("?" * len(table.__table__.columns))
        statement = f"INSERT INTO {table.__tablename__} VALUES ({marks})"
        self._connection.executemany(statement, ([_stored(each) for each in _values(table, row)] for row in rows))
        self._connection.commit()

    def end(self) -> None:
        self._connection.execute("ANALYZE")
        self._connection.close()


def _stored(value: Any) -> Any:
    """A moment as SQLAlchemy stores it in SQLite."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


class _PostgreSQL:
    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)

    def write(self, table: type[Base], rows: Sequence[Row]) -> None:
        names = ", ".join(each.name for each in table.__table__.columns)
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table.__tablename__} ({names}) FROM STDIN") as to:
            for row in rows:
                to.write_row(_values(table, row))
        self._connection.commit()

    def end(self) -> None:
        self._connection.autocommit = True
        self._connection.execute("ANALYZE")
        self._connection.close()


def some_organisations(count: int, of: int) -> list[str]:
    """The addresses of some organisations' pages, spread over all."""
    dice = random.Random(SEED + 3)
    return [f"/o/firm-{dice.randrange(of)}" for _ in range(count)]
