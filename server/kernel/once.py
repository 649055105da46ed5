"""A row that is written once, whoever writes it at the same moment."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite

from server.kernel.db import UnitOfWork
from server.kernel.tables import Base


async def note_once(uow: UnitOfWork, table: type[Base], row: dict[str, Any]) -> bool:
    """Write a row unless its key is there already, whoever writes it at the same moment; whether it was new."""
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    key = inspect(table).primary_key[0]
    noted = await uow.session.execute(insert(table).values(row).on_conflict_do_nothing().returning(key))
    return noted.first() is not None
