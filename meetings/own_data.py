"""What meetings keep about a person: handed out, and erased.

Erased means: what the person typed goes, and what is theirs alone. Meetings ahead are called off; those that were stay
in the other one's agenda, with a "Former participant".
"""

from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.model import Fair
from meetings.events import FilesChanged, RescueOver
from meetings.leaving import call_off, end_requests
from meetings.model import (
    Absence,
    Attendance,
    Busy,
    Feed,
    FollowUp,
    GroupMember,
    Handover,
    Meeting,
    MeetingFile,
    NoShow,
    Notes,
    Outcome,
    OwnCalendar,
    Proposal,
    Request,
    Rescue,
    Retreat,
    Seat,
    SharedContact,
    Substitution,
)
from meetings.standing import open_with
from meetings.teams.model import Routing, Sharing
from meetings.timetable.model import MeetingWish, Pairing, TimetableChange, TimetableEntry
from people.own_data import Section
from server.kernel.db import UnitOfWork
from server.kernel.kept import drop

_OWN = (
    Absence,
    Retreat,
    GroupMember,
    OwnCalendar,
    Busy,
    Outcome,
    FollowUp,
    Attendance,
    NoShow,
    Feed,
    Sharing,
)


async def collect(session: AsyncSession, person_id: str) -> Section:
    """Requests, meetings, what somebody said about them, and the files that they gave there."""
    given = (await session.scalars(select(MeetingFile).where(MeetingFile.by_id == person_id))).all()
    return Section(await _collected(session, person_id), {f"{each.id} {each.name}": each.file for each in given})


