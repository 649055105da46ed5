"""Taking back what an import did, a chunk in a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, update

from directory.batches import Outcome
from directory.imports.chunks import held
from directory.imports.mapping.aliases import PRODUCTS
from directory.imports.model import ImportBatch, ImportRun
from directory.imports.runs import CHANGED, MADE
from directory.organisations import bulk as organisations
from directory.products import bulk as products
from server.kernel.prepared import Prepared, Transaction

# What an undo counts: what is gone again, what has its values from before again, and what was left alone.
COUNTS = ("rows", MADE, CHANGED, "kept")


@dataclass(frozen=True)
class Undoing:
    """Rows of a batch, each with its number and what had become of it. `after` is the number that was done last."""

    run_id: str
    batch: ImportBatch
    after: int
    rows: Sequence[tuple[int, Outcome]]
    at: datetime
    by_id: str | None

    def work(self, transaction: Transaction) -> dict[str, int]:
        """Do it; gives the counts of this chunk. Raises CutOffError, and nothing is done."""
        held(transaction, self.run_id, line=self.after)
        bulk = products if self.batch.kind == PRODUCTS else organisations
        outcomes = [outcome for _, outcome in self.rows]
        kept = set(bulk.undo(transaction, outcomes, source=self.batch.source, at=self.at, by_id=self.by_id))
        gone = [one for one in outcomes if one.id not in kept]
        counts = {
            "rows": len(outcomes),
            MADE: sum(one.what == MADE for one in gone),
            CHANGED: sum(one.what == CHANGED for one in gone),
            "kept": len(kept),
        }
        values = {f"plus_{name}": count for name, count in counts.items()}
        at = {"b_id": self.run_id, "seen_at": self.at, "line": self.rows[-1][0]}
        transaction.many(_counting(), [values | at])
        return counts


@lru_cache(1)
def _counting() -> Prepared:
    run: Table = ImportRun.__table__  # type: ignore[assignment]
    values: dict[str, Any] = {name: run.c[name] + bindparam(f"plus_{name}") for name in COUNTS}
    values |= {"seen_at": bindparam("seen_at", type_=run.c.seen_at.type), "line": bindparam("line")}
    return Prepared(update(run).where(run.c.id == bindparam("b_id")).values(values))
