"""What Alembic runs for each command: on the connection that server.kernel.migrate opened and locked."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from server.kernel.tables import UtcDateTime


def as_plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as SQLAlchemy's, so that an old revision needs nothing of today's program."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes.get("metadata"),
    render_item=as_plain_types,
    render_as_batch=True,  # SQLite changes a column only by making the table anew
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
