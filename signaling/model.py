"""The tables of calls: what must be remembered. Who is in one right now is known to the media back end alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class CallRemoval(Base):
    """Somebody was removed from a call by a moderator, and does not come back in until it is lifted."""

    __tablename__ = "call_removals"
    __table_args__ = (Index(None, "call_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str]
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
