"""Tables of the live line: the counter and the log of each channel, and tickets."""

from datetime import datetime

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.kernel.tables import Base


class CounterRow(Base):
    """How far a channel has come. Narrow, and on its own: it is locked for every event."""

    __tablename__ = "live_counters"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    channel: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    # Changes only on restore or import: positions taken before are void.
    epoch: Mapped[str]


class EventRow(Base):
    """One durable event: numbers of a channel are 1, 2, 3 ... without a hole."""

    __tablename__ = "live_events"
    __table_args__ = (UniqueConstraint("channel", "sender", "cid"), {"sqlite_with_rowid": False})

    channel: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sender: Mapped[str]
    cid: Mapped[str | None]
    kind: Mapped[str]
    # JSON text as it went over the wire: encoded once, ever.
    data: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class TicketRow(Base):
    """A single-use ticket for one session; only its hash is kept."""

    __tablename__ = "live_tickets"

    hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str]
    person_id: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
