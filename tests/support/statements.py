"""SQL is put together once per test process, not once per test.

A process that serves puts each statement together once, and keeps it with its engine. A test has an engine of its own,
for a database of its own: it would do for one request what the product does for thousands. So the engines of a test
process keep what they put together in one place, as if each were the next one's; the databases are of one make.
"""

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

from server.kernel import db

# All that the product asks: some thousand statements, as many forms of each as there are selections of columns.
_SIZE = 4_000


def keep_them() -> None:
    """Have all engines that this process will make share their statements."""
    db._POOL["execution_options"] = {"compiled_cache": LRUCache[Any, Any](_SIZE)}
    for dialect in (SQLiteDialect_aiosqlite, PGDialectAsync_psycopg):
        # Statements are kept by dialect, and each engine makes one: here all of a kind are one.
        dialect.__eq__ = _is_of_one_kind  # type: ignore[method-assign]
        dialect.__hash__ = _by_kind  # type: ignore[method-assign]


def _is_of_one_kind(self: object, other: object) -> bool:
    return type(self) is type(other)


def _by_kind(self: object) -> int:
    return hash(type(self))
