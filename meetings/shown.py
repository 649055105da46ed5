"""Meetings and requests as pages and mails show them, seen by one of those concerned: nobody else finds them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.model import Organisation
from fairs.cards import photo_url
from fairs.model import Fair
from meetings import rules
from meetings.model import Handover, Meeting, Outcome, Proposal, Request, Seat, Slot, Substitution
from meetings.queries import over_at
from meetings.teams.model import Routing
from meetings.teams.queries import shares
from people.model import Person

Order = SQLColumnExpression[Any]


@dataclass(frozen=True)
class Who:
    """Somebody in a meeting, with what a brief needs."""

    id: str
    name: str  # empty: erased, shown as "Former participant"
    photo_url: str
    organisation: str
    position: str
    time_zone: str
    seeks: str
    offers: str


@dataclass(frozen=True)
class MeetingShown:
    """A meeting as one of its people sees it."""

    id: str
    fair_name: str
    fair_slug: str
    fair_zone: str
    starts_at: datetime
    ends_at: datetime  # with what it was extended by
    slot_id: str
    ask: str
    offer: str
    sequence: int
    cancelled_at: datetime | None
    cancelled_by_id: str | None
    cancel_reason: str
    others: Sequence[Who]
    asked_by_me: bool  # or by a colleague who had this seat before
    has_outcome: bool

    @property
    def path(self) -> str:
        """Its page."""
        return f"/meetings/{self.id}"

    @property
    def partner(self) -> Who:
        """The first of the others: whom one meets, where they are two."""
        return self.others[0] if self.others else NOBODY

    def open_at(self, now: datetime) -> bool:
        """Whether its room can be entered."""
        return self.cancelled_at is None and rules.is_open(self.starts_at, self.ends_at, now)

    @property
    def opens_at(self) -> datetime:
        """When its room opens."""
        return self.starts_at - rules.OPENS_BEFORE

    def ahead_at(self, now: datetime) -> bool:
        """Whether its room will be open, and is not yet."""
        return self.cancelled_at is None and now < self.opens_at


@dataclass(frozen=True)
class RequestShown:
    """A request as one of the two sees it, or one of the team that shares it: they see whoever asks."""

    id: str
    fair_name: str
    fair_slug: str
    fair_zone: str
    mine: bool  # I asked
    my_turn: bool
    other: Who
    passed_by: str  # the name of the colleague who had it before, or ""
    holder_id: str  # who has it on the receiving side
    holder: str
    team: str  # the name of the organisation whose team shares it, or ""
    routing: Routing | None  # why it came to the one who has it; only they read it
    ask: str
    offer: str
    any_slot: bool
    slots: Sequence[Slot]
    countered: bool  # the slots on the table are a counter-proposal: it is the turn of the one who asked
    sent_at: datetime
    moved_at: datetime
    expires_at: datetime
    answer: str | None
    answered_at: datetime | None
    reason: str

    @property
    def path(self) -> str:
        """Its page."""
        return f"/meetings/requests/{self.id}"

    def past_at(self, now: datetime) -> bool:
        """Whether it can only be answered by other times: all that were proposed have begun."""
        return self.answer is None and not self.any_slot and all(each.starts_at <= now for each in self.slots)

    def other_at(self, now: datetime) -> datetime:
        """When there is something else to be answered: it has expired, or the next of its times has begun."""
        return min([self.expires_at, *(each.starts_at for each in self.slots if each.starts_at > now)])


NOBODY = Who("", "", "", "", "", "UTC", "", "")
_WHO = (
    Person.id, Person.name, Person.photo_small, Person.organisation, Person.position, Person.time_zone, Person.seeks,
    Person.offers,
)  # fmt: skip


async def meeting(session: AsyncSession, viewer_id: str, meeting_id: str) -> MeetingShown | None:
    """A meeting, for one of its people."""
    found = await _meetings(session, viewer_id, Meeting.id == meeting_id)
    return found[0] if found else None


async def meeting_of_each(session: AsyncSession, meeting_id: str) -> dict[str, MeetingShown]:
    """A meeting as each of its people sees it, in the order in which they came in. Three queries."""
    rows = {row.viewer_id: row for row in await session.execute(_SHOWN.where(Meeting.id == meeting_id))}
    people, given = (await people_of(session, [meeting_id]))[meeting_id], await seats_given(session, [meeting_id])
    return {each.id: _meeting(rows[each.id], each.id, people, given[meeting_id]) for each in people}


async def meeting_left(session: AsyncSession, given: Substitution) -> MeetingShown | None:
    """A meeting as whoever gave their seat away is to see it: called off, with whom they would have met."""
    found = await meeting_of_each(session, given.meeting_id)
    if not found:
        return None
    seen, people = next(iter(found.values())), (await people_of(session, [given.meeting_id]))[given.meeting_id]
    others = [each for each in people if each.id not in (given.from_id, given.to_id)]
    return replace(seen, others=others, cancelled_at=given.at, cancel_reason="", sequence=given.sequence)


async def agenda(
    session: AsyncSession, viewer_id: str, *, since: datetime, until: datetime | None = None, limit: int = 200
) -> list[MeetingShown]:
    """Somebody's meetings that end after a moment, by time; those not that were called off, or in whose place they met
    a stand-in."""
    ahead = [over_at > since, Meeting.cancelled_at.is_(None), Seat.slot_id.is_not(None)]
    if until is not None:
        ahead.append(Meeting.starts_at < until)
    return await _meetings(session, viewer_id, *ahead, limit=limit)


async def past(session: AsyncSession, viewer_id: str, now: datetime, limit: int = 50) -> list[MeetingShown]:
    """Somebody's meetings that are over, the latest first."""
    over = over_at <= now, Meeting.cancelled_at.is_(None)
    return await _meetings(session, viewer_id, *over, limit=limit, by=Meeting.starts_at.desc())


