"""Batches from a source: made, changed or left alone, a few statements for many records, and taken back again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from directory.records import Noted, Records, Values
from directory.sayings import Sayings
from server.kernel.prepared import Transaction

# Rows of one call. Larger files come in several calls: each is a transaction of its own, so nobody waits long.
ROWS_MOST = 1_000
# Why a record is gone when the batch that brought it was undone; the next batch may bring it again.
UNDONE = "undone"
# Why it is gone when it was a duplicate of another one, which its sources keep from then on.
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
    """What became of a row. made: it is new, or back after an undo; changed: the record, or what its source says of
    one that others keep, too; same: nothing to do; gone: its people or an administrator removed it, and it stays so."""

    source_id: str
    id: str
    what: Literal["made", "changed", "same", "gone"]
    before: Mapping[str, Any] = field(default_factory=dict)  # of what was changed: its clean values until now
    kept: tuple[str, ...] = ()  # fields that differ and were left alone, because the organisation has edited them
    behind: tuple[str, ...] = ()  # fields that differ because another source of the record goes first


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

    def undo(
        self, transaction: Transaction, outcomes: Sequence[Outcome], used: Collection[str], whole: Collection[str] = ()
    ) -> list[str]:
        """Take back what became of rows; gives the ids of those that were left alone. `used` are those of the records
        that people have joined, `whole` those of which they have made another one a part: they stay, whatever brought
        them; what another source says as well loses what this one said."""
        _check(outcomes)
        known = self.records.by_source(transaction, self.source, [one.source_id for one in outcomes])
        sayings = Sayings.read(self.records, transaction, self.source, known.values())
        shared = [one for one in outcomes if known.get(one.source_id) in sayings]
        alone = [one for one in outcomes if known.get(one.source_id) not in sayings]
        kept = self._undo_alone(transaction, alone, {*used, *whole})
        return sorted(kept | self._undo_shared(transaction, shared, known, sayings, used))

    def _undo_alone(self, transaction: Transaction, outcomes: Sequence[Outcome], used: Collection[str]) -> set[str]:
        ids = [one.id for one in outcomes]
        own, gone = self.records.own_fields(transaction, ids), self.records.removals(transaction, ids)
        made = [one.id for one in outcomes if one.what == "made" and one.id not in gone]
        kept = {id_ for id_ in made if own.get(id_) or id_ in used}
        self.records.remove(transaction, [id_ for id_ in made if id_ not in kept], UNDONE, self.at, self.by_id)
        back = {one.id: one.before for one in outcomes if one.what == "changed" and one.id not in gone}
        kept |= {id_ for id_, before in back.items() if own.get(id_, set()) & before.keys()}
        self._write(transaction, self._differences(transaction, back, own))
        return kept | {id_ for id_ in ids if gone.get(id_) == MERGED}

    def _undo_shared(
        self,
        transaction: Transaction,
        outcomes: Sequence[Outcome],
        known: Mapping[str, str],
        sayings: Sayings,
        used: Collection[str],
    ) -> set[str]:
        """Of records that several sources keep: take back what this one said."""
        ids = [known[one.source_id] for one in outcomes]
        own, gone = self.records.own_fields(transaction, ids), self.records.removals(transaction, ids)
        kept: set[str] = set()
        wanted: dict[str, dict[str, Any]] = {id_: {} for id_ in ids}
        for one, id_ in zip(outcomes, ids, strict=True):
            mine = own.get(id_, set())
            if id_ in gone:
                continue
            stays = one.what == "made" and (mine or id_ in used)
            before = one.before if one.what == "changed" else None
            other = None if stays else sayings.take_back(id_, one.source_id, before)
            if other is None or mine & one.before.keys():
                kept.add(one.id)
            wanted[id_].update(other or {})
        self._write(transaction, self._differences(transaction, wanted, own))
        sayings.write(transaction, self.at)
        return kept

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
            row.source_id: Outcome(row.source_id, known[row.source_id], "gone")
            for row in rows
            if gone.get(known[row.source_id], UNDONE) != UNDONE
        }
        rows = [row for row in rows if row.source_id not in outcomes]
        sayings = Sayings.read(self.records, transaction, self.source, known.values())
        wanted, before = _wanted(rows, known, sayings)
        own = self.records.own_fields(transaction, wanted)
        differences = self._differences(transaction, wanted, own, {name for row in rows for name in row.fields})
        back = [id_ for id_ in wanted if id_ in gone]
        if back and not self.dry:
            self.records.bring_back(transaction, back)
        self._write(transaction, differences, quietly=frozenset(back))
        if not self.dry:
            sayings.write(transaction, self.at)
        for row in rows:
            id_ = known[row.source_id]
            if row.source_id in before:
                outcomes[row.source_id] = _shared(
                    row, id_, differences[id_], before[row.source_id], own.get(id_, set())
                )
            else:
                outcomes[row.source_id] = _outcome(row, id_, differences[id_], back=id_ in gone)
        return outcomes

    def _differences(
        self,
        transaction: Transaction,
        wanted: Mapping[str, Mapping[str, Any]],
        own: Mapping[str, set[str]],
        named: Collection[str] = (),
    ) -> dict[str, "_Difference"]:
        """What differs; `named` are fields that are to be read besides."""
        names = {name for values in wanted.values() for name in values} | {*named}
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


def _wanted(
    rows: Sequence[Row], known: Mapping[str, str], sayings: Sayings
) -> tuple[dict[str, Values], dict[str, Values]]:
    """What records are to say, by their ids; and of those that several sources keep, what each row's source said of
    them before. Of the latter two rows may speak, where a file has somebody twice who is one here."""
    wanted: dict[str, Values] = {}
    before: dict[str, Values] = {}
    for row in rows:
        id_, fields = known[row.source_id], row.fields
        if id_ in sayings:
            before[row.source_id], fields = sayings.say(id_, row.source_id, fields)
        wanted[id_] = {**wanted.get(id_, {}), **fields}
    return wanted, before


def _shared(row: Row, id_: str, difference: _Difference, before: Values, own: set[str]) -> Outcome:
    """What became of a row about a record that several sources keep."""
    after = {**difference.current, **difference.after}
    other = {name for name, value in row.fields.items() if not _says(after[name], value)}
    what: Literal["changed", "same"] = "changed" if before else "same"
    behind = tuple(sorted(other - own - {"confirmed_at"}))
    return Outcome(row.source_id, id_, what, before, tuple(sorted(other & own)), behind)


def _says(whole: Any, value: Any) -> bool:
    """Whether a field says what a source does, which may say nothing, or some of a list."""
    return value in ("", None, whole) or (isinstance(value, tuple) and set(value) <= set(whole))


def _check(rows: Sequence[object]) -> None:
    if len(rows) > ROWS_MOST:
        raise ValueError(f"at most {ROWS_MOST} rows at once")
