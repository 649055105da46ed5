"""The outbox: jobs written in the same transaction as the change that wants them."""

from datetime import datetime
from typing import Any, Self

from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.ids import new_id
from server.kernel.tables import Base


class OutboxRow(Base):
    """A job that waits to be handed to the job library; the row goes once it is handed over."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    job: Mapped[str]
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str | None] = mapped_column(unique=True)

    @classmethod
    def of(cls, job: str, payload: dict[str, Any], due_at: datetime, key: str | None) -> Self:
        """A row for a job; its id becomes the job's id, so that handing over twice does it once."""
        return cls(id=new_id(), job=job, payload=payload, due_at=due_at, key=key)