async def called_off(session: AsyncSession, viewer_id: str, now: datetime, limit: int = 10) -> list[MeetingShown]:
    """Meetings that would still be ahead, but will not be; the latest news first."""
    gone = Meeting.cancelled_at.is_not(None), Meeting.starts_at > now
    return await _meetings(session, viewer_id, *gone, limit=limit, by=Meeting.cancelled_at.desc())


async def requests(session: AsyncSession, viewer_id: str, *, limit: int = 100) -> list[RequestShown]:
    """Somebody's open requests, those that expire first at the top."""
    mine = or_(Request.from_id == viewer_id, Request.to_id == viewer_id)
    query = _requests(viewer_id).where(mine, Request.answered_at.is_(None)).order_by(Request.expires_at).limit(limit)
    return await _shown_requests(session, viewer_id, query)


async def shared(session: AsyncSession, viewer_id: str, fair_id: str, *, limit: int = 100) -> list[RequestShown]:
    """The open requests that the viewer's team at a fair shares, those that expire first at the top."""
    ours = Request.fair_id == fair_id, Request.answered_at.is_(None), Request.from_id != viewer_id, shares(viewer_id)
    query = _requests(viewer_id).where(*ours).order_by(Request.expires_at).limit(limit)
    return await _shown_requests(session, viewer_id, query)


async def lately_shared(
    session: AsyncSession, viewer_id: str, fair_id: str, since: datetime, *, limit: int = 10
) -> list[RequestShown]:
    """What the viewer's team was asked at a fair and was answered after a moment, the latest first."""
    ours = Request.fair_id == fair_id, Request.answered_at > since, Request.from_id != viewer_id, shares(viewer_id)
    query = _requests(viewer_id).where(*ours).order_by(Request.answered_at.desc(), Request.id).limit(limit)
    return await _shown_requests(session, viewer_id, query)


async def request(session: AsyncSession, viewer_id: str, request_id: str) -> RequestShown | None:
    """A request, for one of the two, and for the team that shares it."""
    mine = or_(Request.from_id == viewer_id, Request.to_id == viewer_id, shares(viewer_id))
    found = await _shown_requests(session, viewer_id, _requests(viewer_id).where(Request.id == request_id, mine))
    return found[0] if found else None


