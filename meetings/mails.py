"""Mails about meetings and requests. Each of them goes out once, by its key."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from fairs.model import Fair
from meetings import ics, shown
from meetings.displacing import SLOT_WITHDRAWN, other_times
from meetings.entries import entry, letterhead, room_url
from meetings.model import Meeting, Slot, Substitution
from meetings.model import Request as Asked
from meetings.queries import plan_of
from meetings.words import because, cancel_reason
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.mail import Calendar
from server.kernel.parts import Kernel
from web import when
from web.i18n import N_, translations


@dataclass(frozen=True)
class Words:
    """What a mail says: its subject, its sentence and its link's words, as message ids."""

    subject: str
    text: str
    action: str


MEETING_WORDS = {
    "booked": Words(
        N_("Meeting with %(name)s: %(time)s"),
        N_("You meet %(name)s on %(time)s. Your calendar gets the appointment with this mail."),
        N_("To the meeting"),
    ),
    "moved": Words(
        N_("New time: %(name)s, %(time)s"),
        N_("Your meeting with %(name)s is on %(time)s now. Your calendar moves the appointment with this mail."),
        N_("To the meeting"),
    ),
    "handed": Words(
        N_("%(name)s comes: %(time)s"),
        N_("Colleagues have swapped: you meet %(name)s on %(time)s. Your calendar gets the change with this mail."),
        N_("To the meeting"),
    ),
    "joined": Words(
        N_("You are more now: %(name)s, %(time)s"),
        N_("Somebody has joined: you meet %(name)s on %(time)s. Your calendar gets the change with this mail."),
        N_("To the meeting"),
    ),
    "cancelled": Words(
        N_("Called off: %(name)s, %(time)s"),
        N_("Your meeting with %(name)s on %(time)s will not take place. You can find another time."),
        N_("Find another time"),
    ),
    "mail_24h": Words(
        N_("Tomorrow: %(name)s, %(time)s"),
        N_("You meet %(name)s on %(time)s. If you cannot come, please say so now: the other one can use the time."),
        N_("To the meeting"),
    ),
    "mail_1h": Words(
        N_("In an hour: %(name)s, %(time)s"),
        N_("You meet %(name)s on %(time)s. The room opens five minutes before."),
        N_("Enter the room"),
    ),
    "missing": Words(
        N_("%(name)s waits for you now"),
        N_("Your meeting with %(name)s has begun: %(time)s. If you cannot come, please say so in a message."),
        N_("Enter the room"),
    ),
    "after_7d": Words(
        N_("What became of it? %(name)s"),
        N_("A week ago you met %(name)s. What became of it? The organiser sees only sums."),
        N_("Answer with one tap"),
    ),
    "after_30d": Words(
        N_("What became of it? %(name)s"),
        N_("A month ago you met %(name)s. What became of it? The organiser sees only sums."),
        N_("Answer with one tap"),
    ),
    "after_90d": Words(
        N_("What became of it? %(name)s"),
        N_("Three months ago you met %(name)s. What became of it? The organiser sees only sums."),
        N_("Answer with one tap"),
    ),
}

_FOR_CALENDARS = ("booked", "moved", "handed", "joined", "cancelled")

# For whoever gave their seat away: they see the meeting no more.
LEAVING = Words(
    N_("A colleague goes: %(name)s, %(time)s"),
    N_("%(colleague)s has your meeting with %(name)s on %(time)s now. Your calendar takes it out by this mail."),
    N_("Your meetings"),
)

