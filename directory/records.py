"""Records: a row of its own table with what hangs on it (texts per language, lists), read and written by its fields.

One mechanism for the form in the browser, for imports of a million rows and for their undoing: whoever changes a record
says which fields get which values, and hears what they were before.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    true,
    union_all,
    update,
)

from server.kernel.ids import new_id
from server.kernel.prepared import Prepared, Transaction

Values = Mapping[str, Any]
# Ids asked for in one statement of SQLite, which takes 32,766 parameters; plans are kept for few widths.
WIDTHS = (1, 16, 256, 1_024)
ARRAY_WIDTH = 0  # stands for any number of them, as one array


@dataclass(frozen=True)
class Hanging:
    """A table whose rows together are one field: a tuple of codes, or of tuples where a row has several columns.

    `fixed` are columns that are the same in all of the field's rows; `ordered`: the rows have a `position`, else they
    are sorted.
    """

    table: Table
    columns: tuple[str, ...]
    fixed: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False


@dataclass(frozen=True, eq=False)
class Several:
    """Where is kept what each source says of a record that several keep (see `directory.sayings`), and what a record
    that says the one says more when it says the other, too."""

    table: Table
    more: Callable[[Values, Values], Values]


@dataclass(frozen=True, eq=False)
class Shape:
    """Which tables a kind of record is made of. `key` is the column that refers to the record's id.

    `derive` gives further columns of the record's own row, made from its fields.
    """

    table: Table
    removals: Table
    changes: Table
    own_fields: Table
    key: str
    columns: tuple[str, ...]
    texts: Table
    parts: tuple[str, ...]
    locales: tuple[str, ...]
    lists: Mapping[str, Hanging]
    derive: Callable[[Values], Values]
    empty: Values  # of the fields that are not empty texts and not None when they are unknown
    several: Several | None = None  # None: one source at most keeps a record of this kind

    @cached_property
    def text_fields(self) -> dict[str, tuple[str, str]]:
        """By field such as "pitch.de": its part and its language."""
        return {f"{part}.{locale}": (part, locale) for part in self.parts for locale in self.locales}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All fields."""
        return (*self.columns, *self.text_fields, *self.lists)


@dataclass(frozen=True, slots=True)
class Noted:
    """What one change is noted with in the change log."""

    record_id: str
    field: str
    before: str
    after: str


