"""What mending a timetable changes, as the organiser sees it before it is done."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Slot
from meetings.timetable.model import TimetableRun
from meetings.timetable.repairs import changes_of
from meetings.timetable.standing import booked_ahead
from people.model import Person


@dataclass(frozen=True)
class Changed:
    """A meeting that changes: without `before` it is new, without `after` it falls away, else it moves."""

    one: str
    other: str
    before: datetime | None
    after: datetime | None
    one_zone: str
    other_zone: str


@dataclass(frozen=True)
class Difference:
    """Everything that changes, by time; `stays` counts the meetings ahead that don't, `people` whom it concerns."""

    moved: Sequence[Changed]
    gone: Sequence[Changed]
    new: Sequence[Changed]
    stays: int
    people: Sequence[str]

    @property
    def size(self) -> int:
        """How many meetings change."""
        return len(self.moved) + len(self.gone) + len(self.new)


async def difference(session: AsyncSession, run: TimetableRun, now: datetime) -> Difference:
    """What a run changes, for the fair's organiser."""
    rows = await changes_of(session, run.id)
    ids = {id for each in rows for id in (each.one_id, each.other_id)}
    people = await session.execute(select(Person.id, Person.name, Person.time_zone).where(Person.id.in_(ids)))
    known = {row.id: row for row in people}
    times = await _times(session, {id for each in rows for id in (each.from_id, each.to_id) if id})
    found = [
        Changed(
            known[each.one_id].name,
            known[each.other_id].name,
            times.get(each.from_id or ""),
            times.get(each.to_id or ""),
            known[each.one_id].time_zone,
            known[each.other_id].time_zone,
        )
        for each in rows
    ]
    ahead = len(await booked_ahead(session, run.fair_id, now))
    leaving = sum(each.before is not None for each in found)
    coming = sum(each.after is not None for each in found)
    return Difference(
        moved=_by_time(each for each in found if each.before and each.after),
        gone=_by_time(each for each in found if each.after is None),
        new=_by_time(each for each in found if each.before is None),
        stays=max(0, ahead - (coming if run.published_at else leaving)),
        people=sorted((each.name for each in known.values()), key=str.casefold),
    )


def _by_time(found: Iterable[Changed]) -> list[Changed]:
    return sorted(found, key=lambda each: (each.before or each.after, each.one.casefold()))


async def _times(session: AsyncSession, ids: Collection[str]) -> dict[str, datetime]:
    rows = await session.execute(select(Slot.id, Slot.starts_at).where(Slot.id.in_(ids)))
    return {id: starts for id, starts in rows}
