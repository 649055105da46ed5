"""What the organiser decides about two people: to meet in a slot, or never to be put together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairs.model import Fair
from matching.plans.model import Kind
from matching.plans.tables import read_each
from meetings.model import Group, Plan, Slot
from meetings.naming import members_by_email
from meetings.queries import rules_of, slots_by_id, slots_of
from meetings.timetable import bindings
from meetings.timetable.bindings import PAIRS_MOST, Change, Judged, Known
from meetings.timetable.model import MeetingWish, Pairing
from people.model import Person
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from web.i18n import N_


@dataclass(frozen=True)
class Decided:
    """A decision as its page shows it; without `starts_at` the two are never put together."""

    one_id: str
    other_id: str
    one: str
    other: str
    starts_at: datetime | None
    one_zone: str
    other_zone: str
    gone: bool  # the time is not in the plan any more


async def pairings(session: AsyncSession, fair_id: str) -> Sequence[Pairing]:
    """Everything that was decided at a fair, the earliest first; for its organiser."""
    query = select(Pairing).where(Pairing.fair_id == fair_id)
    return (await session.scalars(query.order_by(Pairing.at, Pairing.one_id, Pairing.other_id))).all()


async def kept_apart(session: AsyncSession, fair_id: str, person_id: str, others: Collection[str]) -> set[str]:
    """Those of these people with whom somebody is not to be put together: the organiser forbids it, or one of the two
    would rather not. Which of them is nobody's to know. Two queries."""
    with_me = or_(Pairing.one_id == person_id, Pairing.other_id == person_id)
    forbidden = select(Pairing.one_id, Pairing.other_id).where(Pairing.fair_id == fair_id, Pairing.slot_id.is_(None))
    about_me = or_(MeetingWish.of_id == person_id, MeetingWish.whom_id == person_id)
    never = select(MeetingWish.of_id, MeetingWish.whom_id).where(
        MeetingWish.fair_id == fair_id, MeetingWish.kind == Kind.NEVER, about_me
    )
    rows = [*await session.execute(forbidden.where(with_me)), *await session.execute(never)]
    return {each for row in rows for each in row}.intersection(others)


async def decided(session: AsyncSession, fair_id: str) -> list[Decided]:
    """The same with names and times."""
    one, other = aliased(Person), aliased(Person)
    query = (
        select(
            Pairing.one_id, Pairing.other_id, one.name, other.name, Slot.starts_at, one.time_zone, other.time_zone,
            Slot.withdrawn_at,
        )
        .join(one, one.id == Pairing.one_id)
        .join(other, other.id == Pairing.other_id)
        .outerjoin(Slot, Slot.id == Pairing.slot_id)
        .where(Pairing.fair_id == fair_id)
        .order_by(Slot.starts_at.is_(None), Slot.starts_at, one.name)
    )  # fmt: skip
    return [Decided(*row[:7], gone=row[7] is not None) for row in await session.execute(query)]


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
    if (await uow.session.scalar(select(func.count()).select_from(Pairing).where(*others)) or 0) >= PAIRS_MOST:
        raise UnacceptableError(N_("There are as many decisions as there can be: %(most)s."), most=PAIRS_MOST)
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


@dataclass(frozen=True)
class Read:
    """A file of bindings, looked at: what it says, and what taking it would change."""

    judged: Judged
    change: Change


async def look(session: AsyncSession, fair: Fair, plan: Plan, content: bytes) -> Read:
    """Look at a file of bindings; nothing changes. Raises BadInputError for what is no such file."""
    rows = read_each(content, "bindings", bindings.ROWS_MOST)
    groups = (await rules_of(session, plan)).groups
    named: dict[str, list[str]] = {}
    for each in groups:
        named.setdefault(each.name.casefold(), []).append(each.id)
    people = await members_by_email(session, fair.id, bindings.addresses(rows))
    slots = {each.starts_at: each.id for each in await slots_of(session, fair.id)}
    judged = bindings.judge(rows, Known(people, slots, named, fair.time_zone))
    known = {(each.one_id, each.other_id): each.slot_id for each in await pairings(session, fair.id)}
    return Read(judged, bindings.change(judged, known, {each.id: each.weight for each in groups}))


async def take(uow: UnitOfWork, fair: Fair, plan: Plan, content: bytes, *, by_id: str) -> Read:
    """Take a file in place of all that was decided about pairs, if nothing in it is wrong: look at what is given back.
    Raises BadInputError as `look` does."""
    await uow.session.execute(select(Fair.id).where(Fair.id == fair.id).with_for_update())
    read = await look(uow.session, fair, plan, content)
    if read.judged.wrong:
        return read
    known = {(each.one_id, each.other_id): each for each in await pairings(uow.session, fair.id)}
    for pair, row in known.items():
        if pair not in read.judged.pairs or row.slot_id != read.judged.pairs[pair]:
            await uow.session.delete(row)
    await uow.session.flush()
    uow.session.add_all(
        Pairing(fair_id=fair.id, one_id=one, other_id=other, slot_id=slot, at=uow.clock.now(), by_id=by_id)
        for (one, other), slot in read.judged.pairs.items()
        if (one, other) not in known or known[one, other].slot_id != slot
    )
    for group_id, weight in read.judged.weights.items():
        (await uow.session.get_one(Group, group_id)).weight = weight
    await uow.session.flush()
    return read


async def as_file(session: AsyncSession, fair: Fair, plan: Plan) -> str:
    """What is decided, as such a file. Pins to a time that is not in the plan any more bind nothing, and are left
    out."""
    one, other = aliased(Person), aliased(Person)
    query = (
        select(one.email, other.email, Slot.starts_at)
        .select_from(Pairing)
        .join(one, one.id == Pairing.one_id)
        .join(other, other.id == Pairing.other_id)
        .outerjoin(Slot, Slot.id == Pairing.slot_id)
        .where(Pairing.fair_id == fair.id, Slot.withdrawn_at.is_(None))
        .order_by(Slot.starts_at.is_(None), Slot.starts_at, one.email, other.email)
    )
    pairs = [(first or "", second or "", at) for first, second, at in await session.execute(query)]
    weights = [(each.name, each.weight) for each in (await rules_of(session, plan)).groups]
    return bindings.as_csv(pairs, weights, fair.time_zone)
