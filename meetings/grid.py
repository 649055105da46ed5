"""The slots of a fair, from the plan's times on the fair's own clock. Pure: no database, no clock.

Slots are laid in real time: where the clock is put forward or back in between, none is shorter, longer or twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LENGTH_LEAST, LENGTH_MOST = 10, 60  # minutes
GAP_MOST = 60
MINUTES_OF_DAY = 24 * 60
# More slots than a fair can use are a slip of the hand: two weeks of ten-minute slots, day and night.
SLOTS_MOST = 2_000


@dataclass(frozen=True, order=True)
class Span:
    """From when to when: aware moments, the end not included."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether some moment belongs to both."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True)
class Hours:
    """A day's opening times, in minutes after midnight on the clock of the place; 1440 is the day's end."""

    day: date
    opens: int
    closes: int


@dataclass(frozen=True)
class Grid:
    """How slots are laid: `length` and `gap` in minutes, breaks as pairs of minutes after midnight."""

    zone: str
    length: int
    gap: int
    days: Sequence[Hours]
    breaks: Sequence[tuple[int, int]] = ()


def slots(grid: Grid) -> list[Span]:
    """All slots by time. A slot that would reach into a break begins at the break's end instead."""
    return [slot for hours in sorted(grid.days, key=lambda each: each.day) for slot in _of_day(grid, hours)]


def moved_along(before: Grid, after: Grid, days: int) -> dict[Span, Span]:
    """Where each slot goes when an event is moved: by so many days, to another zone, or to other hours.

    A day goes along with the day so many days later, slot by slot, where both have the same pattern: as many slots, of
    the same lengths, at the same distances. Where they differ (a break more, an hour less, a change of the clocks in
    between) nobody can say which slot has become which, and there is nothing.
    """
    new = {each.day: list(_of_day(after, each)) for each in after.days}
    found: dict[Span, Span] = {}
    for hours in before.days:
        there = new.get(hours.day + timedelta(days=days), [])
        here = list(_of_day(before, hours))
        if _pattern(here) == _pattern(there):
            found |= dict(zip(here, there, strict=True))
    return {one: other for one, other in found.items() if one != other}


def _pattern(slots: Sequence[Span]) -> list[tuple[timedelta, timedelta]]:
    return [(each.starts - slots[0].starts, each.ends - slots[0].starts) for each in slots]


def moment(day: date, minutes: int, zone: str, *, later: bool = False) -> datetime:
    """When the clock of a place shows so many minutes after midnight, in UTC.

    A time that is there twice means the earlier one, or with `later` the later one; a time that is not there at all,
    because the clock is put forward, means as long after the change as it lies after it.
    """
    days, rest = divmod(minutes, MINUTES_OF_DAY)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), ZoneInfo(zone))
    return local.replace(fold=1 if later and _is_twice(local) else 0).astimezone(UTC)


def _is_twice(local: datetime) -> bool:
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def _of_day(grid: Grid, hours: Hours) -> Iterator[Span]:
    closes = moment(hours.day, hours.closes, grid.zone, later=True)
    breaks = [
        Span(moment(hours.day, starts, grid.zone), moment(hours.day, ends, grid.zone, later=True))
        for starts, ends in grid.breaks
    ]
    at, length = moment(hours.day, hours.opens, grid.zone), timedelta(minutes=grid.length)
    while at + length <= closes:
        slot = Span(at, at + length)
        if over := _latest_end(slot, breaks):
            at = over
        else:
            yield slot
            at = slot.ends + timedelta(minutes=grid.gap)


def _latest_end(slot: Span, breaks: Iterable[Span]) -> datetime | None:
    """The end of the breaks that a slot reaches into; None where it reaches into none."""
    return max((each.ends for each in breaks if each.overlaps(slot)), default=None)


def is_waking(span: Span, zone: str, *, up: int = 7, down: int = 22) -> bool:
    """Whether a span lies in somebody's day: between these hours on the clock of their place."""
    starts, ends = span.starts.astimezone(ZoneInfo(zone)), span.ends.astimezone(ZoneInfo(zone))
    return starts.date() == ends.date() and up <= starts.hour and (ends.hour, ends.minute) <= (down, 0)
