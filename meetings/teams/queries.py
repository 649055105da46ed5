"""What is read about teams. A sharing counts as long as the person belongs to the organisation, and is at the fair."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.organisations.model import Member, Organisation
from directory.organisations.queries import present
from fairs.cards import not_banned
from fairs.model import Fair, Membership
from fairs.rules import BASE_ROLE
from meetings.model import Meeting, Plan, Request, Retreat, Seat
from meetings.queries import retreats
from meetings.teams.model import TEAM_MOST, Sharing
from people.model import Person


@dataclass(frozen=True)
class Mate:
    """One of a team."""

    id: str
    name: str
    position: str
    photo_small: str | None
    languages: Sequence[str]
    topics: str
    seeks: str
    offers: str

    @property
    def text(self) -> str:
        """Everything that says what they know."""
        return f"{self.topics} {self.seeks} {self.offers}"


@dataclass(frozen=True)
class Team:
    """Those of an organisation who share the requests of a fair, by name."""

    organisation_id: str
    name: str
    mates: Sequence[Mate]

    @property
    def ids(self) -> list[str]:
        """Who they are."""
        return [each.id for each in self.mates]


@dataclass(frozen=True)
class TeamAt:
    """A team in the list of a fair's teams."""

    organisation_id: str
    name: str
    mates: int


# The sharings that count.
_VALID = (
    select(Sharing.fair_id, Sharing.person_id, Sharing.organisation_id, Sharing.topics)
    .join(Member, and_(Member.organisation_id == Sharing.organisation_id, Member.person_id == Sharing.person_id))
    .join(Organisation, Organisation.id == Sharing.organisation_id)
    .join(Membership, and_(Membership.fair_id == Sharing.fair_id, Membership.person_id == Sharing.person_id))
    .where(Membership.role == BASE_ROLE, not_banned(), present())
    .subquery()
)


def shares(viewer_id: str) -> ColumnElement[bool]:
    """The condition that a request belongs to a team of the viewer's."""
    return exists().where(
        _VALID.c.person_id == viewer_id,
        _VALID.c.fair_id == Request.fair_id,
        _VALID.c.organisation_id == Request.organisation_id,
    )


async def sharing_request(session: AsyncSession, request_id: str) -> Sequence[str]:
    """The ids of those whose team shares a request. One query."""
    query = select(_VALID.c.person_id).join(
        Request, and_(Request.fair_id == _VALID.c.fair_id, Request.organisation_id == _VALID.c.organisation_id)
    )
    return (await session.scalars(query.where(Request.id == request_id).limit(TEAM_MOST))).all()


async def to_ask(session: AsyncSession, viewer_id: str, organisation_id: str) -> str:
    """The slug of the latest fair at which somebody can ask an organisation's team for a meeting; empty for none. Who
    shares there themselves does not."""
    mine = aliased(Membership)
    query = (
        select(Fair.slug)
        .join(Plan, Plan.fair_id == Fair.id)
        .join(mine, and_(mine.fair_id == Fair.id, mine.person_id == viewer_id, mine.role == BASE_ROLE))
        .join(_VALID, and_(_VALID.c.fair_id == Fair.id, _VALID.c.organisation_id == organisation_id))
        .where(not_banned(mine), Fair.id.not_in(select(_VALID.c.fair_id).where(_VALID.c.person_id == viewer_id,
               _VALID.c.organisation_id == organisation_id)))
        .where(~exists().where(Retreat.fair_id == Fair.id, Retreat.person_id == _VALID.c.person_id,
                               Retreat.ended_at.is_(None)))
        .order_by(Fair.starts_on.desc())
        .limit(1)
    )  # fmt: skip
    return await session.scalar(query) or ""


async def own_sharing(session: AsyncSession, fair_id: str, person_id: str) -> Sharing | None:
    """What somebody shares at a fair."""
    found = await session.get(Sharing, (fair_id, person_id))
    return found if found is not None and await organisation_of(session, fair_id, person_id) else None


async def organisation_of(session: AsyncSession, fair_id: str, person_id: str) -> str:
    """The id of the organisation with whose team somebody shares at a fair; empty for none."""
    query = select(_VALID.c.organisation_id).where(_VALID.c.fair_id == fair_id, _VALID.c.person_id == person_id)
    return await session.scalar(query) or ""


async def in_one_team(
    session: AsyncSession, fair_id: str, person_ids: Collection[str], organisation_id: str = ""
) -> bool:
    """Whether these people share with one another, as the team of this organisation where one is given."""
    query = select(_VALID.c.organisation_id).where(_VALID.c.fair_id == fair_id, _VALID.c.person_id.in_(person_ids))
    found = (await session.scalars(query)).all()
    return len(found) == len(set(person_ids)) and len({*found, organisation_id} - {""}) == 1


