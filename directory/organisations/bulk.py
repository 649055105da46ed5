"""Many organisations at once, for imports: a few statements for hundreds of rows, keyed by source and source id.

`directory.products.bulk` has the same shape.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directory.batches import ROWS_MOST, Batch, Outcome, Row
from directory.organisations.model import Member, Removal
from directory.organisations.record import ORGANISATIONS, table
from directory.organisations.rules import free_slug, logged, slug_of
from directory.records import look_up
from server.kernel.ids import new_id
from server.kernel.prepared import Transaction

__all__ = ["ROWS_MOST", "OrganisationRow", "Outcome", "ids_of", "merged_into", "undo", "upsert"]


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
    edited them since, or another record has become a part of them.

    `outcomes` need `id`, `what` and `before` only; at most `ROWS_MOST` of them. The latest batch is undone first.
    """
    used = _used(transaction, [one.id for one in outcomes])
    return Batch(ORGANISATIONS, logged, source, at, by_id).undo(transaction, outcomes, used)


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


def _used(transaction: Transaction, ids: Sequence[str]) -> set[str]:
    """Those that hold more than the source has brought: people, and what was another record's."""
    joined = look_up(transaction, table(Member), ("organisation_id",), "organisation_id", ids)
    merged = look_up(transaction, table(Removal), ("merged_into_id",), "merged_into_id", ids)
    return {row[0] for rows in (joined, merged) for row in rows}