async def on_the_table(session: AsyncSession, viewer_id: str, fair_id: str, *, but: str = "") -> dict[str, str]:
    """With whom a time is on the table in somebody's own open requests at a fair, apart from one, by the slot's id: a
    soft hold, which they alone see and which keeps nobody from anything. One query."""
    mine = or_(Request.from_id == viewer_id, Request.to_id == viewer_id)
    query = (
        select(Proposal.slot_id, Person.name)
        .join(Request, Request.id == Proposal.request_id)
        .join(Person, _the_other_one(viewer_id))
        .where(Request.fair_id == fair_id, Request.answered_at.is_(None), mine, Request.id != but)
        .order_by(Person.name, Person.id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for slot_id, name in await session.execute(query):
        found[slot_id].append(name)
    return {slot_id: _few(names) for slot_id, names in found.items()}


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" +{len(names) - most}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


async def meeting_of(session: AsyncSession, viewer_id: str, request_id: str) -> str | None:
    """The id of the meeting that came of a request, if one takes part in it."""
    query = select(Meeting.id).join(Seat, Seat.meeting_id == Meeting.id)
    return await session.scalar(query.where(Meeting.request_id == request_id, Seat.person_id == viewer_id).limit(1))


async def seated(session: AsyncSession, meeting_id: str) -> Sequence[str]:
    """The ids of who takes part in a meeting."""
    return (await session.scalars(select(Seat.person_id).where(Seat.meeting_id == meeting_id))).all()


async def people_of(session: AsyncSession, meeting_ids: Collection[str]) -> dict[str, list[Who]]:
    """Who takes part in these meetings, by meeting. One query."""
    query = (
        select(Seat.meeting_id, *_WHO)
        .join(Person, Person.id == Seat.person_id)
        .where(Seat.meeting_id.in_(meeting_ids))
        .order_by(Seat.since, Person.name, Person.id)
    )
    found: dict[str, list[Who]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.meeting_id].append(_who(row))
    return found


async def who(session: AsyncSession, person_id: str) -> Who:
    """Somebody, with what a brief needs. Raises NoResultFound."""
    return _who((await session.execute(select(*_WHO).where(Person.id == person_id))).one())


async def those(session: AsyncSession, person_ids: Collection[str]) -> list[Who]:
    """The same of several people, by their ids; those not who are gone. One query."""
    return [
        _who(row) for row in await session.execute(select(*_WHO).where(Person.id.in_(person_ids)).order_by(Person.id))
    ]


async def _meetings(
    session: AsyncSession, viewer_id: str, *where: ColumnElement[bool], limit: int = 1, by: Order = Meeting.starts_at
) -> list[MeetingShown]:
    query = _SHOWN.where(Seat.person_id == viewer_id, *where).order_by(by, Meeting.id).limit(limit)
    rows = (await session.execute(query)).all()
    ids = [row.Meeting.id for row in rows]
    people, given = await people_of(session, ids), await seats_given(session, ids)
    return [_meeting(row, viewer_id, people[row.Meeting.id], given[row.Meeting.id]) for row in rows]


async def seats_given(
    session: AsyncSession, meeting_ids: Collection[str]
) -> dict[str, list[tuple[str | None, str | None]]]:
    """From whom to whom seats of these meetings went, by meeting and in this order. One query."""
    query = (
        select(Substitution.meeting_id, Substitution.from_id, Substitution.to_id)
        .where(Substitution.meeting_id.in_(meeting_ids))
        .order_by(Substitution.sequence)
    )
    found: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
    for meeting_id, from_id, to_id in await session.execute(query):
        found[meeting_id].append((from_id, to_id))
    return found


# A row for each participant, who is the one that sees it.
_SHOWN = (
    select(Meeting, Fair, Outcome.verdict, Request.from_id, Seat.person_id.label("viewer_id"))
    .join(Seat, Seat.meeting_id == Meeting.id)
    .join(Fair, Fair.id == Meeting.fair_id)
    .outerjoin(Request, Request.id == Meeting.request_id)
    .outerjoin(Outcome, (Outcome.meeting_id == Meeting.id) & (Outcome.person_id == Seat.person_id))
)


def _meeting(
    row: Row[*tuple[Any, ...]], viewer_id: str, people: Sequence[Who], given: Sequence[tuple[str | None, str | None]]
) -> MeetingShown:
    one: Meeting = row.Meeting
    return MeetingShown(
        id=one.id,
        fair_name=row.Fair.name,
        fair_slug=row.Fair.slug,
        fair_zone=row.Fair.time_zone,
        starts_at=one.starts_at,
        ends_at=one.extended_until or one.ends_at,
        slot_id=one.slot_id,
        ask=one.ask,
        offer=one.offer,
        sequence=one.sequence,
        cancelled_at=one.cancelled_at,
        cancelled_by_id=one.cancelled_by_id,
        cancel_reason=one.cancel_reason,
        others=[each for each in people if each.id != viewer_id],
        asked_by_me=rules.seat_now(row.from_id or one.made_by_id, given) == viewer_id,
        has_outcome=row.verdict is not None,
    )


def _the_other_one(viewer_id: str) -> ColumnElement[bool]:
    return Person.id == case((Request.from_id == viewer_id, Request.to_id), else_=Request.from_id)


def _requests(viewer_id: str) -> Select[*tuple[Any, ...]]:
    holder = aliased(Person)
    columns = (
        Request,
        Fair.name.label("fair_name"),
        Fair.slug,
        Fair.time_zone.label("fair_zone"),
        holder.name.label("holder"),
        Organisation.name.label("team"),
        Routing,
    )
    return (
        select(*columns, *_WHO)
        .join(Fair, Fair.id == Request.fair_id)
        .join(Person, _the_other_one(viewer_id))
        .join(holder, holder.id == Request.to_id)
        .outerjoin(Organisation, Organisation.id == Request.organisation_id)
        .outerjoin(Routing, (Routing.request_id == Request.id) & (Routing.to_id == viewer_id))
    )


async def _shown_requests(session: AsyncSession, viewer_id: str, query: Select[*tuple[Any, ...]]) -> list[RequestShown]:
    rows = (await session.execute(query)).all()
    ids = [row.Request.id for row in rows]
    slots: dict[str, list[Slot]] = defaultdict(list)
    table = select(Proposal.request_id, Slot).join(Slot, Slot.id == Proposal.slot_id)
    for found in await session.execute(table.where(Proposal.request_id.in_(ids)).order_by(Slot.starts_at)):
        slots[found.request_id].append(found.Slot)
    passed: dict[str, str] = {}
    handed = select(Handover.request_id, Person.name).join(Person, Person.id == Handover.from_id)
    for request_id, name in await session.execute(handed.where(Handover.request_id.in_(ids)).order_by(Handover.at)):
        passed[request_id] = name
    return [_request(row, viewer_id, slots[row.Request.id], passed.get(row.Request.id, "")) for row in rows]


def _request(row: Row[*tuple[Any, ...]], viewer_id: str, slots: Sequence[Slot], passed_by: str) -> RequestShown:
    one: Request = row.Request
    return RequestShown(
        id=one.id,
        fair_name=row.fair_name,
        fair_slug=row.slug,
        fair_zone=row.fair_zone,
        mine=one.from_id == viewer_id,
        my_turn=one.turn_id == viewer_id and one.answered_at is None,
        other=_who(row),
        passed_by=passed_by,
        holder_id=one.to_id,
        holder=row.holder,
        team=row.team or "",
        routing=row.Routing if one.to_id == viewer_id else None,
        ask=one.ask,
        offer=one.offer,
        any_slot=one.any_slot,
        slots=slots,
        countered=one.turn_id == one.from_id,
        sent_at=one.sent_at,
        moved_at=one.moved_at,
        expires_at=one.expires_at,
        answer=one.answer,
        answered_at=one.answered_at,
        reason=one.reason,
    )


def _who(row: Row[*tuple[Any, ...]]) -> Who:
    photo = photo_url(row.photo_small) or ""
    return Who(row.id, row.name, photo, row.organisation, row.position, row.time_zone, row.seeks, row.offers)
