"""Batches from a source: made, changed or left alone, a few statements for many records, and taken back again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from directory.records import Noted, Records
from server.kernel.prepared import Transaction

# Rows of one call. Larger files come in several calls: each is a transaction of its own, so nobody waits long.
ROWS_MOST = 1_000
# Why a record is gone when the batch that brought it was undone; the next batch may bring it again.
UNDONE = "undone"
# Why it is gone when it was a duplicate of another one.
MERGED = "merged"


class Row(Protocol):
    """What a source says about one record."""

    @property
    def source_id(self) -> str:
        """The record's key at the source."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """Clean values of those fields that the source speaks about."""
        ...


# Gives for new rows the columns of their records that are no fields, "id" among them.
Makes = Callable[[Transaction, Sequence[Any]], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. made: it is new, or back after an undo; changed; same: nothing to do; gone: its people or
    an administrator removed it, and it stays so; merged: it has become a part of a record that another source keeps."""

    source_id: str
    id: str
    what: Literal["made", "changed", "same", "gone", "merged"]
    before: Mapping[str, Any] = field(default_factory=dict)  # of what was changed: its clean values until now
    kept: tuple[str, ...] = ()  # fields that differ and were left alone, because the organisation has edited them


@dataclass(frozen=True)
class Batch:
    """Who brings records, and when. `dry`: nothing is written, and all is told."""

    records: Records
    logged: Callable[[object], str]  # a value as the change log shows it
    source: str
    at: datetime
    by_id: str | None
    dry: bool = False

    def upsert(self, transaction: Transaction, rows: Sequence[Row], makes: Makes) -> list[Outcome]:
        """Make and change records; one outcome per row, in their order.

        Raises ValueError for too many rows, or a source id that comes twice.
        """
        if len({row.source_id for row in rows}) < len(rows):
            raise ValueError("a source id comes twice")
        _check(rows)
        known = self.records.by_source(transaction, self.source, [row.source_id for row in rows])
        gone = self.records.removals(transaction, known.values())
        outcomes = self._make(transaction, [row for row in rows if row.source_id not in known], makes)
        outcomes |= self._change(transaction, [row for row in rows if row.source_id in known], known, gone)
        return [outcomes[row.source_id] for row in rows]

    def undo(self, transaction: Transaction, outcomes: Sequence[Outcome], used: Collection[str]) -> list[str]:
        """Take back what became of rows; gives the ids of those that were left alone. `used` are those of the records
        that people have joined: they stay, whatever brought them."""
        _check(outcomes)
        ids = [one.id for one in outcomes]
        own, gone = self.records.own_fields(transaction, ids), self.records.removals(transaction, ids)
        made = [one.id for one in outcomes if one.what == "made" and one.id not in gone]
        kept = {id_ for id_ in made if own.get(id_) or id_ in used}
        self.records.remove(transaction, [id_ for id_ in made if id_ not in kept], UNDONE, self.at, self.by_id)
        back = {one.id: one.before for one in outcomes if one.what == "changed" and one.id not in gone}
        kept |= {id_ for id_, before in back.items() if own.get(id_, set()) & before.keys()}
        self._write(transaction, self._differences(transaction, back, own))
        return sorted(kept)

    def _make(self, transaction: Transaction, rows: Sequence[Row], makes: Makes) -> dict[str, Outcome]:
        if not rows:
            return {}
        bases = makes(transaction, rows)
        if not self.dry:
            stamped = [
                {
                    **base,
                    "source": self.source,
                    "source_id": row.source_id,
                    "created_at": self.at,
                    "updated_at": self.at,
                }
                for base, row in zip(bases, rows, strict=True)
            ]
            self.records.insert(transaction, list(zip(stamped, (row.fields for row in rows), strict=True)))
        return {
            row.source_id: Outcome(row.source_id, base["id"], "made") for base, row in zip(bases, rows, strict=True)
        }

    def _change(
        self, transaction: Transaction, rows: Sequence[Row], known: Mapping[str, str], gone: Mapping[str, str]
    ) -> dict[str, Outcome]:
        outcomes = {
            row.source_id: Outcome(row.source_id, known[row.source_id], "merged" if why == MERGED else "gone")
            for row in rows
            if (why := gone.get(known[row.source_id], UNDONE)) != UNDONE
        }
        wanted = {known[row.source_id]: row.fields for row in rows if row.source_id not in outcomes}
        own = self.records.own_fields(transaction, wanted)
        differences = self._differences(transaction, wanted, own)
        back = [id_ for id_ in wanted if id_ in gone]
        if back and not self.dry:
            self.records.bring_back(transaction, back)
        self._write(transaction, differences, quietly=frozenset(back))
        for row in rows:
            id_ = known[row.source_id]
            if id_ in wanted:
                outcomes[row.source_id] = _outcome(row, id_, differences[id_], back=id_ in gone)
        return outcomes

    def _differences(
        self, transaction: Transaction, wanted: Mapping[str, Mapping[str, Any]], own: Mapping[str, set[str]]
    ) -> dict[str, "_Difference"]:
        names = {name for values in wanted.values() for name in values}
        current = self.records.current(transaction, wanted, names)
        return {
            id_: _Difference.between(current[id_], values, own.get(id_, set()))
            for id_, values in wanted.items()
            if id_ in current
        }

    def _write(
        self, transaction: Transaction, differences: Mapping[str, "_Difference"], quietly: Collection[str] = ()
    ) -> None:
        """Write what differs; records in `quietly` are touched in any case, and nothing is noted about them."""
        if self.dry:
            return
        changed = [(id_, one.current, one.after) for id_, one in differences.items() if one.after or id_ in quietly]
        if changed:
            self.records.change(transaction, changed, self.at)
        noted = [
            Noted(id_, name, self.logged(current[name]), self.logged(value))
            for id_, current, after in changed
            if id_ not in quietly
            for name, value in after.items()
            if name != "confirmed_at"
        ]
        self.records.note(transaction, noted, self.at, self.by_id, self.source)


@dataclass(frozen=True, slots=True)
class _Difference:
    """A record as it is, what is to become of it, and what its organisation has edited and keeps."""

    current: Mapping[str, Any]
    after: Mapping[str, Any]
    kept: tuple[str, ...]

    @classmethod
    def between(cls, current: Mapping[str, Any], wanted: Mapping[str, Any], own: set[str]) -> "_Difference":
        other = {name: value for name, value in wanted.items() if current[name] != value}
        kept = tuple(sorted(own & other.keys()))
        return cls(current, {name: value for name, value in other.items() if name not in own}, kept)

    @property
    def before(self) -> dict[str, Any]:
        return {name: self.current[name] for name in self.after}


def _outcome(row: Row, id_: str, difference: _Difference, *, back: bool) -> Outcome:
    if back:
        return Outcome(row.source_id, id_, "made", kept=difference.kept)
    what: Literal["changed", "same"] = "changed" if difference.after else "same"
    return Outcome(row.source_id, id_, what, difference.before, difference.kept)


def _check(rows: Sequence[object]) -> None:
    if len(rows) > ROWS_MOST:
        raise ValueError(f"at most {ROWS_MOST} rows at once")


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values as JSON can hold them."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def unpacked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values as `packed` gave them, also after a way through JSON."""
    return {name: _moment(value) if name == "confirmed_at" else _frozen(value) for name, value in values.items()}


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value is not None else None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list | tuple) else value
