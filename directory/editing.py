"""A person edits a record: what changes is noted with who and when, and imports leave it alone from then on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from directory.records import Noted, Records
from server.kernel.prepared import Transaction


def edit(
    transaction: Transaction,
    records: Records,
    id_: str,
    values: Mapping[str, Any],
    *,
    at: datetime,
    by_id: str,
    logged: Callable[[object], str],
) -> frozenset[str]:
    """Give fields of a record other (clean) values; gives the names of those that were other ones before."""
    current = records.current(transaction, [id_], values)[id_]
    after = {name: value for name, value in values.items() if current[name] != value}
    if after:
        records.change(transaction, [(id_, current, after)], at)
        records.own(transaction, id_, after, at, by_id)
        noted = [Noted(id_, name, logged(current[name]), logged(value)) for name, value in after.items()]
        records.note(transaction, noted, at, by_id, None)
    return frozenset(after)
