"""A talk outside the programme: its address, for search engines, and for calendars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booths.queries import TalkShown
from fairs.model import Fair
from meetings.ics import Entry


def path_of(fair: Fair, talk_id: str) -> str:
    """The page of a talk."""
    return f"/fairs/{fair.slug}/talks/{talk_id}"


def event(fair: Fair, talk: TalkShown, home: str) -> dict[str, Any]:
    """A talk as search engines read it (schema.org, JSON-LD); `home` is our own address."""
    address = home + path_of(fair, talk.id)
    data = {
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
    if talk.by:
        data["performer"] = {"@type": "Organization", "name": talk.by.name, "@id": f"{home}/o/{talk.by.slug}"}
    return data


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


def entry(fair: Fair, talk: TalkShown, home: str, now: datetime) -> Entry:
    """A talk as a calendar has it."""
    return Entry(
        id=talk.id,
        sequence=0,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        changed_at=now,
        summary=talk.title,
        description=" · ".join([*([talk.by.name] if talk.by else []), fair.name, talk.stage]),
        url=home + path_of(fair, talk.id),
    )
