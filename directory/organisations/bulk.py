"""Many organisations at once, for imports: a few statements for hundreds of rows, keyed by source and source id.

`directory.products.bulk` has the same shape.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, update

from directory.batches import ROWS_MOST, Batch, Outcome, Row
from directory.organisations.model import Member, Organisation, Removal
from directory.organisations.record import ORGANISATIONS, table
from directory.organisations.rules import free_slug, logged, slug_of
from directory.records import look_up
from directory.sayings import Saying, keep, keepers_of, sayings_of, spoken
from server.kernel.ids import new_id
from server.kernel.prepared import Prepared, Transaction

__all__ = [
    "ROWS_MOST",
    "OrganisationRow",
    "Outcome",
    "adopt",
    "ids_of",
    "merged_into",
    "sources_of",
    "undo",
    "upsert",
]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """What a source says about one organisation.

    `fields` holds clean values (`directory.organisations.fields.RULES`) of those fields that the source speaks about:
    a field that is not in it stays as it is, an empty value empties it. A row that is new needs `name` and `kind`.
    """

    source_id: str
    fields: Mapping[str, Any]


def upsert(
    transaction: Transaction,
    source: str,
    rows: Sequence[OrganisationRow],
    *,
    at: datetime,
    by_id: str | None = None,
    dry: bool = False,
) -> list[Outcome]:
    """Make and change organisations of one source; one outcome per row, in their order.

    Source ids are unique within a call, and there are at most `ROWS_MOST` rows (ValueError). `dry` writes nothing and
    tells what would become of them. Runs by `await uow.run(lambda each: upsert(each, ...))`, or, without blocking the
    event loop on SQLite, by `await database.transact(lambda each: upsert(each, ...))`.

    Two batches of one source at the same moment are for the caller to prevent; a slug that another one took meanwhile
    makes the commit fail with IntegrityError: the call may simply be made again.
    """
    return Batch(ORGANISATIONS, logged, source, at, by_id, dry).upsert(transaction, rows, _made)


def undo(
    transaction: Transaction, outcomes: Sequence[Outcome], *, source: str, at: datetime, by_id: str | None = None
) -> list[str]:
    """Take back what `upsert` of this source did: what it made is shown no longer, what it changed gets its values
    from before. Gives the ids of those that were left alone, wholly or in part, because their people have joined or
    edited them since, or people have made them one with another record. Where another source keeps such a one, too,
    this one says nothing of it any more, and the other one's say stays.

    `outcomes` need `source_id`, `id`, `what` and `before` only; at most `ROWS_MOST` of them. The latest batch is undone
    first.
    """
    known = ids_of(transaction, source, [one.source_id for one in outcomes])
    ids = list({one.id for one in outcomes} | set(known.values()))
    joined = look_up(transaction, table(Member), ("organisation_id",), "organisation_id", ids)
    parts = look_up(transaction, table(Removal), ("merged_into_id",), "merged_into_id", ids)
    used, whole = {row[0] for row in joined}, {row[0] for row in parts}
    return Batch(ORGANISATIONS, logged, source, at, by_id).undo(transaction, outcomes, used, whole)


def adopt(transaction: Transaction, organisation_id: str, source: str, source_id: str) -> None:
    """Have a source keep an organisation, unless it keeps one by this number already: alone, or behind those that keep
    it. What it says of it is to be brought yet, see `upsert`."""
    if source_id in ids_of(transaction, source, [source_id]):
        return
    several = sayings_of(ORGANISATIONS, transaction, [organisation_id]).get(organisation_id, [])
    [(first, first_id)] = sources_of(transaction, [organisation_id])[organisation_id][:1]
    if first is None or first_id is None:
        transaction.many(_adopting(), [{"b_id": organisation_id, "source": source, "source_id": source_id}])
        return
    if not several:
        said = ORGANISATIONS.current(transaction, [organisation_id], ORGANISATIONS.shape.lists)[organisation_id]
        several = [Saying(first, first_id, spoken(ORGANISATIONS, said))]
    keep(ORGANISATIONS, transaction, organisation_id, [*several, Saying(source, source_id, {})])


def sources_of(transaction: Transaction, ids: Sequence[str]) -> dict[str, list[tuple[str | None, str | None]]]:
    """Who keeps each of these organisations, and by which number, the one that goes first at the beginning; nobody
    (None) keeps what was made here."""
    return keepers_of(ORGANISATIONS, transaction, ids)


def ids_of(transaction: Transaction, source: str, source_ids: Sequence[str]) -> dict[str, str]:
    """The ids of those organisations that this source brought, by source id, with those that were removed or merged."""
    return ORGANISATIONS.by_source(transaction, source, source_ids)


def merged_into(transaction: Transaction, ids: Sequence[str]) -> dict[str, str]:
    """Of these organisations those that have become a part of another one, each with the other one's id."""
    rows = look_up(transaction, table(Removal), ("organisation_id", "merged_into_id"), "organisation_id", ids)
    return {row[0]: row[1] for row in rows if row[1]}


def _made(transaction: Transaction, rows: Sequence[Row]) -> list[dict[str, Any]]:
    wanted = [slug_of(row.fields["name"]) for row in rows]
    taken = ORGANISATIONS.taken(transaction, "slug", set(wanted))
    made = []
    for slug in wanted:
        free = free_slug(slug, taken, secrets.token_hex(4))
        taken.add(free)
        made.append({"id": new_id(), "slug": free, "logo": None, "logo_small": None, "banner": None})
    return made


@lru_cache(1)
def _adopting() -> Prepared:
    values: dict[str, Any] = {"source": bindparam("source"), "source_id": bindparam("source_id")}
    return Prepared(update(Organisation).where(Organisation.id == bindparam("b_id")).values(values))
