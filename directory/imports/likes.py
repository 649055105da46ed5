"""Finding an organisation's likes: the names that are kept for it, and kept up with the directory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, tuple_, update

from directory.imports.mapping.names import Known, alike, keys_of
from directory.imports.mapping.record import Record
from directory.imports.model import ImportName, ImportNameMark
from directory.organisations.cores import core_of
from directory.organisations.domains import is_claimable
from directory.organisations.model import Organisation, Removal
from directory.records import drop, look_up
from server.kernel.prepared import Prepared, Transaction

# Organisations whose names are taken in at once.
PAGE = 1_000
# Likes of one key that are looked at: a name that a hundred have says nothing.
LIKES_MOST = 25
# Changes are still found within this time that were begun before others and committed after them, or saved once a clock
# was right that had been ahead by an hour: nobody may import meanwhile, and then its mark lies behind the clock again,
# before those changes. What is known is compared by its name, and costs little.
OVERLAP = timedelta(hours=2)

_NAMES: Table = ImportName.__table__  # type: ignore[assignment]
_COLUMNS = ("key", "subject", "core", "domain")
_BY_SUBJECT = ("batch_id", "subject", "key", "core", "domain")
_FIRST_PAGE = {"page": PAGE, "start": 0}
_FOREVER = ""  # the batch of names that belong to the directory itself


@dataclass(frozen=True, slots=True)
class Like:
    """Somebody who may be the same: an organisation, or an earlier row of the file (its line)."""

    subject: str
    alike: int  # of 100
    row: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A subject by what it is found by: see mapping.names."""

    subject: str
    core: str
    domain: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, subject: str, name: str, domain: str) -> "Named":
        """An organisation by its name and the host of its website."""
        core, own = core_of(name), domain if is_claimable(domain) else ""
        return cls(subject, core, own, keys_of(core, own))

    @property
    def rows(self) -> set[tuple[str, str, str]]:
        """Key, core and domain of each row that it has."""
        return {(key, self.core, self.domain) for key in self.keys}


class Likes:
    """The likes of the records of a chunk, those within the chunk among them."""

    def __init__(self, transaction: Transaction, records: Sequence[Record], batch_id: str) -> None:
        self._known: dict[str, list[tuple[str, Known, bool]]] = defaultdict(list)
        keys = {key for record in records for key in record.keys}
        for batch in (_FOREVER, batch_id):
            for key, subject, core, domain in look_up(transaction, _NAMES, _COLUMNS, "key", keys, batch_id=batch):
                self._known[key].append((subject, Known(core, domain), bool(batch)))

    def best(self, record: Record) -> Like | None:
        """Who is most like a record; None: nobody is enough."""
        if self._known.keys().isdisjoint(record.keys):  # nearly always
            return None
        mine = Known(record.core, record.domain)
        found = (
            Like(subject, alike(mine, known), row)
            for key in record.keys
            for subject, known, row in self._known.get(key, ())[:LIKES_MOST]
        )
        return max((like for like in found if like.alike), key=lambda like: like.alike, default=None)

    def same_name_or_domain(self, core: str, domain: str) -> set[str]:
        """The organisations with exactly this name or this domain."""
        return {
            subject
            for key in keys_of(core, domain)
            for subject, known, row in self._known[key]
            if not row and ((domain and known.domain == domain) or (not domain and known.core == core))
        }

    def add(self, record: Record, subject: str, *, row: bool) -> None:
        """Have later records of the chunk find this one."""
        mine = Known(record.core, record.domain)
        for key in record.keys:
            self._known[key].append((subject, mine, row))


def keep(transaction: Transaction, named: Iterable[Named], batch_id: str = _FOREVER) -> None:
    """Keep the names of new subjects."""
    transaction.many(
        _inserting(),
        [
            {"key": key, "batch_id": batch_id, "subject": each.subject, "core": each.core, "domain": each.domain}
            for each in named
            for key in each.keys
        ],
    )


def forget_trial(transaction: Transaction, batch_id: str) -> bool:
    """Drop the names of a trial's rows, a page at a time; whether there may be more."""
    subjects = [row[0] for row in transaction.rows(_of_batch(), {"batch_id": batch_id, **_FIRST_PAGE})]
    drop(transaction, _NAMES, "subject", subjects, batch_id=batch_id)
    return len(subjects) == PAGE


