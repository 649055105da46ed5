"""What the organiser decides about two people: to meet in a slot, or never to be put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.model import Fair
from meetings.model import Slot
from meetings.queries import slots_by_id
from meetings.timetable.model import Pairing
from people.model import Person
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from web.i18n import N_

# Decisions of one fair: a page that can be read, and far more than anybody decides by hand.
MOST = 500


@dataclass(frozen=True)
class Decided:
    """A decision as its page shows it; without `starts_at` the two are never put together."""

    one_id: str
    other_id: str
    one: str
    other: str
    starts_at: datetime | None
    gone: bool  # the time is not in the plan any more


async def pairings(session: AsyncSession, fair_id: str) -> Sequence[Pairing]:
    """Everything that was decided at a fair, the earliest first; for its organiser."""
    query = select(Pairing).where(Pairing.fair_id == fair_id)
    return (await session.scalars(query.order_by(Pairing.at, Pairing.one_id, Pairing.other_id))).all()


async def decided(session: AsyncSession, fair_id: str) -> list[Decided]:
    """The same with names and times."""
    one, other = aliased(Person), aliased(Person)
    query = (
        select(Pairing.one_id, Pairing.other_id, one.name, other.name, Slot.starts_at, Slot.withdrawn_at)
        .join(one, one.id == Pairing.one_id)
        .join(other, other.id == Pairing.other_id)
        .outerjoin(Slot, Slot.id == Pairing.slot_id)
        .where(Pairing.fair_id == fair_id)
        .order_by(Slot.starts_at.is_(None), Slot.starts_at, one.name)
    )
    return [Decided(*row[:5], gone=row[5] is not None) for row in await session.execute(query)]


async def decide(uow: UnitOfWork, fair: Fair, one_id: str, other_id: str, slot_id: str | None, *, by_id: str) -> None:
    """Pin two people to a slot, or (None) forbid them to be put together, in place of what was decided about them.
    Raises UnacceptableError for one person alone, and for a slot not on offer, or in which one of them is pinned."""
    if one_id == other_id:
        raise UnacceptableError(N_("Somebody is to meet themselves."))
    await uow.session.execute(select(Fair.id).where(Fair.id == fair.id).with_for_update())
    one, other = sorted((one_id, other_id))
    others = Pairing.fair_id == fair.id, or_(Pairing.one_id != one, Pairing.other_id != other)
    # Everything is looked at before anything changes: whoever is refused keeps what was decided before.
    if slot_id is not None:
        await _check(uow, fair, (one, other), slot_id, others)
    if (await uow.session.scalar(select(func.count()).select_from(Pairing).where(*others)) or 0) >= MOST:
        raise UnacceptableError(N_("There are as many decisions as there can be: %(most)s."), most=MOST)
    await undo(uow, fair.id, one, other)
    row = Pairing(fair_id=fair.id, one_id=one, other_id=other, slot_id=slot_id, at=uow.clock.now(), by_id=by_id)
    uow.session.add(row)
    await uow.session.flush()


async def undo(uow: UnitOfWork, fair_id: str, one_id: str, other_id: str) -> None:
    """Take back what was decided about two people."""
    one, other = sorted((one_id, other_id))
    these = Pairing.fair_id == fair_id, Pairing.one_id == one, Pairing.other_id == other
    await uow.session.execute(delete(Pairing).where(*these))


async def _check(
    uow: UnitOfWork, fair: Fair, pair: tuple[str, str], slot_id: str, others: Sequence[ColumnElement[bool]]
) -> None:
    if not await slots_by_id(uow.session, fair.id, [slot_id]):
        raise UnacceptableError(N_("This time is not on offer any more."))
    same = or_(Pairing.one_id.in_(pair), Pairing.other_id.in_(pair))
    taken = select(Pairing).where(*others, Pairing.slot_id == slot_id, same).limit(1)
    if (found := await uow.session.scalar(taken)) is not None:
        busy = await uow.session.get_one(Person, found.one_id if found.one_id in pair else found.other_id)
        raise UnacceptableError(N_("%(name)s is pinned at this time already."), name=busy.name)
