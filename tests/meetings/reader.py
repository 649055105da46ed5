"""Calendars as another program reads them: with the library `ical`, which shares no code with the one that writes ours,
knows RFC 5545 and 7986 by type, and raises where a text is not by them. Two things it lets pass are looked at here."""

from ical.calendar import Calendar
from ical.calendar_stream import CalendarStream

# RFC 5545, 3.1: octets of a line, without its break.
MOST_OCTETS = 75


def read(text: str) -> Calendar:
    """The one calendar of a stream. Raises AssertionError or ical.exceptions.CalendarParseError for what is none."""
    assert text.endswith("\r\n")
    for line in text[:-2].split("\r\n"):
        assert len(line.encode()) <= MOST_OCTETS
        assert line.isprintable()  # no bare CR, LF or other control
    [calendar] = CalendarStream.from_ics(text).calendars
    return calendar
