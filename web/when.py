"""Dates, times and distances in words, in a reader's language; with the zone wherever two people may differ."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone_name
from markupsafe import Markup

from web.i18n import formats, translations

Zone = ZoneInfo | str | None
# Moments in words that are kept, of each kind: writing one takes some 90 microseconds, and a page of a timetable's
# slots has a hundred, the same for everybody. They are kept by the moment in UTC, where each hour comes once.
KEPT = 4096


def zone(name: Zone) -> ZoneInfo:
    """The IANA zone of this name; UTC where it is empty or unknown."""
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def time(moment: datetime, place: Zone, locale: str, *, named: bool = True) -> Markup:
    """The time of day as `<time>`: 10:20 CET, or without the zone where one person looks at it alone."""
    return _time(moment.astimezone(UTC), place, locale, named)


def date(moment: datetime, place: Zone, locale: str, *, style: str = "long") -> Markup:
    """The day as `<time>`: 12 December 2026 ("long"), 12 Dec ("short"), Saturday, 12 December ("day")."""
    return _date(moment.astimezone(UTC), place, locale, style)


def both(moment: datetime, place: Zone, locale: str) -> Markup:
    """Day and time with the zone: 12 Dec 2026, 10:20 CET."""
    return _both(moment.astimezone(UTC), place, locale)


def ago(moment: datetime, now: datetime, locale: str) -> Markup:
    """How long ago, as `<time>` that the browser keeps true: now, 5 minutes ago, in 2 hours; from a week on the day."""
    passed = now - moment
    if abs(passed) >= timedelta(days=7):
        return date(moment, UTC.tzname(None), locale, style="short")
    if abs(passed) < timedelta(minutes=1):
        return _element(moment, translations(locale).gettext("just now"), ticking=True)
    text = format_timedelta(-passed, add_direction=True, locale=formats(locale), threshold=1)
    return _element(moment, text, ticking=True)


def zone_name(moment: datetime, place: Zone, locale: str) -> str:
    """What the zone is called for short at that moment: CET, MEZ; where a language has no short name, UTC+9."""
    local = moment.astimezone(zone(place))
    name = str(get_timezone_name(local, width="short", locale=formats(locale)))
    return name if name.isalpha() else _offset(local)


@lru_cache(KEPT)
def _time(moment: datetime, place: Zone, locale: str, named: bool) -> Markup:
    text = format_time(moment.astimezone(zone(place)), "HH:mm", locale=formats(locale))
    return _element(moment, f"{text} {zone_name(moment, place, locale)}" if named else text)


@lru_cache(KEPT)
def _date(moment: datetime, place: Zone, locale: str, style: str) -> Markup:
    pattern = {"short": "d MMM", "day": "EEEE, d MMMM"}.get(style, style)
    if locale == "de":
        pattern = {"short": "d. MMM", "day": "EEEE, d. MMMM"}.get(style, style)
    return _element(moment, format_date(moment.astimezone(zone(place)).date(), pattern, locale=formats(locale)))


@lru_cache(KEPT)
def _both(moment: datetime, place: Zone, locale: str) -> Markup:
    pattern = "d. MMM y, HH:mm" if locale == "de" else "d MMM y, HH:mm"
    text = format_datetime(moment.astimezone(zone(place)), pattern, locale=formats(locale))
    return _element(moment, f"{text} {zone_name(moment, place, locale)}")


def _offset(local: datetime) -> str:
    hours, minutes = divmod(abs(local.utcoffset() or timedelta()) // timedelta(minutes=1), 60)
    sign = "-" if (local.utcoffset() or timedelta()) < timedelta() else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _element(moment: datetime, text: str, *, ticking: bool = False) -> Markup:
    stamp = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    mark = Markup(" data-ago") if ticking else ""
    return Markup('<time datetime="{}"{}>{}</time>').format(stamp, mark, text)
