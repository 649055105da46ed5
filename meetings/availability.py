"""When somebody is free: what they say of each slot, and whether they take meetings at all."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from meetings.model import Absence, Retreat, Slot
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def be_free(uow: UnitOfWork, fair_id: str, person_id: str, slot_ids: Collection[str], *, free: bool) -> None:
    """Say of these slots of a fair that one is free in them, or not. Booked meetings stay."""
    await _one_at_a_time(uow, person_id)
    of_fair = select(Slot.id).where(Slot.fair_id == fair_id, Slot.id.in_(slot_ids))
    ids = list(await uow.session.scalars(of_fair))
    gone = delete(Absence).where(Absence.person_id == person_id, Absence.slot_id.in_(ids))
    await uow.session.execute(gone)
    if not free and ids:
        rows = [{"person_id": person_id, "slot_id": each, "since": uow.clock.now()} for each in ids]
        await uow.session.execute(insert(Absence), rows)


async def retreat(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    """Take no meetings at a fair from now on. Booked meetings stay."""
    await _one_at_a_time(uow, person_id)
    if await _retreat(uow, fair_id, person_id) is None:
        uow.session.add(Retreat(id=new_id(), fair_id=fair_id, person_id=person_id, at=uow.clock.now()))


async def come_back(uow: UnitOfWork, fair_id: str, person_id: str) -> None:
    """Take meetings again."""
    await _one_at_a_time(uow, person_id)
    if found := await _retreat(uow, fair_id, person_id):
        found.ended_at = uow.clock.now()


async def _retreat(uow: UnitOfWork, fair_id: str, person_id: str) -> Retreat | None:
    mine = select(Retreat).where(Retreat.fair_id == fair_id, Retreat.person_id == person_id)
    return await uow.session.scalar(mine.where(Retreat.ended_at.is_(None)))


async def _one_at_a_time(uow: UnitOfWork, person_id: str) -> None:
    await uow.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
