"""Many products at once, for imports: see `directory.organisations.bulk`, whose `Outcome` and rules hold here too."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directory.batches import ROWS_MOST, Batch, Outcome
from directory.organisations.rules import free_slug, logged, slug_of
from directory.products.record import PRODUCTS
from directory.records import look_up
from server.kernel.ids import new_id
from server.kernel.prepared import Transaction

__all__ = ["ROWS_MOST", "Outcome", "ProductRow", "undo", "upsert"]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What a source says about one product of an organisation that is there already.

    `fields` as in `OrganisationRow`, by `directory.products.fields.RULES`. A row that is new needs a name in one
    language.
    """

    source_id: str
    organisation_id: str  # of a row that is not new: left as it is
    fields: Mapping[str, Any]


def upsert(
    transaction: Transaction,
    source: str,
    rows: Sequence[ProductRow],
    *,
    at: datetime,
    by_id: str | None = None,
    dry: bool = False,
) -> list[Outcome]:
    """Make and change products of one source, as `directory.organisations.bulk.upsert` does."""
    return Batch(PRODUCTS, logged, source, at, by_id, dry).upsert(transaction, rows, _made)


def undo(
    transaction: Transaction, outcomes: Sequence[Outcome], *, source: str, at: datetime, by_id: str | None = None
) -> list[str]:
    """Take back what `upsert` of this source did, as `directory.organisations.bulk.undo` does."""
    return Batch(PRODUCTS, logged, source, at, by_id).undo(transaction, outcomes, used=())


def _made(transaction: Transaction, rows: Sequence[ProductRow]) -> list[dict[str, Any]]:
    wanted = [slug_of(row.fields.get("name.en") or row.fields.get("name.de") or "") for row in rows]
    taken = _taken(transaction, {row.organisation_id for row in rows}, set(wanted))
    made = []
    for row, slug in zip(rows, wanted, strict=True):
        free = free_slug(slug, taken[row.organisation_id], secrets.token_hex(4))
        taken[row.organisation_id].add(free)
        made.append({"id": new_id(), "organisation_id": row.organisation_id, "slug": free})
    return made


def _taken(transaction: Transaction, organisation_ids: set[str], wanted: set[str]) -> dict[str, set[str]]:
    """Which slugs each organisation has already: of an organisation with a thousand products only what is wanted."""
    taken: dict[str, set[str]] = defaultdict(set)
    columns = ("organisation_id", "slug")
    for organisation_id, slug in look_up(
        transaction, PRODUCTS.shape.table, columns, "organisation_id", organisation_ids
    ):
        if slug in wanted:
            taken[organisation_id].add(slug)
    return taken