REQUEST_WORDS = {
    "sent": Words(
        N_("%(name)s asks for a meeting"),
        N_("%(name)s would like to meet you at %(fair)s. Please answer until %(time)s."),
        N_("Answer the request"),
    ),
    "moved": Words(
        N_("%(name)s proposes other times"),
        N_("For your meeting at %(fair)s %(name)s proposes other times. Please answer until %(time)s."),
        N_("Choose a time"),
    ),
    "taken": Words(
        N_("%(holder)s has taken it over: %(name)s"),
        N_("Your colleague %(holder)s answers what %(name)s asks at %(fair)s. You need do nothing."),
        N_("See the request"),
    ),
    "no_time_left": Words(
        N_("Propose other times: %(name)s"),
        N_("The organiser of %(fair)s has changed the times, and none of those between you and %(name)s is left."),
        N_("Propose other times"),
    ),
    "nudge": Words(
        N_("Still open: %(name)s"),
        N_("%(name)s waits for your answer about a meeting at %(fair)s, until %(time)s. Also a no is an answer."),
        N_("Answer the request"),
    ),
    "declined": Words(
        N_("%(name)s has declined"),
        N_("%(name)s cannot meet you at %(fair)s. Your request is free for somebody else."),
        N_("See the answer"),
    ),
    "gone": Words(
        N_("Nobody can answer your request any more"),
        N_("Whoever had your request at %(fair)s is not there any more. It is free for somebody else."),
        N_("See the request"),
    ),
    "expired": Words(
        N_("No answer from %(name)s"),
        N_("Your request to %(name)s at %(fair)s has expired without an answer. It is free for somebody else."),
        N_("See the request"),
    ),
}


async def about_meeting(
    kernel: Kernel, uow: UnitOfWork, meeting: Meeting, what: str, only: str | None = None, waiting: Collection[str] = ()
) -> None:
    """Write to everybody in a meeting, or to one of them, in their own language and time; named are the others, or
    those of them who wait."""
    offered = await _offered(uow, meeting) if what == "cancelled" and meeting.cancel_reason == SLOT_WITHDRAWN else []
    for person, seen in await readers(uow, meeting.id, None if only is None else [only]):
        await _to_participant(kernel, uow, meeting, person, seen, what, waiting, offered)


async def _offered(uow: UnitOfWork, meeting: Meeting) -> list[Slot]:
    """What a meeting whose time the organiser took away can have instead."""
    fair, plan = await uow.session.get_one(Fair, meeting.fair_id), await plan_of(uow.session, meeting.fair_id)
    return await other_times(uow.session, meeting, fair, plan, uow.clock.now()) if plan else []


async def readers(
    uow: UnitOfWork, meeting_id: str, only: Collection[str] | None = None
) -> list[tuple[Person, shown.MeetingShown]]:
    """Whom one can write to about a meeting, with how they see it: everybody in it, or these."""
    seen = await shown.meeting_of_each(uow.session, meeting_id)
    wanted = [each for each in seen if only is None or each in only]
    found = await uow.session.scalars(select(Person).where(Person.id.in_(wanted), Person.email.is_not(None)))
    persons = {each.id: each for each in found}
    return [(persons[each], seen[each]) for each in wanted if each in persons]


def names(seen: shown.MeetingShown, locale: str, waiting: Collection[str] = ()) -> str:
    """Who the others are, or those of them who wait."""
    _ = translations(locale).gettext
    return ", ".join(each.name or _("Former participant") for each in seen.others if not waiting or each.id in waiting)


async def _to_participant(
    kernel: Kernel,
    uow: UnitOfWork,
    meeting: Meeting,
    person: Person,
    seen: shown.MeetingShown,
    what: str,
    waiting: Collection[str],
    offered: Collection[Slot],
) -> None:
    words, _ = MEETING_WORDS[what], translations(person.locale).gettext
    told = {
        "name": names(seen, person.locale, waiting),
        "time": str(when.both(seen.starts_at, person.time_zone, person.locale).striptags()),
    }
    links = dict.fromkeys(("mail_1h", "missing"), room_url(kernel.settings, meeting.id))
    path = f"{seen.path}/later/{what[6:-1]}" if what.startswith("after_") else seen.path
    context: dict[str, Any] = {
        "title": _(words.subject) % told,
        "said": _(words.text) % told,
        "quote": _(cancel_reason(meeting.cancel_reason)) if what == "cancelled" else "",
        "button": _(words.action),
        "url": links.get(what, f"{kernel.settings.public_url}{path}"),
        "times": [*other_clocks(seen, person), *_still_free(offered, person, seen.fair_zone)],
    }
    key = f"meetings.mail:{meeting.id}:{meeting.sequence}:{what}:{person.id}"
    calendar = _calendar(kernel, seen, person) if what in _FOR_CALENDARS else None
    await _send(kernel, uow, person, context, key, calendar)


def both_clocks(moment: datetime, person: Person, other: str) -> str:
    """A moment on somebody's clock, and in brackets on one in another zone, where that shows something else."""
    mine, theirs = (moment.astimezone(when.zone(zone)).utcoffset() for zone in (person.time_zone, other))
    zones = [person.time_zone] if mine == theirs else [person.time_zone, other]
    here, *there = (str(when.both(moment, zone, person.locale).striptags()) for zone in zones)
    return f"{here} ({there[0]})" if there else here


