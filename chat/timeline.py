"""A page of messages as it stands from top to bottom: days, the line above what is new, messages in blocks. Pure.

The browser does the same (web/static/js/chat/layout.js), so that nothing moves when it takes over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from chat.rules import BLOCK_WITHIN
from chat.shown import Shown
from chat.texts import Called, Link, Part, parts


@dataclass(frozen=True)
class Day:
    """A new day begins."""

    at: datetime


@dataclass(frozen=True)
class New:
    """What follows has not been read."""


@dataclass(frozen=True)
class Row:
    """A message, and whether it continues the block of the one before."""

    message: Shown
    follows: bool


Item = Day | New | Row


def timeline(messages: Sequence[Shown], *, me: str, read: int, zone: ZoneInfo) -> Iterator[Item]:
    """What to show of these messages to somebody who has read so far, in their time zone."""
    first_new = next((each.id for each in messages if _is_new(each, me, read)), None)
    before: Shown | None = None
    for message in messages:
        new_day = before is None or _day(before, zone) != _day(message, zone)
        if new_day:
            yield Day(message.sent_at)
        if message.id == first_new:
            yield New()
        yield Row(message, not new_day and message.id != first_new and _follows(message, before))
        before = message


def rendered(text: str, me: str) -> Markup:
    """A message's text as HTML."""
    return Markup("").join(_rendered(part, me) for part in parts(text))


def _rendered(part: Part, me: str) -> Markup:
    match part:
        case Called(person_id, name):
            kind = "mention mention-me" if person_id == me else "mention"
            return Markup('<span class="{}" data-person="{}"><bdi>@{}</bdi></span>').format(kind, person_id, name)
        case Link(url):
            return Markup('<a href="{0}" rel="noopener nofollow ugc" target="_blank">{0}</a>').format(url)
        case _:
            return Markup.escape(part.text)


def _is_new(message: Shown, me: str, read: int) -> bool:
    return message.seq > read and message.author.id != me and not message.deleted


def _follows(message: Shown, before: Shown | None) -> bool:
    if before is None or before.deleted or before.author.id != message.author.id:
        return False
    return message.sent_at - before.sent_at < BLOCK_WITHIN


def _day(message: Shown, zone: ZoneInfo) -> date:
    return message.sent_at.astimezone(zone).date()
