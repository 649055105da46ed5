"""Many products at once, for imports: see `directory.organisations.bulk`, whose `Outcome` and rules hold here too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directory.organisations.bulk import Outcome
from server.kernel.prepared import Transaction

ROWS_MOST = 1_000


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
    raise NotImplementedError


def undo(
    transaction: Transaction, outcomes: Sequence[Outcome], *, source: str, at: datetime, by_id: str | None = None
) -> list[str]:
    """Take back what `upsert` of this source did, as `directory.organisations.bulk.undo` does."""
    raise NotImplementedError
