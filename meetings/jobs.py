"""What happens by time: mails, reminders, expiry, who is missing, and what became of it later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from fairs.actions import MOVED_JOB
from fairs.cards import cards
from fairs.model import Fair
from meetings import mails, plans, pushes, requests, shown
from meetings.events import PersonMissing
from meetings.model import Attendance, FollowUp, Meeting, NoShow, Outcome, Reminder, Seat, Substitution
from meetings.model import Request as Asked
from meetings.parts import Meetings
from meetings.requests import EXPIRY_JOB, NUDGE_JOB, TELL_JOB
from meetings.rescue import OVER_JOB
from meetings.room import come_in
from meetings.rules import comes_too_late, due_at, is_open
from meetings.watching import INVITE_JOB, RELEASE_JOB, STEP_JOB, step
from server.kernel.db import UnitOfWork
from server.kernel.once import note_once

INVITATION = "invitation"


def register(meetings: Meetings) -> None:
    """Have these jobs done."""
    jobs = meetings.kernel.jobs
    for name, handler in ((INVITE_JOB, invite), (STEP_JOB, take_step), (EXPIRY_JOB, expire), (NUDGE_JOB, nudge)):
        jobs.register(name, _with(meetings, handler))
    jobs.register(TELL_JOB, _with(meetings, tell))
    jobs.register(MOVED_JOB, _with(meetings, follow))
    jobs.register(RELEASE_JOB, _with(meetings, release))

    async def rescue_over(payload: dict[str, Any]) -> None:
        await meetings.tell_mine([payload["person_id"]])

    jobs.register(OVER_JOB, rescue_over)


def _with(meetings: Meetings, handler: Any) -> Any:
    async def handle(payload: dict[str, Any]) -> None:
        async with meetings.kernel.database.write() as uow:
            await handler(meetings, uow, payload)

    return handle


async def invite(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Tell everybody's calendar how a meeting is now, unless it has changed again."""
    meeting = await _as_it_was(uow, payload)
    if meeting is None:
        return
    before = Reminder.meeting_id == meeting.id, Reminder.kind == INVITATION
    told = await uow.session.scalar(select(Reminder).where(*before).order_by(Reminder.sequence.desc()).limit(1))
    if not await _first_time(uow, meeting, INVITATION):
        return
    if meeting.cancelled_at is not None and told is None:
        return  # booked and called off in one breath: no calendar has heard of it
    what = "cancelled" if meeting.cancelled_at else "booked" if told is None else "moved"
    if what == "moved" and (given := await _given(uow, meeting)) is not None:
        await _introduce(meetings, uow, meeting, given)
        return
    if told is not None and what == "moved" and (joined := await _joined(uow, meeting, told.at)):
        await _welcome(meetings, uow, meeting, joined, is_all=meeting.sequence == told.sequence + len(joined))
        return
    await mails.about_meeting(meetings.kernel, uow, meeting, what)
    await pushes.about_meeting(meetings.kernel, uow, meeting, what)


async def _given(uow: UnitOfWork, meeting: Meeting) -> Substitution | None:
    """Whose seat went to whom, if it is that by which the meeting is as it is."""
    last = Substitution.meeting_id == meeting.id, Substitution.sequence == meeting.sequence
    return await uow.session.scalar(select(Substitution).where(*last))


async def _introduce(meetings: Meetings, uow: UnitOfWork, meeting: Meeting, given: Substitution) -> None:
    """Tell a colleague whom they meet now, and the others who comes."""
    people = await uow.session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting.id))
    for each in people.all():
        what = "booked" if each == given.to_id else "handed"
        await mails.about_meeting(meetings.kernel, uow, meeting, what, only=each)
        if each != given.by_id:
            await pushes.about_meeting(meetings.kernel, uow, meeting, what, only=[each])


async def _joined(uow: UnitOfWork, meeting: Meeting, since: datetime) -> frozenset[str]:
    """Who sits in a meeting of which they have not heard yet."""
    query = select(Seat.person_id).where(Seat.meeting_id == meeting.id, Seat.since > since)
    return frozenset(await uow.session.scalars(query))


async def _welcome(
    meetings: Meetings, uow: UnitOfWork, meeting: Meeting, joined: frozenset[str], *, is_all: bool
) -> None:
    """Tell those who were brought into a meeting that they have it, and the others that somebody joins them; or, where
    that is not all that has changed, when it is now."""
    people = await uow.session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting.id))
    for each in people.all():
        what = "booked" if each in joined else "joined" if is_all else "moved"
        await mails.about_meeting(meetings.kernel, uow, meeting, what, only=each)
        await pushes.about_meeting(meetings.kernel, uow, meeting, what, only=[each])