class Records:
    """The records of one shape, read and written within a transaction."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    def blank(self, name: str) -> Any:
        """The value of a field about which nothing is known."""
        if name in self.shape.lists:
            return ()
        return self.shape.empty.get(name, "")

    def current(
        self, transaction: Transaction, ids: Collection[str], names: Collection[str]
    ) -> dict[str, dict[str, Any]]:
        """The values of all columns and texts, and of those lists that are named, by id."""
        found: dict[str, dict[str, Any]] = {}
        for row in look_up(transaction, self.shape.table, ("id", *self.shape.columns), "id", ids):
            found[row[0]] = dict(zip(self.shape.columns, row[1:], strict=True))
        for values in found.values():
            values.update(dict.fromkeys(self.shape.text_fields, ""))
            values.update({name: () for name in self.shape.lists if name in names})
        self._read_texts(transaction, found)
        self._read_lists(transaction, found, [name for name in self.shape.lists if name in names])
        return found

    def own_fields(self, transaction: Transaction, ids: Collection[str]) -> dict[str, set[str]]:
        """The fields that the organisations' own people have edited, by record."""
        found: dict[str, set[str]] = defaultdict(set)
        for id_, name in look_up(transaction, self.shape.own_fields, (self.shape.key, "field"), self.shape.key, ids):
            found[id_].add(name)
        return found

    def removals(self, transaction: Transaction, ids: Collection[str]) -> dict[str, str]:
        """Why those of these records are gone that are, by id."""
        rows = look_up(transaction, self.shape.removals, (self.shape.key, "reason"), self.shape.key, ids)
        return {row[0]: row[1] for row in rows}

    def by_source(self, transaction: Transaction, source: str, source_ids: Collection[str]) -> dict[str, str]:
        """The ids of the records that a source keeps, alone or with others, by its own ids."""
        table, several = self.shape.table, self.shape.several
        rows = look_up(transaction, table, ("source_id", "id"), "source_id", source_ids, source=source)
        found = {row[0]: row[1] for row in rows}
        if several is not None:
            columns, left = ("source_id", self.shape.key), [each for each in source_ids if each not in found]
            more = look_up(transaction, several.table, columns, "source_id", left, source=source)
            found |= {row[0]: row[1] for row in more}
        return found

    def taken(self, transaction: Transaction, column: str, values: Collection[str], **where: str) -> set[str]:
        """Which of these values a column has already."""
        return {row[0] for row in look_up(transaction, self.shape.table, (column,), column, values, **where)}

    def insert(self, transaction: Transaction, rows: Sequence[tuple[Values, Values]]) -> None:
        """Write new records, each given by its columns that are no fields, and by its fields."""
        blank = {name: self.blank(name) for name in self.shape.columns}
        columns = [
            {**base, **blank, **{name: value for name, value in values.items() if name in blank}}
            for base, values in rows
        ]
        self._insert(transaction, self.shape.table, [{**row, **self.shape.derive(row)} for row in columns])
        self._write_texts(transaction, [(base["id"], values) for base, values in rows])
        for name in self.shape.lists:
            self._write_list(
                transaction, name, [(base["id"], values[name]) for base, values in rows if values.get(name)]
            )

    def change(self, transaction: Transaction, rows: Sequence[tuple[str, Values, Values]], at: datetime) -> None:
        """Write other values of fields: each record by its id, what `current` said, and the fields' new values."""
        # Who writes a column writes its indexes: those of which only texts or lists change are touched alone.
        columns = set(self.shape.columns)
        whole = [(id_, {**before, **values}) for id_, before, values in rows if columns & values.keys()]
        transaction.many(
            _updating(self.shape.table, tuple(sorted((*self.shape.columns, *self._derived, "updated_at")))),
            [self._columns(id_, values, at) for id_, values in whole],
        )
        self.touch(transaction, [id_ for id_, _before, values in rows if not columns & values.keys()], at)
        self._change_texts(transaction, rows)
        for name in self.shape.lists:
            given = [(id_, values[name]) for id_, _before, values in rows if name in values]
            if given:
                hanging = self.shape.lists[name]
                drop(transaction, hanging.table, self.shape.key, [id_ for id_, _value in given], **hanging.fixed)
                self._write_list(transaction, name, given)

    def touch(self, transaction: Transaction, ids: Iterable[str], at: datetime) -> None:
        """Have records count as changed now."""
        for width, some in _lots(transaction, ids):
            transaction.many(_touching(self.shape.table, width), [some | {"updated_at": at}])

    def remove(
        self, transaction: Transaction, ids: Sequence[str], reason: str, at: datetime, by_id: str | None
    ) -> None:
        """Show records no longer."""
        rows = [{self.shape.key: id_, "reason": reason, "at": at, "by_id": by_id} for id_ in ids]
        self._insert(transaction, self.shape.removals, rows)
        self.touch(transaction, ids, at)

    def bring_back(self, transaction: Transaction, ids: Sequence[str]) -> None:
        """Show records again."""
        drop(transaction, self.shape.removals, self.shape.key, ids)

    def own(self, transaction: Transaction, id_: str, names: Iterable[str], at: datetime, by_id: str | None) -> None:
        """Keep imports away from these fields of a record from now on."""
        have = self.own_fields(transaction, [id_])[id_]
        rows = [{self.shape.key: id_, "field": name, "since": at, "by_id": by_id} for name in names if name not in have]
        self._insert(transaction, self.shape.own_fields, rows)

    def note(
        self, transaction: Transaction, noted: Sequence[Noted], at: datetime, by_id: str | None, source: str | None
    ) -> None:
        """Write the change log."""
        rows = [
            {"id": new_id(), self.shape.key: one.record_id, "at": at, "by_id": by_id, "source": source}
            | {"field": one.field, "before": one.before, "after": one.after}
            for one in noted
        ]
        self._insert(transaction, self.shape.changes, rows)

    @cached_property
    def _derived(self) -> tuple[str, ...]:
        return tuple(self.shape.derive({name: self.blank(name) for name in self.shape.columns}))

    def _columns(self, id_: str, values: Values, at: datetime) -> dict[str, Any]:
        columns = {name: values[name] for name in self.shape.columns}
        return {"b_id": id_, "updated_at": at, **columns, **self.shape.derive(columns)}

    def _read_texts(self, transaction: Transaction, found: dict[str, dict[str, Any]]) -> None:
        columns = (self.shape.key, "locale", *self.shape.parts)
        for id_, locale, *parts in look_up(transaction, self.shape.texts, columns, self.shape.key, found):
            found[id_].update({f"{part}.{locale}": text for part, text in zip(self.shape.parts, parts, strict=True)})

    def _read_lists(self, transaction: Transaction, found: dict[str, dict[str, Any]], names: Sequence[str]) -> None:
        """Fill in these lists: all of them in one query, however many tables they lie in."""
        hangings = [self.shape.lists[name] for name in names]
        if not hangings:
            return
        fixed = {f"f{number}_{each}": value for number, one in enumerate(hangings) for each, value in one.fixed.items()}
        rows: dict[tuple[int, str], list[Sequence[Any]]] = defaultdict(list)
        for width, some in _lots(transaction, found):
            for row in transaction.rows(_hanging(self.shape, tuple(names), width), some | fixed):
                rows[row[0], row[1]].append(row[2:])
        for (number, id_), several in rows.items():
            found[id_][names[number]] = _ordered(hangings[number], several)

    def _change_texts(self, transaction: Transaction, rows: Sequence[tuple[str, Values, Values]]) -> None:
        changed = [
            (id_, before, values) for id_, before, values in rows if self.shape.text_fields.keys() & values.keys()
        ]
        if changed:
            drop(transaction, self.shape.texts, self.shape.key, [id_ for id_, _before, _values in changed])
            self._write_texts(transaction, [(id_, {**before, **values}) for id_, before, values in changed])

    def _write_texts(self, transaction: Transaction, rows: Iterable[tuple[str, Values]]) -> None:
        written = []
        for id_, values in rows:
            for locale in self.shape.locales:
                parts = {part: values.get(f"{part}.{locale}", "") for part in self.shape.parts}
                if any(parts.values()):
                    written.append({self.shape.key: id_, "locale": locale, **parts})
        self._insert(transaction, self.shape.texts, written)

    def _write_list(self, transaction: Transaction, name: str, rows: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        hanging, written = self.shape.lists[name], []
        for id_, several in rows:
            for position, value in enumerate(several):
                parts = value if len(hanging.columns) > 1 else (value,)
                row = {self.shape.key: id_, **hanging.fixed, **dict(zip(hanging.columns, parts, strict=True))}
                written.append(row | ({"position": position} if hanging.ordered else {}))
        self._insert(transaction, hanging.table, written)

    def _insert(self, transaction: Transaction, table: Table, rows: Sequence[Values]) -> None:
        if rows:
            transaction.many(_inserting(table, tuple(rows[0])), rows)


def look_up(
    transaction: Transaction, table: Table, columns: tuple[str, ...], by: str, values: Collection[str], **where: str
) -> Iterable[Sequence[Any]]:
    """These columns of the rows in which the column `by` has one of many values, and others have the one given."""
    for width, some in _lots(transaction, values):
        yield from transaction.rows(_selecting(table, columns, by, width, tuple(where)), some | where)


def drop(transaction: Transaction, table: Table, by: str, values: Collection[str], **where: str) -> None:
    """Delete the rows in which the column `by` has one of many values, and others have the one given."""
    for width, some in _lots(transaction, values):
        transaction.many(_deleting(table, by, width, tuple(where)), [some | where])


def _lots(transaction: Transaction, values: Iterable[str]) -> Iterable[tuple[int, dict[str, Any]]]:
    """Values as parameters of `_one_of`, with its width.

    SQLite gets lots as wide as one of `WIDTHS`, the last value of a lot said again until it is. PostgreSQL gets all in
    one array: a statement with a thousand parameters takes its driver ten times as long as the database.
    """
    asked = list(dict.fromkeys(values))
    if transaction.dialect.name == "postgresql":
        yield from [(ARRAY_WIDTH, {"several": asked})] if asked else []
        return
    for start in range(0, len(asked), WIDTHS[-1]):
        some = asked[start : start + WIDTHS[-1]]
        width = next(width for width in WIDTHS if width >= len(some))
        yield width, {f"i{number}": value for number, value in enumerate(some + some[-1:] * (width - len(some)))}


def _one_of(column: Column[Any], width: int) -> ColumnElement[bool]:
    if width == ARRAY_WIDTH:
        return column == any_(bindparam("several", type_=ARRAY(column.type)))
    return column.in_([bindparam(f"i{number}") for number in range(width)])


def _ordered(hanging: Hanging, rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
    """A field of rows of (position, its columns, nothing); by their position, else sorted by their first column."""
    width = len(hanging.columns)
    kept = [tuple(row[1 : 1 + width]) for row in sorted(rows, key=lambda row: row[0] if hanging.ordered else row[1])]
    return tuple(row[0] for row in kept) if width == 1 else tuple(kept)


@lru_cache(128)
def _hanging(shape: Shape, names: tuple[str, ...], width: int) -> Prepared:
    """The rows of several lists of as many records: (number of the list, record, position, the columns of its row)."""
    hangings = [shape.lists[name] for name in names]
    widest = max(hangings, key=lambda one: len(one.columns))
    types = [widest.table.c[name].type for name in widest.columns]
    parts = [_one_list(shape.key, number, one, width, types) for number, one in enumerate(hangings)]
    return Prepared(union_all(*parts) if len(parts) > 1 else parts[0])


def _one_list(key: str, number: int, hanging: Hanging, width: int, types: Sequence[Any]) -> Select[Any]:
    columns = hanging.table.c
    position = columns.position if hanging.ordered else literal_column("0", Integer)
    own = [columns[name] for name in hanging.columns]
    nothing = [cast(null(), each) for each in types[len(own) :]]
    same = [columns[name] == bindparam(f"f{number}_{name}", type_=columns[name].type) for name in hanging.fixed]
    which = literal_column(str(number), Integer)
    rows = select(which.label("list"), columns[key], position.label("position"), *own, *nothing)
    return rows.where(*same, _one_of(columns[key], width))


@lru_cache(512)
def _selecting(table: Table, columns: tuple[str, ...], by: str, width: int, where: tuple[str, ...]) -> Prepared:
    same = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in where]
    if width == ARRAY_WIDTH:
        return Prepared(_each_by_itself(table, columns, by, same))
    return Prepared(select(*(table.c[name] for name in columns)).where(*same, _one_of(table.c[by], width)))


def _each_by_itself(
    table: Table, columns: tuple[str, ...], by: str, same: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """PostgreSQL's look-up of each value of an array in the index.

    Told `by = ANY(array)` beside another column, it may read all rows that have the other one and hold each against
    the whole array: it keeps its plan from when the table was small, and in an import that takes the square of the
    rows. `OFFSET 0` keeps the look-up of one value apart, so there is nothing to choose.
    """
    several = bindparam("several", type_=ARRAY(table.c[by].type))
    asked = func.unnest(several).table_valued("value").render_derived("asked")
    one = select(*(table.c[name] for name in columns)).where(*same, table.c[by] == asked.c.value)
    found = one.offset(literal_column("0")).lateral("found")
    return select(*(found.c[name] for name in columns)).select_from(asked.join(found, true()))


@lru_cache(256)
def _inserting(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns)


@lru_cache(256)
def _updating(table: Table, columns: tuple[str, ...]) -> Prepared:
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return Prepared(update(table).where(table.c.id == bindparam("b_id")).values(values))


@lru_cache(16)
def _touching(table: Table, width: int) -> Prepared:
    at = bindparam("updated_at", type_=table.c.updated_at.type)
    return Prepared(update(table).where(_one_of(table.c.id, width)).values(updated_at=at))


@lru_cache(256)
def _deleting(table: Table, by: str, width: int, where: tuple[str, ...]) -> Prepared:
    same = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in where]
    return Prepared(delete(table).where(*same, _one_of(table.c[by], width)))
