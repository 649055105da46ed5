"""What the organiser sees of a run: the figures, what cannot be kept together in sentences, and who meets whom when."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Meeting, Slot
from meetings.timetable.model import TimetableEntry, TimetableRun
from people.model import Person
from web.i18n import N_

_ID = r"([0-9a-f]{8}-[0-9a-f-]{27})"
# What the solver says, and how pages say it.
_SENTENCES = [
    (re.compile(rf"^{_ID} and {_ID} must meet and do not\.$"), N_("%(a)s and %(b)s must meet and do not.")),
    (re.compile(rf"^{_ID} and {_ID} must meet\.$"), N_("%(a)s and %(b)s must meet.")),
    (
        re.compile(rf"^There is no slot in which {_ID} and {_ID} both can\.$"),
        # Which of them is not said: whom somebody would rather not meet is nobody's to know.
        N_(
            "%(a)s and %(b)s cannot meet: they have no free time or "
            "no language in common, or one of them would rather not."
        ),
    ),
    (
        re.compile(rf"^{_ID} has (\d+) meetings, and (\d+) are the least\.$"),
        N_("%(a)s has %(b)s meetings, and %(c)s are the least."),
    ),
    (re.compile(rf"^{_ID} can have (\d+) meetings at most\.$"), N_("%(a)s can have %(b)s meetings at most.")),
    (
        re.compile(r"^All meetings can be held, but not so that people’s breaks differ by (\d+) at most\.$"),
        N_("All meetings can be held, but not so that two people’s gaps differ by %(a)s at most."),
    ),
    (re.compile(rf"^{_ID} is to have (\d+) meetings or more\.$"), N_("%(a)s is to have %(b)s meetings or more.")),
]
_OTHERWISE = N_("What must be asks for more than people's free times and the tables allow.")


@dataclass(frozen=True)
class Sentence:
    """A message id with its parameters."""

    text: str
    params: Mapping[str, str]


class _Named(NamedTuple):
    """Somebody, as the organiser reads of them."""

    name: str
    mail: str
    zone: str


@dataclass(frozen=True)
class Row:
    """Two people, and when. `why` says with `booked` what became of it."""

    starts_at: datetime
    ends_at: datetime
    one: str
    other: str
    one_mail: str
    other_mail: str
    booked: bool
    why: str
    one_zone: str = "UTC"
    other_zone: str = "UTC"
    called_off: bool = False


async def latest(session: AsyncSession, fair_id: str, *, mending: bool = False) -> TimetableRun | None:
    """The newest run of a fair, for its organiser: one that makes a timetable, or one that mends it."""
    kind = TimetableRun.mends_id.is_not(None) if mending else TimetableRun.mends_id.is_(None)
    query = select(TimetableRun).where(TimetableRun.fair_id == fair_id, kind)
    return await session.scalar(query.order_by(TimetableRun.made_at.desc(), TimetableRun.id.desc()).limit(1))


async def at_work(session: AsyncSession, fair_id: str) -> TimetableRun | None:
    """The run of a fair that is not at its end, for its organiser. There is one at most."""
    query = select(TimetableRun).where(TimetableRun.fair_id == fair_id, TimetableRun.ended_at.is_(None))
    return await session.scalar(query)


async def published(session: AsyncSession, fair_id: str) -> TimetableRun | None:
    """The timetable that was published last, for the fair's organiser."""
    query = select(TimetableRun).where(
        TimetableRun.fair_id == fair_id, TimetableRun.mends_id.is_(None), TimetableRun.published_at.is_not(None)
    )
    return await session.scalar(query.order_by(TimetableRun.published_at.desc()).limit(1))


async def count(session: AsyncSession, run_id: str) -> int:
    """How many meetings a run has."""
    found = select(func.count()).select_from(TimetableEntry).where(TimetableEntry.timetable_id == run_id)
    return await session.scalar(found) or 0


async def rows(session: AsyncSession, run_id: str) -> list[Row]:
    """Who meets whom and when, by time; what is booked as it stands now, after moving and calling off."""
    starts_at = func.coalesce(Meeting.starts_at, Slot.starts_at).label("starts_at")
    query = (
        select(TimetableEntry, starts_at, func.coalesce(Meeting.ends_at, Slot.ends_at), Meeting.cancelled_at)
        .join(Slot, Slot.id == TimetableEntry.slot_id)
        .outerjoin(Meeting, Meeting.id == TimetableEntry.meeting_id)
        .where(TimetableEntry.timetable_id == run_id)
        .order_by(starts_at, TimetableEntry.one_id)
    )
    found = (await session.execute(query)).all()
    people = await _people(session, {id for row in found for id in (row[0].one_id, row[0].other_id)})
    return [_row(each, (starts, ends), gone is not None, people) for each, starts, ends, gone in found]


def _row(each: TimetableEntry, when: tuple[datetime, datetime], gone: bool, people: Mapping[str, _Named]) -> Row:
    one, other = people[each.one_id], people[each.other_id]
    booked = each.meeting_id is not None
    return Row(*when, one.name, other.name, one.mail, other.mail, booked, each.why, one.zone, other.zone, gone)


async def sentences(session: AsyncSession, reasons: str) -> list[Sentence]:
    """What the solver says, with people's names."""
    lines = reasons.splitlines()
    names = await _people(session, set(re.findall(_ID, reasons)))
    return list(dict.fromkeys(_sentence(line, names) for line in lines)) if lines else []


def _sentence(line: str, names: Mapping[str, _Named]) -> Sentence:
    for pattern, text in _SENTENCES:
        if match := pattern.match(line):
            words: Sequence[str] = [names[word].name if word in names else word for word in match.groups()]
            return Sentence(text, _Params(zip("abc", words, strict=False)))
    return Sentence(_OTHERWISE, _Params())


class _Params(dict[str, str]):
    """Parameters that can be compared, so that nothing is said twice."""

    def __hash__(self) -> int:  # type: ignore[override]  # never changed after it is made
        return hash(tuple(self.items()))


async def _people(session: AsyncSession, ids: Collection[str]) -> dict[str, _Named]:
    query = select(Person.id, Person.name, Person.email, Person.time_zone).where(Person.id.in_(ids))
    return {row.id: _Named(row.name, row.email or "", row.time_zone) for row in await session.execute(query)}
