"""What is done with rooms."""

from sqlalchemy import select

from fairs.model import Fair
from rooms.model import LOBBY, Room
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def open_room(uow: UnitOfWork, fair_id: str, kind: str, slug: str, name: str) -> Room:
    """A room of this kind; made when it is missing, and found by its slug."""
    await uow.session.execute(select(Fair.id).where(Fair.id == fair_id).with_for_update())  # one at a time
    found = await uow.session.scalar(select(Room).where(Room.fair_id == fair_id, Room.slug == slug))
    if found:
        return found
    room = Room(id=new_id(), fair_id=fair_id, kind=kind, slug=slug, name=name)
    uow.session.add(room)
    await uow.session.flush()
    return room


async def open_lobby(uow: UnitOfWork, fair_id: str) -> Room:
    """The lobby of a fair; made when it is missing."""
    return await open_room(uow, fair_id, LOBBY, LOBBY, "")
