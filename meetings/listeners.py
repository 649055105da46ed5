"""What meetings do when something happened: badges and countdowns, what the room shows, rights that changed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select

from fairs.events import MemberBanned, MemberLeft
from meetings import shown
from meetings.events import (
    FilesChanged,
    MeetingBooked,
    MeetingCancelled,
    MeetingExtended,
    MeetingMoved,
    NotesChanged,
    PersonMissing,
    RequestAnswered,
    RequestMoved,
    RequestSent,
    RescueAnswered,
    RescueOffered,
    RescueOver,
    SeatGiven,
)
from meetings.leaving import LEFT_JOB, leave
from meetings.mine import iso
from meetings.model import Meeting
from meetings.parts import Meetings
from meetings.teams.queries import sharing_request
from server.kernel.events import Owed
from server.live import topics


def listen(meetings: Meetings) -> None:
    """Have these reactions happen."""
    _keep_badges(meetings)
    _show_rooms(meetings)
    _say(meetings)

    _end_what_was_arranged(meetings)


def _end_what_was_arranged(meetings: Meetings) -> None:
    """With whoever is not at the fair any more: at once, and as a job where the process dies before."""

    async def left(payload: dict[str, Any]) -> None:
        async with meetings.kernel.database.write() as uow:
            await leave(uow, payload["fair"], payload["person"])

    async def gone(happened: MemberBanned | MemberLeft) -> None:
        await left(_whose(happened))

    meetings.kernel.jobs.register(LEFT_JOB, left)
    meetings.kernel.events.on(MemberBanned, gone)
    meetings.kernel.events.on(MemberLeft, gone)
    meetings.kernel.events.owe(MemberBanned, lambda happened: Owed(LEFT_JOB, _whose(happened)))
    meetings.kernel.events.owe(MemberLeft, lambda happened: Owed(LEFT_JOB, _whose(happened)))


def _whose(happened: MemberBanned | MemberLeft) -> dict[str, Any]:
    return {"fair": happened.fair_id, "person": happened.person_id}


def _keep_badges(meetings: Meetings) -> None:
    async def sent(happened: RequestSent) -> None:
        await meetings.tell_mine([happened.from_id, happened.to_id])
        await _tell_team(meetings, happened.request_id)

    async def concerned(happened: MeetingBooked) -> None:
        await meetings.tell_mine(happened.person_ids)

    async def went_on(happened: RequestMoved | RequestAnswered) -> None:
        await meetings.tell_mine(happened.person_ids)
        await _tell_team(meetings, happened.request_id)

    meetings.kernel.events.on(RequestSent, sent)
    meetings.kernel.events.on(RequestMoved, went_on)
    meetings.kernel.events.on(RequestAnswered, went_on)
    meetings.kernel.events.on(MeetingBooked, concerned)


async def _tell_team(meetings: Meetings, request_id: str) -> None:
    """Let the pages of those who share a request know that it is another one now; they ask for what they may see."""
    async with meetings.kernel.database.read() as session:
        team = await sharing_request(session, request_id)
    for person_id in team:
        meetings.live.publish(topics.person(person_id), "meeting.team", {"request": request_id})


def _show_rooms(meetings: Meetings) -> None:
    async def changed(happened: MeetingMoved | MeetingCancelled) -> None:
        await meetings.tell_mine(happened.person_ids)
        await show_change(meetings, happened.meeting_id, happened.person_ids)

    async def extended(happened: MeetingExtended) -> None:
        await meetings.tell_mine(happened.person_ids)
        await show_change(meetings, happened.meeting_id)

    async def given(happened: SeatGiven) -> None:
        await meetings.tell_mine([happened.person_id])
        meetings.live.grants.revoke(happened.person_id, topics.meeting(happened.meeting_id))

    async def noted(happened: NotesChanged) -> None:
        told = {"text": happened.text, "version": happened.version, "by": happened.by_id}
        meetings.live.publish_state(topics.meeting(happened.meeting_id), "notes", told, v=happened.version)

    async def handed(happened: FilesChanged) -> None:
        meetings.live.publish_state(topics.meeting(happened.meeting_id), "files", {})

    meetings.kernel.events.on(MeetingMoved, changed)
    meetings.kernel.events.on(MeetingCancelled, changed)
    meetings.kernel.events.on(SeatGiven, given)
    meetings.kernel.events.on(MeetingExtended, extended)
    meetings.kernel.events.on(NotesChanged, noted)
    meetings.kernel.events.on(FilesChanged, handed)


def _say(meetings: Meetings) -> None:
    async def missing(happened: PersonMissing) -> None:
        name = await _names(meetings, happened.waiting_ids)
        meetings.remind(happened.person_id, happened.meeting_id, "missing", name)

    async def offered(happened: RescueOffered) -> None:
        path = f"/meetings/rescues/{happened.rescue_id}"
        name = await _names(meetings, {happened.waiting_id})
        await meetings.tell_mine([happened.candidate_id])
        meetings.remind(happened.candidate_id, happened.meeting_id, "rescue", name, path)

    async def over(happened: RescueOver) -> None:
        await meetings.tell_mine(happened.candidate_ids)

    async def answered(happened: RescueAnswered) -> None:
        found = happened.new_meeting_id
        name = await _names(meetings, {happened.candidate_id})
        await meetings.tell_mine([happened.candidate_id])
        what = "stand_in" if found else "no_stand_in"
        meetings.remind(happened.waiting_id, found or happened.meeting_id, what, name)

    meetings.kernel.events.on(PersonMissing, missing)
    meetings.kernel.events.on(RescueOffered, offered)
    meetings.kernel.events.on(RescueAnswered, answered)
    meetings.kernel.events.on(RescueOver, over)


_TIMES = select(Meeting.starts_at, Meeting.ends_at, Meeting.extended_until, Meeting.cancelled_at).where(
    Meeting.id == bindparam("id")
)


async def show_change(meetings: Meetings, meeting_id: str, person_ids: Collection[str] = ()) -> None:
    """Tell the room when its meeting is now; of these people, who sits in one that was called off has no right to it
    any more."""
    async with meetings.kernel.database.read() as session:
        meeting = (await session.execute(_TIMES, {"id": meeting_id})).one()
    told = {
        "starts_at": iso(meeting.starts_at),
        "ends_at": iso(meeting.extended_until or meeting.ends_at),
        "cancelled": meeting.cancelled_at is not None,
    }
    meetings.live.publish_state(topics.meeting(meeting_id), "changed", told)
    if meeting.cancelled_at is not None:
        for person_id in person_ids:
            meetings.live.grants.revoke(person_id, topics.meeting(meeting_id))


async def _names(meetings: Meetings, person_ids: frozenset[str] | set[str]) -> str:
    async with meetings.kernel.database.read() as session:
        found = await shown.those(session, person_ids)
    return ", ".join(each.name for each in found if each.name)
