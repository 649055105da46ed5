"""What is done with rooms."""

from sqlalchemy import select

from fairs.model import Fair
from rooms.model import LOBBY, Room
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def open_lobby(uow: UnitOfWork, fair_id: str) -> Room:
    """The lobby of a fair; made when it is missing."""
    await uow.session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update())  # one at a time
    found = await uow.session.scalar(select(Room).where(Room.fair_id == fair_id, Room.slug == LOBBY))
    if found:
        return found
    lobby = Room(id=new_id(), fair_id=fair_id, kind=LOBBY, slug=LOBBY, name="")
    uow.session.add(lobby)
    await uow.session.flush()
    return lobby