async def _collected(session: AsyncSession, person_id: str) -> dict[str, Any]:
    return {
        "requests": await _rows(session, _requests(person_id)),
        "meetings": await _rows(session, _meetings(person_id)),
        "outcomes": await _rows(session, _of(person_id, Outcome, "meeting_id verdict next_step note at")),
        "attendances": await _rows(session, _of(person_id, Attendance, "meeting_id came_at")),
        "no_shows": await _rows(session, _of(person_id, NoShow, "meeting_id at disputed_at dispute")),
        "contacts_given": await _rows(session, _of(person_id, SharedContact, "meeting_id to_id at")),
        "files_given": await _rows(session, _files(person_id)),
        "follow_ups": await _rows(session, _of(person_id, FollowUp, "meeting_id days asked_at answered_at answer")),
        "wishes": await _rows(session, _wishes(person_id)),
        "shared_requests": await _rows(session, _of(person_id, Sharing, "organisation_id topics since")),
        "takes_no_meetings": await _rows(session, _of(person_id, Retreat, "fair_id at ended_at")),
        "requests_handed_on": await _rows(session, _handed(person_id, Handover, "request_id from_id to_id by_id at")),
        "seats_handed_on": await _rows(session, _handed(person_id, Substitution, "meeting_id from_id to_id by_id at")),
        "why_requests_came": await _rows(session, _routings(person_id)),
        "asked_by_name": await _rows(session, _asked_by_name(person_id)),
        "stepping_in": await _rows(session, _rescues(person_id)),
        "absences": await _rows(session, _of(person_id, Absence, "slot_id since")),
        "own_calendar": await _rows(session, _of(person_id, OwnCalendar, "url added_at read_at problem")),
        "busy": await _rows(session, _of(person_id, Busy, "starts_at ends_at")),
        "calendar_feeds": await _rows(session, _of(person_id, Feed, "made_at revoked_at")),
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget somebody. Doing it twice does no harm."""
    await call_off(uow, person_id)
    await end_requests(uow, person_id)
    mine = select(Request.id).where(Request.from_id == person_id)
    await uow.session.execute(update(Meeting).where(Meeting.request_id.in_(mine)).values(ask="", offer=""))
    await uow.session.execute(
        update(Meeting).where(Meeting.made_by_id == person_id, Meeting.request_id.is_(None)).values(ask="", offer="")
    )
    await uow.session.execute(update(Meeting).where(Meeting.cancelled_by_id == person_id).values(cancel_reason=""))
    await uow.session.execute(update(Request).where(Request.from_id == person_id).values(ask="", offer=""))
    await uow.session.execute(update(Request).where(Request.answered_by_id == person_id).values(reason=""))
    await uow.session.execute(update(Notes).where(Notes.changed_by_id == person_id).values(text=""))
    await _take_files(uow, person_id)
    await uow.session.execute(delete(Proposal).where(Proposal.by_id == person_id))
    uow.emit(RescueOver(await open_with(uow.session, Rescue.waiting_id == person_id)))
    await uow.session.execute(
        delete(Rescue).where(or_(Rescue.waiting_id == person_id, Rescue.candidate_id == person_id))
    )
    await uow.session.execute(
        delete(MeetingWish).where(or_(MeetingWish.of_id == person_id, MeetingWish.whom_id == person_id))
    )
    await uow.session.execute(update(MeetingWish).where(MeetingWish.by_id == person_id).values(by_id=None))
    await uow.session.execute(update(Pairing).where(Pairing.by_id == person_id).values(by_id=None))
    asked = select(Request.id).where(or_(Request.from_id == person_id, Request.to_id == person_id))
    await uow.session.execute(
        delete(Routing).where(
            or_(Routing.request_id.in_(asked), Routing.to_id == person_id, Routing.named_id == person_id)
        )
    )
    for handed in (Handover, Substitution):
        for who in (handed.from_id, handed.to_id, handed.by_id):
            await uow.session.execute(update(handed).where(who == person_id).values({who: None}))
    for pairs in (TimetableEntry, TimetableChange, Pairing):
        await uow.session.execute(delete(pairs).where(or_(pairs.one_id == person_id, pairs.other_id == person_id)))
    for table in _OWN:
        await uow.session.execute(delete(table).where(table.person_id == person_id))
    given = or_(SharedContact.person_id == person_id, SharedContact.to_id == person_id)
    await uow.session.execute(delete(SharedContact).where(given))


async def _take_files(uow: UnitOfWork, person_id: str) -> None:
    for each in (await uow.session.scalars(select(MeetingFile).where(MeetingFile.by_id == person_id))).all():
        drop(uow, each.file)
        await uow.session.delete(each)
        uow.emit(FilesChanged(each.meeting_id))
    await uow.session.flush()


def _requests(person_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Fair.name.label("fair"), Request.ask, Request.offer, Request.sent_at, Request.answer, Request.answered_at
        )
        .join(Fair, Fair.id == Request.fair_id)
        .where(Request.from_id == person_id)
        .order_by(Request.sent_at)
    )


def _meetings(person_id: str) -> Select[*tuple[Any, ...]]:
    columns = (Meeting.id, Meeting.starts_at, Meeting.ends_at, Meeting.cancelled_at, Meeting.made_at)
    return (
        select(Fair.name.label("fair"), *columns)
        .join(Fair, Fair.id == Meeting.fair_id)
        .join(Seat, Seat.meeting_id == Meeting.id)
        .where(Seat.person_id == person_id)
        .order_by(Meeting.starts_at)
    )


def _wishes(person_id: str) -> Select[*tuple[Any, ...]]:
    """What somebody said themselves; what the organiser wishes about them is the organiser's."""
    columns = (Fair.name.label("fair"), MeetingWish.whom_id, MeetingWish.kind, MeetingWish.at)
    mine = MeetingWish.of_id == person_id, MeetingWish.organiser.is_(False)
    return select(*columns).join(Fair, Fair.id == MeetingWish.fair_id).where(*mine).order_by(MeetingWish.at)


def _files(person_id: str) -> Select[*tuple[Any, ...]]:
    columns = (MeetingFile.id, MeetingFile.meeting_id, MeetingFile.name, MeetingFile.bytes, MeetingFile.at)
    return select(*columns).where(MeetingFile.by_id == person_id).order_by(MeetingFile.at)


def _handed(person_id: str, table: Any, columns: str) -> Select[*tuple[Any, ...]]:
    """What somebody gave, got, or had change hands."""
    theirs = or_(table.from_id == person_id, table.to_id == person_id, table.by_id == person_id)
    return select(*(getattr(table, column) for column in columns.split())).where(theirs).order_by(table.at)


def _routings(person_id: str) -> Select[*tuple[Any, ...]]:
    """Why requests came to somebody, as they read it themselves."""
    columns = (Routing.request_id, Routing.languages, Routing.words, Routing.load, Routing.fullest, Routing.at)
    return select(*columns).where(Routing.to_id == person_id).order_by(Routing.at)


def _asked_by_name(person_id: str) -> Select[*tuple[Any, ...]]:
    return select(Routing.request_id, Routing.at).where(Routing.named_id == person_id).order_by(Routing.at)


def _rescues(person_id: str) -> Select[*tuple[Any, ...]]:
    """Whom somebody asked to step in for a missing one, and who asked them."""
    columns = (Rescue.meeting_id, Rescue.waiting_id, Rescue.candidate_id, Rescue.at, Rescue.answered_at)
    theirs = or_(Rescue.waiting_id == person_id, Rescue.candidate_id == person_id)
    return select(*columns).where(theirs).order_by(Rescue.at)


def _of(person_id: str, table: Any, columns: str) -> Select[*tuple[Any, ...]]:
    return select(*(getattr(table, column) for column in columns.split())).where(table.person_id == person_id)


async def _rows(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await session.execute(query)]
