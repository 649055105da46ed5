"""Taking back what must not be kept: the only change that is ever made to what the log holds."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, update

from server.kernel.db import UnitOfWork
from server.live.entries import Data
from server.live.model import EventRow
from server.live.wire.envelope import to_json

_EVENTS: Table = EventRow.__table__  # type: ignore[assignment]
_REPLACE = (
    update(_EVENTS)
    .where(_EVENTS.c.channel == bindparam("at_channel"), _EVENTS.c.seq == bindparam("at_seq"))
    .values(data=bindparam("instead"))
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """Events of a channel are no longer what they were: nobody may keep the old ones in memory."""

    channel: str


async def redact(uow: UnitOfWork, channel: str, instead: Mapping[int, Data]) -> None:
    """Replace the data of some of a channel's events, by their numbers.

    Order, numbers and kinds stay, so positions stay good; who catches up later gets the new data. What clients
    hold already is for an event of its own to correct.
    """
    if instead:
        connection = await uow.session.connection()
        rows = [{"at_channel": channel, "at_seq": seq, "instead": to_json(data)} for seq, data in instead.items()]
        await connection.execute(_REPLACE, rows)
        uow.emit(Redacted(channel))
