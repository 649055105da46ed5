"""A talk outside the programme: its address, for search engines, and for calendars."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from booths.model import TalkRemoval
from booths.queries import Said, TalkShown
from booths.rules import TALKS_MOST, Speaker, When
from fairs.model import Fair
from meetings.ics import Entry
from web.markdown import plain

# What a talk says, in words: calendars look at a whole programme again and again, each by itself, and so may anybody.
_words = lru_cache(TALKS_MOST)(plain)


def path_of(fair: Fair, talk_id: str) -> str:
    """The page of a talk."""
    return f"/fairs/{fair.slug}/talks/{talk_id}"


def names_of(talk: TalkShown, speakers: Sequence[Speaker]) -> str:
    """Who speaks, on one line: the people, and the organisation as far as the viewer may know it."""
    return ", ".join([*(each.name for each in speakers), *([talk.by.name] if talk.by else [])])


def event(fair: Fair, talk: TalkShown, home: str, said: Said | None = None, locale: str = "") -> dict[str, Any]:
    """A talk as search engines read it (schema.org, JSON-LD); `home` is our own address."""
    address = home + path_of(fair, talk.id)
    text = _words(said.text(locale)[0]) if said else ""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": talk.title,
        "startDate": talk.starts_at.isoformat(),
        "endDate": talk.ends_at.isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address},
        "superEvent": {"@type": "Event", "name": fair.name, "url": f"{home}/fairs/{fair.slug}"},
    }
    performers = [*map(_person, said.speakers if said else ()), *_organisation(talk, home)]
    if performers:
        data["performer"] = performers[0] if len(performers) == 1 else performers
    return data | ({"description": text} if text else {})


def _person(one: Speaker) -> dict[str, str]:
    return {"@type": "Person", "name": one.name} | ({"description": one.line} if one.line else {})


def _organisation(talk: TalkShown, home: str) -> list[dict[str, str]]:
    if talk.by is None:
        return []
    return [{"@type": "Organization", "name": talk.by.name, "@id": f"{home}/o/{talk.by.slug}"}]


def programme_of(fair: Fair, talks: Sequence[TalkShown], home: str) -> dict[str, Any]:
    """A fair with its talks, for the same."""
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"{home}/fairs/{fair.slug}",
        "url": f"{home}/fairs/{fair.slug}",
        "name": fair.name,
        "startDate": fair.starts_on.isoformat(),
        "endDate": fair.ends_on.isoformat(),
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": f"{home}/fairs/{fair.slug}"},
        "subEvent": [{"@type": "Event", "@id": home + path_of(fair, talk.id), "name": talk.title} for talk in talks],
    }


def entry(fair: Fair, talk: TalkShown, said: Said, home: str, locale: str) -> Entry:
    """A talk as a calendar has it."""
    line = " · ".join(each for each in (names_of(talk, said.speakers), fair.name, talk.stage) if each)
    text = _words(said.text(locale)[0])
    return Entry(
        id=talk.id,
        sequence=talk.sequence,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        changed_at=talk.changed_at,
        summary=talk.title,
        description=f"{line}\n{text}" if text else line,
        url=home + path_of(fair, talk.id),
    )


def called_off(fair: Fair, gone: TalkRemoval, home: str) -> Entry:
    """A talk that was taken out of the programme as a calendar hears of it, which knows it already."""
    starts_at, ends_at = When(gone.day, gone.begins, gone.minutes).moments(fair.counted_from, fair.time_zone)
    return Entry(
        id=gone.talk_id,
        sequence=gone.sequence,
        starts_at=starts_at,
        ends_at=ends_at,
        changed_at=gone.at,
        summary=gone.title,
        description=f"{fair.name} · {gone.stage}",
        url=f"{home}/fairs/{fair.slug}/programme",
        cancelled=True,
    )


def subscribed(home: str, path: str) -> str:
    """An address by which calendars take a file in and look at it again by themselves."""
    return f"webcal://{home.partition('://')[2]}{path}"
