"""Meetings as calendars read them (RFC 5545): invitations by iTIP (RFC 5546), and a feed. Pure.

Times are in UTC, so that no zone database of the reader has a say. What people typed is only ever a property's value:
the library escapes it, and controls are taken out before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from server.kernel.mail import one_line

PRODUCT = "-//Fairmatch//Meetings//EN"
# How often a calendar is asked to look again.
REFRESH = timedelta(minutes=30)
# Characters of a summary and of a description: what people typed is shorter, what else comes is cut.
SUMMARY_MOST = 200
DESCRIPTION_MOST = 4_000


@dataclass(frozen=True)
class Entry:
    """A meeting, in the words of one of its people."""

    id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    description: str
    url: str
    cancelled: bool = False


@dataclass(frozen=True)
class Letterhead:
    """Who invites: the server's own address and host; the other people's addresses are nobody's business."""

    mail_from: str
    host: str

    @property
    def address(self) -> str:
        """The mail address alone."""
        return parseaddr(self.mail_from)[1]


def invitation(entry: Entry, head: Letterhead, *, to: str, name: str) -> tuple[str, str]:
    """The iTIP method and its message, for one receiver. The same UID for the life of the meeting; SEQUENCE grows."""
    method = "CANCEL" if entry.cancelled else "REQUEST"
    calendar = _calendar()
    calendar.add("method", method)
    event = _event(entry, head)
    organizer = vCalAddress(f"mailto:{head.address}")
    organizer.params["CN"] = vText("Fairmatch")
    event["organizer"] = organizer
    attendee = vCalAddress(f"mailto:{to}")
    attendee.params.update({"CN": vText(_parameter(name)), "PARTSTAT": vText("ACCEPTED"), "RSVP": vText("FALSE")})
    event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    return method, _text(calendar)


def single(entry: Entry, head: Letterhead) -> str:
    """One meeting as a file."""
    return feed([entry], head, name="")


def feed(entries: Iterable[Entry], head: Letterhead, *, name: str) -> str:
    """Somebody's meetings, to be read again and again."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    if name:
        for title in ("name", "x-wr-calname"):  # as texts: the library would leave both as they are
            calendar.add(title, vText(_line(name)))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, head))
    return _text(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _event(entry: Entry, head: Letterhead) -> Event:
    event = Event()
    event.add("uid", f"{entry.id}@{head.host}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", _line(entry.summary)[:SUMMARY_MOST])
    event.add("description", _lines(entry.description)[:DESCRIPTION_MOST])
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("url", entry.url)
    event.add("location", entry.url)
    conference = vUri(entry.url)
    conference.params.update({"VALUE": vText("URI"), "FEATURE": vText("VIDEO"), "LABEL": vText("Fairmatch")})
    event.add("conference", conference, encode=False)
    return event


def _text(calendar: Calendar) -> str:
    text: str = calendar.to_ical().decode()
    return text


def _line(text: str) -> str:
    return one_line(text)


def _lines(text: str) -> str:
    return "\n".join(one_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


def _parameter(text: str) -> str:
    """A text that may stand in a parameter: no quotation marks (RFC 5545, 3.1.1)."""
    return one_line(text).replace('"', "'")
