"""The outbox: jobs written in the same transaction as the change that wants them, and kept until they are done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.ids import new_id
from server.kernel.tables import Base


class OutboxRow(Base):
    """A job. It waits until `due_at`; who takes it moves `due_at` on by a lease, so that nobody else takes it
    meanwhile, and so that it is due again if its worker dies. `due_at` is empty once it is done or parked.
    """

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    job: Mapped[str]
    payload: Mapped[dict[str, Any]]
    # Lasting: a done job with a key stays, without its payload, so that the same key never runs again.
    key: Mapped[str | None] = mapped_column(unique=True)
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    # Who took it last; only that claim may say how it went.
    claim: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # Why the last attempt failed: the kind of error, never its text, which may quote what people wrote.
    error: Mapped[str | None]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    # Failed for good: waits for an operator.
    parked_at: Mapped[datetime | None] = mapped_column(index=True)


def job_row(job: str, payload: dict[str, Any], due_at: datetime, key: str | None) -> dict[str, Any]:
    """The values of a new job's row."""
    return {"id": new_id(), "job": job, "payload": payload, "due_at": due_at, "key": key, "attempts": 0}


async def insert_jobs(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write jobs; one whose key is already known, done or not, is dropped."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(OutboxRow).on_conflict_do_nothing(index_elements=["key"])
    await session.execute(statement, list(rows))


async def waits(session: AsyncSession, job: str, field: str, value: str) -> bool:
    """Whether a job with this in its payload waits, is tried again, or is being done; one that is parked is not."""
    about = OutboxRow.job == job, OutboxRow.payload[field].as_string() == value
    return await session.scalar(select(OutboxRow.id).where(OutboxRow.due_at.is_not(None), *about).limit(1)) is not None
