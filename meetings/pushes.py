"""What meetings tell people on their devices. It goes where the mails go, with less in it: who and when, and nothing
that anybody wrote."""

from collections.abc import Collection
from datetime import timedelta

from meetings import shown
from meetings.mails import MEETING_WORDS, REQUEST_WORDS, both_clocks, names, names_of_request, other_clocks, readers
from meetings.model import Meeting, Rescue
from meetings.model import Request as Asked
from meetings.rules import EXTENSION, LEAST_LEFT
from notices.keys import key_of
from notices.pushing import push
from notices.rules import Notice
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from web import when
from web.i18n import N_, translations

# Titles that no mail has.
TITLES = {"app_5min": N_("In five minutes: %(name)s"), "app_1min": N_("In a minute: %(name)s")}
# What is of use only now says where to go.
_NOW = ("app_5min", "app_1min", "missing")
THE_ROOM = N_("The room is open.")
# News without an end of their own are of use for so long.
NEWS_FOR = timedelta(days=1)


async def about_meeting(
    kernel: Kernel,
    uow: UnitOfWork,
    meeting: Meeting,
    what: str,
    only: Collection[str] | None = None,
    waiting: Collection[str] = (),
) -> None:
    """Tell everybody in a meeting but who did it themselves, or these; `waiting` as in a mail."""
    if key_of(kernel.settings) is None:
        return
    doer = {"booked": meeting.made_by_id, "cancelled": meeting.cancelled_by_id}.get(what)
    until = {"missing": meeting.ends_at}.get(what, meeting.starts_at + EXTENSION)
    told = {}
    for person, seen in await readers(uow, meeting.id, only):
        if person.id == doer:
            continue
        _ = translations(person.locale).gettext
        at = str(when.both(seen.starts_at, person.time_zone, person.locale).striptags())
        title = _(TITLES.get(what) or MEETING_WORDS[what].subject) % {
            "name": names(seen, person.locale, waiting), "time": at
        }  # fmt: skip
        now = what in _NOW
        path = f"{seen.path}/room" if now else seen.path
        body = _(THE_ROOM) if now else " · ".join((seen.fair_name, *other_clocks(seen, person)))
        told[person.id] = Notice(title, body, path, f"meeting-{meeting.id}", until)
    await push(kernel, uow, told, key=f"{meeting.id}:{meeting.sequence}:{what}")


async def about_request(kernel: Kernel, uow: UnitOfWork, asked: Asked, what: str, to_id: str) -> None:
    """Tell one of the two of a request."""
    seen = await shown.request(uow.session, to_id, asked.id) if key_of(kernel.settings) else None
    if seen is None:
        return
    person = await uow.session.get_one(Person, to_id)
    _ = translations(person.locale).gettext
    title = _(REQUEST_WORDS[what].subject) % names_of_request(seen, person.locale)
    until = uow.clock.now() + NEWS_FOR if seen.answer else seen.expires_at
    notice = Notice(title, seen.fair_name, seen.path, f"request-{asked.id}", until)
    await push(kernel, uow, {to_id: notice}, key=f"{asked.id}:{asked.moved_at.isoformat()}:{what}")


async def about_rescue(kernel: Kernel, uow: UnitOfWork, rescue: Rescue, meeting: Meeting) -> None:
    """Ask somebody to step in."""
    if key_of(kernel.settings) is None:
        return
    person = await uow.session.get_one(Person, rescue.candidate_id)
    waiting = await shown.who(uow.session, rescue.waiting_id)
    _ = translations(person.locale).gettext
    told = {"name": waiting.name, "time": both_clocks(meeting.ends_at, person, waiting.time_zone)}
    body = _(N_("Somebody did not come. %(name)s has time until %(time)s.")) % told
    until = meeting.ends_at - LEAST_LEFT
    path = f"/meetings/rescues/{rescue.id}"
    notice = Notice(_(N_("Meet %(name)s now?")) % told, body, path, f"rescue-{rescue.id}", until)
    await push(kernel, uow, {person.id: notice}, key=rescue.id)
