"""Somebody's own calendar, read for when they are busy. Pure, and slow: `calendar_worker` reads it beside the server.

What they are busy with is not kept.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

from meetings.grid import Span

# What can be wrong with a calendar; pages say it in words.
PROBLEMS = ("address", "unreachable", "too_large", "no_calendar")
# Bytes of a calendar: some ten years of a busy person.
BYTES_MOST = 4 * 1024 * 1024
# Events of one calendar, and repetitions of one event, that are looked at: every day for more than fifty years.
EVENTS_MOST = 20_000
REPETITIONS_MOST = 20_000
# Spans that are kept of one calendar.
BUSY_MOST = 2_000
# Seconds of processor time for one calendar: a rule can be written so that it takes years to find a day for it.
READ_S = 5.0
# Nothing that repeats more often than daily is a meeting.
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=60)


class NoCalendarError(ValueError):
    """The text is no calendar, or more than we read."""


@dataclass(frozen=True)
class Window:
    """The time that is looked at, and the zone of its owner for times without one."""

    span: Span
    zone: ZoneInfo


def busy(content: bytes, window: Window) -> list[Span]:
    """When a calendar has its owner busy within a window, joined and by time. Raises NoCalendarError."""
    begun = time.thread_time()
    events = list(islice(_events(content), EVENTS_MOST))
    replaced = _replaced(events, window.zone)
    found: list[Span] = []
    for event in events:
        found += _times(event, window, replaced.get(str(event.get("uid", "")), ()))
        # After each, also the only one: what takes so long is wrong, and is tried again ever later.
        if time.thread_time() - begun > READ_S:
            raise NoCalendarError("too much to read")
    return joined(found)[:BUSY_MOST]


def joined(spans: list[Span]) -> list[Span]:
    """The same times without overlaps."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.starts <= out[-1].ends:
            out[-1] = Span(out[-1].starts, max(out[-1].ends, span.ends))
        else:
            out.append(span)
    return out


def _events(content: bytes) -> Iterator[Any]:
    if len(content) > BYTES_MOST:
        raise NoCalendarError("too large")
    try:
        calendars = Calendar.from_ical(content.decode("utf-8", "replace"), multiple=True)
    except Exception as error:  # the library raises many kinds for what is no calendar
        raise NoCalendarError("no calendar") from error
    if not calendars:
        raise NoCalendarError("no calendar")
    found: list[Any] = list(calendars)
    for calendar in found:
        if calendar.name != "VCALENDAR":
            raise NoCalendarError("no calendar")
        yield from calendar.walk("VEVENT")


def _replaced(events: Iterable[Any], zone: ZoneInfo) -> Mapping[str, set[datetime]]:
    """By a series' UID, which of its times are told of by an event of their own: moved, called off, or otherwise (RFC
    5545, 3.8.4.4)."""
    found: dict[str, set[datetime]] = defaultdict(set)
    for event in events:
        with suppress(Exception):  # a broken event replaces nothing; one that is called off need not say when
            if not _is_called_off(event):
                _moment(event["dtstart"].dt, zone)
            found[str(event["uid"])].add(_moment(event["recurrence-id"].dt, zone))
    return found


def _times(event: Any, window: Window, replaced: Collection[datetime]) -> list[Span]:
    """When an event takes its owner's time within the window; nothing where it is free, called off or broken. What is
    told of by an event of its own is left out of the series."""
    if str(event.get("transp", "")).upper() == "TRANSPARENT" or _is_called_off(event):
        return []
    try:
        starts = _moment(event["dtstart"].dt, window.zone)
        length = min(_ends(event, starts, window.zone) - starts, _LONGEST)
        apart = set() if "recurrence-id" in event else replaced
        spans = [Span(each, each + length) for each in _starts(event, starts, length, window) if each not in apart]
        # Here, since of the first and the last day that there are some zones' moments lie outside of all time.
        inside = [Span(each.starts.astimezone(UTC), each.ends.astimezone(UTC)) for each in spans]
    except Exception:  # a broken event blocks nothing, and harms no other
        return []
    return [each for each in inside if each.starts < each.ends and each.overlaps(window.span)]


def _is_called_off(event: Any) -> bool:
    return str(event.get("status", "")).upper() == "CANCELLED"


def _ends(event: Any, starts: datetime, zone: ZoneInfo) -> datetime:
    if "dtend" in event:
        return _moment(event["dtend"].dt, zone)
    if "duration" in event:
        return starts + _length(event["duration"].dt)
    is_day = not isinstance(event["dtstart"].dt, datetime)
    return starts + (timedelta(days=1) if is_day else timedelta())


def _length(given: Any) -> timedelta:
    return given if isinstance(given, timedelta) else timedelta()


def _starts(event: Any, first: datetime, length: timedelta, window: Window) -> Iterator[datetime]:
    """When an event begins, each time, until the window ends."""
    apart = _listed(event, "exdate", window.zone)
    yield from _listed(event, "rdate", window.zone) - apart
    rule = event.get("rrule")
    if not rule:
        yield first
        return
    if str(rule.get("FREQ", [""])[0]).upper() not in _FREQUENCIES or first < _EPOCH:
        return
    until = min([window.span.ends, *(_moment(each, window.zone) for each in rule.get("UNTIL", []))])
    count = int(min([REPETITIONS_MOST, *rule.get("COUNT", [])]))
    parts = {key: value for key, value in rule.items() if key not in ("UNTIL", "COUNT")}
    text = type(rule)(parts).to_ical().decode()
    repeated = rrulestr(text, dtstart=first).replace(until=until)
    for at in islice(repeated, count):
        if at + length > window.span.starts and at not in apart:
            yield at


def _listed(event: Any, name: str, zone: ZoneInfo) -> set[datetime]:
    """The moments of a property that may stand several times, each with several of them; of a period its begin, since
    each time lasts as long as the others here. A broken one says nothing."""
    given = event.get(name, [])
    found: set[datetime] = set()
    for one in given if isinstance(given, list) else [given]:
        with suppress(Exception):
            begins = [each.dt[0] if isinstance(each.dt, tuple) else each.dt for each in one.dts]
            found.update(_moment(each, zone) for each in begins)
    return found


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    """An aware moment: a day begins at midnight of the owner's clock, and a time without a zone is on it."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)