def mates_of(fair_id: str, person_id: str) -> Select[str]:
    """The ids of those with whom somebody shares at a fair, their own among them."""
    mine = select(_VALID.c.organisation_id).where(_VALID.c.fair_id == fair_id, _VALID.c.person_id == person_id)
    return select(_VALID.c.person_id).where(_VALID.c.fair_id == fair_id, _VALID.c.organisation_id.in_(mine))


async def team(session: AsyncSession, fair_id: str, organisation_id: str) -> Team | None:
    """An organisation's team at a fair, those who take no meetings left out; None where nobody is in it."""
    name = await session.scalar(select(Organisation.name).where(Organisation.id == organisation_id))
    query = (
        select(
            Person.id, Person.name, Person.position, Person.photo_small, Person.languages, _VALID.c.topics,
            Person.seeks, Person.offers,
        )
        .join(_VALID, _VALID.c.person_id == Person.id)
        .where(_VALID.c.fair_id == fair_id, _VALID.c.organisation_id == organisation_id, Person.erased_at.is_(None))
        .where(~retreats(fair_id, Person.id))
        .order_by(func.lower(Person.name), Person.id)
        .limit(TEAM_MOST)
    )  # fmt: skip
    mates = [Mate(*row) for row in await session.execute(query)]
    return Team(organisation_id, name or "", mates) if mates else None


async def sharers(session: AsyncSession, fair_id: str, organisation_id: str, *, but: str) -> int:
    """How many share the requests of a fair as one team apart from somebody; those who take no meetings as well, since
    they may again."""
    ours = _VALID.c.fair_id == fair_id, _VALID.c.organisation_id == organisation_id, _VALID.c.person_id != but
    return await session.scalar(select(func.count()).select_from(_VALID).where(*ours)) or 0


async def team_of(session: AsyncSession, fair_id: str, person_id: str) -> Team | None:
    """The team with which somebody shares at a fair."""
    organisation_id = await organisation_of(session, fair_id, person_id)
    return await team(session, fair_id, organisation_id) if organisation_id else None


async def teams_at(session: AsyncSession, fair_id: str, limit: int = 200) -> list[TeamAt]:
    """The teams of a fair that take meetings, by name."""
    query = (
        select(Organisation.id, Organisation.name, func.count())
        .join(_VALID, _VALID.c.organisation_id == Organisation.id)
        .where(_VALID.c.fair_id == fair_id, ~retreats(fair_id, _VALID.c.person_id))
        .group_by(Organisation.id, Organisation.name)
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(limit)
    )
    return [TeamAt(*row) for row in await session.execute(query)]


async def loads(session: AsyncSession, fair_id: str, person_ids: Collection[str], now: datetime) -> dict[str, int]:
    """How many requests of a fair wait for each of these people, and how many meetings they have ahead. Two queries."""
    counts = dict.fromkeys(person_ids, 0)
    waiting = select(Request.turn_id, func.count()).where(
        Request.fair_id == fair_id, Request.turn_id.in_(person_ids), Request.answered_at.is_(None)
    )
    ahead = (
        select(Seat.person_id, func.count())
        .join(Meeting, Meeting.id == Seat.meeting_id)
        .where(Meeting.fair_id == fair_id, Seat.person_id.in_(person_ids))
        .where(Meeting.cancelled_at.is_(None), Meeting.starts_at > now)
    )
    for query in (waiting.group_by(Request.turn_id), ahead.group_by(Seat.person_id)):
        for person_id, number in await session.execute(query):
            counts[person_id] += number
    return counts


async def open_with(session: AsyncSession, fair_id: str, from_id: str, organisation_id: str) -> str:
    """The id of the request by which somebody asks a team already; empty for none."""
    query = select(Request.id).where(
        Request.fair_id == fair_id,
        Request.from_id == from_id,
        Request.organisation_id == organisation_id,
        Request.answered_at.is_(None),
    )
    return await session.scalar(query.limit(1)) or ""


@dataclass(frozen=True)
class Held:
    """A meeting ahead in which one of a team sits."""

    meeting_id: str
    holder_id: str
    holder: str
    starts_at: datetime
    ends_at: datetime


async def held(session: AsyncSession, viewer_id: str, fair_id: str, now: datetime, limit: int = 200) -> list[Held]:
    """The meetings ahead of those with whom the viewer shares at a fair, by time; the viewer's own not among them."""
    mates = mates_of(fair_id, viewer_id)
    query = (
        select(Meeting.id, Person.id, Person.name, Meeting.starts_at, Meeting.ends_at)
        .join(Seat, Seat.meeting_id == Meeting.id)
        .join(Person, Person.id == Seat.person_id)
        .where(Meeting.fair_id == fair_id, Meeting.cancelled_at.is_(None), Meeting.starts_at > now)
        .where(Seat.person_id.in_(mates), Seat.person_id != viewer_id)
        .order_by(Meeting.starts_at, Meeting.id, Person.id)
        .limit(limit)
    )
    return [Held(*row) for row in await session.execute(query)]