async def release(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Take a meeting out of the calendar of whoever gave their seat away, unless they have it again, or their calendar
    never heard of it."""
    given = await uow.session.get_one(Substitution, payload["substitution_id"])
    if given.from_id is None:
        return  # erased meanwhile: there is nobody to write to
    heard = select(Reminder.sequence).where(
        Reminder.meeting_id == given.meeting_id, Reminder.kind == INVITATION, Reminder.sequence < given.sequence
    )
    again = await uow.session.get(Seat, (given.meeting_id, given.from_id))
    if again is None and await uow.session.scalar(heard.limit(1)) is not None:
        await mails.about_leaving(meetings.kernel, uow, given)


async def take_step(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Do what time brings to a meeting, once, and have the next thing done in its time."""
    meeting, kind = await _as_it_was(uow, payload), payload["kind"]
    if meeting is None or meeting.cancelled_at is not None or not await _first_time(uow, meeting, kind):
        return
    step(uow, meeting, due_at(meeting.starts_at, kind))  # a worker that is late leaves nothing out
    if comes_too_late(meeting.starts_at, kind, uow.clock.now()):
        return
    if kind.startswith("mail_"):
        await mails.about_meeting(meetings.kernel, uow, meeting, kind)
    elif kind.startswith("app_"):
        await _remind(meetings, uow, meeting, kind)
    elif kind == "missing":
        await look_who_is_missing(meetings, uow, meeting)
    else:
        await _ask_what_became(meetings, uow, meeting, kind)


async def follow(_meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Have a fair's meetings follow it to its other days, or to another zone."""
    fair = await uow.session.get_one(Fair, payload["fair_id"])
    await plans.follow(uow, fair, by_id=payload["by_id"])


async def expire(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """End a request whose time is over, and tell whoever waited."""
    asked = await uow.session.get(Asked, payload["request_id"])
    if asked is not None and await requests.expire(uow, asked):
        waits = asked.from_id if asked.turn_id == asked.to_id else asked.to_id
        await _say_of_request(meetings, uow, asked, "expired", waits)


async def nudge(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Bring a request to mind whose time is running out."""
    asked = await _open_turn(uow, payload)
    if asked is not None:
        await _say_of_request(meetings, uow, asked, "nudge", asked.turn_id)


async def tell(meetings: Meetings, uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Write about a request to whom it concerns now."""
    asked = await uow.session.get(Asked, payload["request_id"])
    if asked is not None:
        await _say_of_request(meetings, uow, asked, payload["what"], payload["to_id"])


async def _say_of_request(meetings: Meetings, uow: UnitOfWork, asked: Asked, what: str, to_id: str) -> None:
    await mails.about_request(meetings.kernel, uow, asked, what, to_id)
    await pushes.about_request(meetings.kernel, uow, asked, what, to_id)


async def look_who_is_missing(meetings: Meetings, uow: UnitOfWork, meeting: Meeting) -> None:
    """Note who is in the room and who is not; where somebody waits, the others are missed, and pinged."""
    seated = await uow.session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting.id))
    people = set(await cards(uow.session, meeting.fair_id, seated.all()))  # of several one may be out of the fair
    for person_id in people.intersection(meetings.there(meeting.id)):
        await come_in(uow, meeting.id, person_id)
    came = set(await uow.session.scalars(select(Attendance.person_id).where(Attendance.meeting_id == meeting.id)))
    if not is_open(meeting.starts_at, meeting.ends_at, uow.clock.now()):
        return  # the server slept through it: presence can tell nothing any more
    missing = sorted(people - came)
    uow.session.add_all(NoShow(meeting_id=meeting.id, person_id=each, at=uow.clock.now()) for each in missing)
    if came and missing:
        await _ping(meetings, uow, meeting, missing, frozenset(came))


async def _ping(
    meetings: Meetings, uow: UnitOfWork, meeting: Meeting, missing: Sequence[str], came: frozenset[str]
) -> None:
    """Call who is missed by every channel: in the product, by mail and on their devices."""
    for each in missing:
        uow.emit(PersonMissing(meeting.id, each, came))
        await mails.about_meeting(meetings.kernel, uow, meeting, "missing", only=each, waiting=came)
    await pushes.about_meeting(meetings.kernel, uow, meeting, "missing", only=missing, waiting=came)


async def _remind(meetings: Meetings, uow: UnitOfWork, meeting: Meeting, kind: str) -> None:
    people = (await shown.people_of(uow.session, [meeting.id]))[meeting.id]

    async def tell_all() -> None:
        for each in people:
            name = ", ".join(other.name for other in people if other.id != each.id and other.name)
            meetings.remind(each.id, meeting.id, kind, name)
        await meetings.tell_mine([each.id for each in people])

    uow.after_commit(tell_all)
    await pushes.about_meeting(meetings.kernel, uow, meeting, kind)


async def _ask_what_became(meetings: Meetings, uow: UnitOfWork, meeting: Meeting, kind: str) -> None:
    """Ask those who were there, unless they had said that it is not for them."""
    came = set(await uow.session.scalars(select(Attendance.person_id).where(Attendance.meeting_id == meeting.id)))
    no = select(Outcome.person_id).where(Outcome.meeting_id == meeting.id, Outcome.verdict == "no")
    done_with = set(await uow.session.scalars(no))
    days = int(kind.removeprefix("after_").removesuffix("d"))
    for person_id in sorted(came - done_with) if len(came) > 1 else ():
        uow.session.add(FollowUp(meeting_id=meeting.id, person_id=person_id, days=days, asked_at=uow.clock.now()))
        await mails.about_meeting(meetings.kernel, uow, meeting, kind, only=person_id)


async def _as_it_was(uow: UnitOfWork, payload: dict[str, Any]) -> Meeting | None:
    """The meeting, locked, if it has not changed since the job was made."""
    meeting = await uow.session.get(Meeting, payload["meeting_id"], with_for_update={"key_share": True})
    return meeting if meeting is not None and meeting.sequence == payload["sequence"] else None


async def _open_turn(uow: UnitOfWork, payload: dict[str, Any]) -> Asked | None:
    asked = await uow.session.get(Asked, payload["request_id"], with_for_update=True)
    if asked is None or asked.answered_at is not None:
        return None
    return asked if asked.moved_at == datetime.fromisoformat(payload["moved_at"]) else None


async def _first_time(uow: UnitOfWork, meeting: Meeting, kind: str) -> bool:
    """Note that something is said of a meeting as it is now; False where it was said before."""
    row = {"meeting_id": meeting.id, "sequence": meeting.sequence, "kind": kind, "at": uow.clock.now()}
    return await note_once(uow, Reminder, row)
