"""Meetings in the words of one of their people, for calendars and mails."""

from meetings.ics import Entry, Letterhead
from meetings.shown import MeetingShown, Who
from meetings.words import cancel_reason
from server.kernel.clock import Clock
from server.kernel.settings import Settings
from web.i18n import translations


def letterhead(settings: Settings) -> Letterhead:
    """Who invites."""
    host = settings.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return Letterhead(settings.mail_from, host)


def entry(settings: Settings, clock: Clock, meeting: MeetingShown, locale: str) -> Entry:
    """A meeting as its reader's calendar has it."""
    _ = translations(locale).gettext
    names = ", ".join(_named(each, _("Former participant")) for each in meeting.others)
    return Entry(
        id=meeting.id,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        changed_at=clock.now(),
        summary=_("Meeting: %(names)s") % {"names": names},
        description=_about(meeting, locale),
        url=room_url(settings, meeting.id),
        cancelled=meeting.cancelled_at is not None,
    )


def room_url(settings: Settings, meeting_id: str) -> str:
    """The address of a meeting's room."""
    return f"{settings.public_url}/meetings/{meeting_id}/room"


def _named(who: Who, former: str) -> str:
    name = who.name or former
    return f"{name} ({who.organisation})" if who.organisation else name


def _about(meeting: MeetingShown, locale: str) -> str:
    _ = translations(locale).gettext
    lines = [meeting.fair_name]
    if meeting.ask:
        lines.append(_("Asked for: %(text)s") % {"text": meeting.ask})
    if meeting.offer:
        lines.append(_("Offered: %(text)s") % {"text": meeting.offer})
    if meeting.cancelled_at is not None and meeting.cancel_reason:
        lines.append(_("Called off: %(text)s") % {"text": _(cancel_reason(meeting.cancel_reason))})
    return "\n".join(lines)
