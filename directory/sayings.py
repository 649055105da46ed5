"""What several sources say about one record: kept for each of them, and read together.

A record that one source keeps has that source in its own row, and no saying: it says what its source said last. Where
people make one record of several (docs/decisions/0015), each of their sources keeps a saying, in their order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, insert, update

from directory.packing import packed, unpacked
from directory.records import Records, Several, Values, drop, look_up
from server.kernel.prepared import Prepared, Transaction


@dataclass(slots=True)
class Saying:
    """What a source last said about a record that it knows by its own id: clean values, without those that are blank.
    None are left where its import was taken back."""

    source: str
    source_id: str
    said: dict[str, Any]


class Sayings:
    """The records of a batch that several sources keep. `source` is the one that speaks."""

    def __init__(self, records: Records, source: str, found: Mapping[str, Sequence[Saying]]) -> None:
        self._records, self._source, self._found = records, source, found
        self._changed: dict[str, Saying] = {}
        self._begun_or_ended: set[str] = set()

    @classmethod
    def read(cls, records: Records, transaction: Transaction, source: str, ids: Collection[str]) -> "Sayings":
        """Those of these records that have several."""
        return cls(records, source, sayings_of(records, transaction, ids))

    def __contains__(self, id_: object) -> bool:
        """Whether several sources keep a record."""
        return id_ in self._found

    def say(self, id_: str, source_id: str, fields: Values) -> tuple[Values, Values]:
        """Have the source say something else about a record: what it said before of that, and which fields of the
        record get another value by it."""
        mine = self._of(id_, source_id)
        before = {name: mine.said.get(name, self._records.blank(name)) for name in fields}
        before = {name: value for name, value in before.items() if value != fields[name]}
        if not before:
            return {}, {}
        until_now = self._together(id_)
        earlier, mine.said = mine.said, spoken(self._records, mine.said | {name: fields[name] for name in before})
        if bool(earlier) != bool(mine.said):
            self._begun_or_ended.add(id_)
        self._changed[source_id] = mine
        return before, {name: value for name, value in self._together(id_).items() if value != until_now[name]}

    def take_back(self, id_: str, source_id: str, before: Values | None) -> Values | None:
        """Have the source say of a record again what it said before, None: nothing at all; which of its fields get
        another value by it. None: no source would say anything then, so it stays as it is."""
        mine = self._of(id_, source_id)
        fields = {name: self._records.blank(name) for name in mine.said} if before is None else before
        left = [spoken(self._records, {**mine.said, **fields})]
        if not any([*left, *(one.said for one in self._found[id_] if one is not mine)]):
            return None
        return self.say(id_, source_id, fields)[1]

    def write(self, transaction: Transaction, at: datetime) -> None:
        """Keep what was said. Where a source begins or ends to say anything, the record names others as its sources,
        and counts as changed."""
        changed = self._changed.values()
        rows = [{"b_source": one.source, "b_source_id": one.source_id, "said": _stored(one)} for one in changed]
        if rows:
            transaction.many(_saying(_several(self._records).table), rows)
        self._records.touch(transaction, self._begun_or_ended, at)

    def _of(self, id_: str, source_id: str) -> Saying:
        return next(one for one in self._found[id_] if (one.source, one.source_id) == (self._source, source_id))

    def _together(self, id_: str) -> Values:
        return together(self._records, [one.said for one in self._found[id_]])


def together(records: Records, said: Iterable[Values]) -> Values:
    """What a record says of which this was said, by the sources in their order: as if each of them had a record, and
    the later ones had been made a part of the first one that says anything."""
    whole: dict[str, Any] = {}
    for one in said:
        if one:
            each = {name: one.get(name, records.blank(name)) for name in records.shape.names}
            whole = {**whole, **_several(records).more(whole, each)} if whole else each
    return whole or {name: records.blank(name) for name in records.shape.names}


def spoken(records: Records, values: Values) -> dict[str, Any]:
    """Values without the blank ones."""
    return {name: value for name, value in values.items() if value != records.blank(name)}


def sayings_of(records: Records, transaction: Transaction, ids: Collection[str]) -> dict[str, list[Saying]]:
    """The sayings of those of these records that have several sources, the one that goes first at the beginning."""
    if records.shape.several is None:
        return {}
    columns = (records.shape.key, "position", "source", "source_id", "said")
    found: dict[str, list[Saying]] = defaultdict(list)
    rows = look_up(transaction, records.shape.several.table, columns, records.shape.key, ids)
    for id_, _position, source, source_id, said in sorted(rows, key=lambda row: row[1]):
        found[id_].append(Saying(source, source_id, unpacked(said or {})))
    return dict(found)


def keep(records: Records, transaction: Transaction, id_: str, sayings: Sequence[Saying]) -> None:
    """Have these sources keep a record from now on, in this order, and no others; of a single one its own row tells."""
    table = _several(records).table
    drop(transaction, table, records.shape.key, [id_])
    rows = [
        {
            "source": one.source,
            "source_id": one.source_id,
            records.shape.key: id_,
            "position": position,
            "said": _stored(one),
        }
        for position, one in enumerate(sayings)
    ]
    if len(rows) > 1:
        transaction.many(_keeping(table, tuple(rows[0])), rows)


def keepers_of(
    records: Records, transaction: Transaction, ids: Collection[str]
) -> dict[str, list[tuple[str | None, str | None]]]:
    """Who keeps each of these records, and by which id of theirs: of several those that say something."""
    columns = ("id", "source", "source_id")
    found = {row[0]: [(row[1], row[2])] for row in look_up(transaction, records.shape.table, columns, "id", ids)}
    for id_, several in sayings_of(records, transaction, ids).items():
        found[id_] = [(one.source, one.source_id) for one in several if one.said]
    return found


def _several(records: Records) -> Several:
    found = records.shape.several
    assert found is not None
    return found


def _stored(one: Saying) -> dict[str, Any] | None:
    return packed(one.said) or None


@lru_cache(8)
def _keeping(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns)


@lru_cache(8)
def _saying(table: Table) -> Prepared:
    same = table.c.source == bindparam("b_source"), table.c.source_id == bindparam("b_source_id")
    return Prepared(update(table).where(*same).values(said=bindparam("said", type_=table.c.said.type)))