def other_clocks(seen: shown.MeetingShown, person: Person) -> list[str]:
    """The time on every clock that differs from the reader's, with its person's name."""
    mine = seen.starts_at.astimezone(when.zone(person.time_zone)).utcoffset()
    return [
        f"{each.name}: {when.both(seen.starts_at, each.time_zone, person.locale).striptags()}"
        for each in seen.others
        if each.name and seen.starts_at.astimezone(when.zone(each.time_zone)).utcoffset() != mine
    ]


def _still_free(offered: Collection[Slot], person: Person, fair_zone: str) -> list[str]:
    _ = translations(person.locale).gettext
    times = [both_clocks(each.starts_at, person, fair_zone) for each in offered]
    return [_("Still free for all of you: %(times)s") % {"times": "; ".join(times)}] if times else []


def _calendar(kernel: Kernel, seen: shown.MeetingShown, person: Person) -> Calendar:
    made = entry(kernel.settings, kernel.clock, seen, person.locale)
    head = letterhead(kernel.settings)
    return Calendar(*ics.invitation(made, head, to=person.email or "", name=person.name))


async def about_leaving(kernel: Kernel, uow: UnitOfWork, given: Substitution) -> None:
    """Tell whoever gave their seat in a meeting away, and have their calendar take it out."""
    person = await uow.session.get_one(Person, given.from_id)
    seen = await shown.meeting_left(uow.session, given)
    if person.email is None or seen is None:
        return
    _ = translations(person.locale).gettext
    colleague = await uow.session.get(Person, given.to_id) if given.to_id else None
    told = {
        "name": names(seen, person.locale),
        "colleague": (colleague and colleague.name) or _("Former participant"),
        "time": str(when.both(seen.starts_at, person.time_zone, person.locale).striptags()),
    }
    context = {
        "title": _(LEAVING.subject) % told,
        "said": _(LEAVING.text) % told,
        "quote": "",
        "button": _(LEAVING.action),
        "url": f"{kernel.settings.public_url}/meetings",
        "times": other_clocks(seen, person),
    }
    key = f"meetings.mail:{given.meeting_id}:{given.sequence}:left:{person.id}"
    await _send(kernel, uow, person, context, key, _calendar(kernel, seen, person))


def names_of_request(seen: shown.RequestShown, locale: str) -> dict[str, str]:
    """Who asks, or is asked, and who has it on the receiving side, as the words about requests name them."""
    _ = translations(locale).gettext
    return {"name": seen.other.name or _("Former participant"), "holder": seen.holder or _("Former participant")}


async def about_request(kernel: Kernel, uow: UnitOfWork, asked: Asked, what: str, to_id: str) -> None:
    """Write to one of the two of a request."""
    person = await uow.session.get_one(Person, to_id)
    seen = await shown.request(uow.session, to_id, asked.id)
    if person.email is None or seen is None:
        return
    words, _ = REQUEST_WORDS[what], translations(person.locale).gettext
    told = names_of_request(seen, person.locale) | {
        "fair": seen.fair_name,
        "time": both_clocks(seen.expires_at, person, seen.fair_zone),
    }
    quote = asked.reason if what == "declined" else asked.ask if what in ("sent", "nudge") else ""
    context = {
        "title": _(words.subject) % told,
        "said": _(words.text) % told,
        "quote": quote,
        "button": _(words.action),
        "url": f"{kernel.settings.public_url}{seen.path}",
        "times": because(seen.routing, person.locale) if what == "sent" else [],
    }
    await _send(kernel, uow, person, context, f"meetings.mail:{asked.id}:{asked.moved_at.isoformat()}:{what}:{to_id}")


async def _send(
    kernel: Kernel, uow: UnitOfWork, person: Person, context: dict[str, Any], key: str, calendar: Calendar | None = None
) -> None:
    context |= {"home": kernel.settings.public_url, "to": person.email}
    await kernel.mail.send(
        uow,
        to=person.email or "",
        subject=context["title"],
        template="meeting",
        context=context,
        locale=person.locale,
        calendar=calendar,
        key=key,
    )
