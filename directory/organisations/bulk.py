"""Many organisations at once, for imports: a few statements for hundreds of rows, keyed by source and source id.

Agreed with `directory.imports`; see also `directory.products.bulk`, which has the same shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from server.kernel.prepared import Transaction

# Rows of one call. Larger files come in several calls: each is a transaction of its own, so nobody waits long.
ROWS_MOST = 1_000


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """What a source says about one organisation.

    `fields` holds clean values (`directory.organisations.fields.RULES`) of those fields that the source speaks about:
    a field that is not in it stays as it is, an empty value empties it. A row that is new needs `name` and `kind`.
    """

    source_id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. made: it is new, or back after an undo; changed; same: nothing to do; gone: its people or
    an administrator removed or merged it, and it stays so."""

    source_id: str
    id: str
    what: Literal["made", "changed", "same", "gone"]
    before: Mapping[str, Any] = field(default_factory=dict)  # of what was changed: its clean values until now
    kept: tuple[str, ...] = ()  # fields that differ and were left alone, because the organisation has edited them


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
    """
    raise NotImplementedError


def undo(
    transaction: Transaction, outcomes: Sequence[Outcome], *, source: str, at: datetime, by_id: str | None = None
) -> list[str]:
    """Take back what `upsert` of this source did: what it made is shown no longer, what it changed gets its values
    from before. Gives the ids of those that were left alone, because their people have joined or edited them since.

    `outcomes` need `id`, `what` and `before` only; at most `ROWS_MOST` of them. The latest batch is undone first.
    """
    raise NotImplementedError


def ids_of(transaction: Transaction, source: str, source_ids: Sequence[str]) -> dict[str, str]:
    """The ids of those organisations that this source brought, by source id; at most `ROWS_MOST` are asked for."""
    raise NotImplementedError