def follow(transaction: Transaction, after: tuple[datetime, str] | None, now: datetime) -> tuple[datetime, str] | None:
    """Take in the next page of organisations that were changed after a mark; the mark behind them, None at the end.

    What is kept never lies ahead of the clock: what is saved until the clock is there would be missed. So rows that lie
    ahead come again each time.
    """
    rows = transaction.rows(*_changed(after))
    if not rows:
        return None
    kept: dict[str, set[tuple[str, str, str]]] = {row[0]: set() for row in rows}
    # Not asked by their batch, too: PostgreSQL, before it has counted, takes the index of that, which finds them all.
    for batch, subject, *one in look_up(transaction, _NAMES, _BY_SUBJECT, "subject", kept):
        if batch == _FOREVER:
            kept[subject].add((one[0], one[1], one[2]))
    # Most were changed in something else than their name: those stay as they are.
    names = {row[0]: None if row[4] else Named.of(row[0], row[1], row[2]) for row in rows}
    other = [subject for subject, name in names.items() if kept[subject] != (name.rows if name else set())]
    drop(transaction, _NAMES, "subject", other, batch_id=_FOREVER)
    keep(transaction, [name for subject in other if (name := names[subject])])
    last = (rows[-1][3], rows[-1][0])
    _mark(transaction, min(last, (now, "")))
    return last if len(rows) == PAGE else None


def mark(transaction: Transaction, now: datetime) -> tuple[datetime, str] | None:
    """Where to follow from; None: from the beginning, as where the clock is not there yet: nobody knows when it was set
    right, nor by how much."""
    rows = transaction.rows(_marked(), {})
    if not rows:
        return None
    at: datetime = rows[0][0]
    return (at - OVERLAP, "") if at <= now else None


def _mark(transaction: Transaction, at: tuple[datetime, str]) -> None:
    values = {"updated_at": at[0], "organisation_id": at[1]}
    if transaction.rows(_marked(), {}):
        transaction.many(_remarking(), [values])
    else:
        transaction.many(_marking(), [{"id": 1, **values}])


def _changed(after: tuple[datetime, str] | None) -> tuple[Prepared, dict[str, Any]]:
    if after is None:
        return _all_changed(), {**_FIRST_PAGE}
    return _changed_after(), {"at": after[0], "after_id": after[1], **_FIRST_PAGE}


@lru_cache(1)
def _all_changed() -> Prepared:
    return Prepared(_organisations())


@lru_cache(1)
def _changed_after() -> Prepared:
    at = bindparam("at", type_=Organisation.updated_at.type)
    later = tuple_(Organisation.updated_at, Organisation.id) > tuple_(at, bindparam("after_id"))
    return Prepared(_organisations().where(later))


def _organisations() -> Any:
    table = Organisation
    rows = select(table.id, table.name, table.domain, table.updated_at, Removal.organisation_id)
    rows = rows.outerjoin(Removal, Removal.organisation_id == table.id)
    return rows.order_by(table.updated_at, table.id).limit(bindparam("page")).offset(bindparam("start"))


@lru_cache(1)
def _marked() -> Prepared:
    return Prepared(select(ImportNameMark.updated_at, ImportNameMark.organisation_id))


@lru_cache(1)
def _marking() -> Prepared:
    return Prepared(insert(ImportNameMark), ("id", "updated_at", "organisation_id"))


@lru_cache(1)
def _remarking() -> Prepared:
    values = {"updated_at": bindparam("updated_at", type_=ImportNameMark.updated_at.type)}
    return Prepared(update(ImportNameMark).values(values | {"organisation_id": bindparam("organisation_id")}))


@lru_cache(1)
def _inserting() -> Prepared:
    return Prepared(insert(ImportName), ("key", "batch_id", "subject", "core", "domain"))


@lru_cache(1)
def _of_batch() -> Prepared:
    subjects = select(ImportName.subject).where(ImportName.batch_id == bindparam("batch_id")).distinct()
    return Prepared(subjects.limit(bindparam("page")).offset(bindparam("start")))
