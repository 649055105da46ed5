"""Everything that is read of visiting cards: for their owner, or for the people of the organisation that has them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from booths.cards.model import CardAssessment, CardNote, VisitingCard
from booths.cards.rules import OPEN
from booths.model import Stand
from directory.organisations.model import Member, Organisation
from directory.organisations.queries import present
from fairs.cards import not_banned
from fairs.model import Fair, Membership
from fairs.rules import BASE_ROLE
from people.model import Person
from rooms.model import Room, is_open


@dataclass(frozen=True)
class Left:
    """A card as its owner sees it. `slug` is the organisation's, empty where its page is no more; `form` the page on
    which the card is changed, empty where the stand is not there, or not theirs to visit."""

    card: VisitingCard
    organisation: str
    slug: str
    fair: str
    fair_zone: str
    form: str


@dataclass(frozen=True)
class Guest:
    """`own`: they belong to the organisation, and get its cards. `left_at`: when they left theirs."""

    own: bool
    left_at: datetime | None


@dataclass(frozen=True)
class Filter:
    """Which cards of an organisation: of one fair (empty: all), of one assessment (empty: all; rules.OPEN: of none)."""

    fair_id: str = ""
    assessment: str = ""


@dataclass(frozen=True)
class Kept:
    """A card as the people of the organisation see it, with what they made of it."""

    card: VisitingCard
    stand: str
    fair: str
    fair_zone: str
    assessment: str
    note: str
    note_by: str  # empty: erased
    note_at: datetime | None


@dataclass(frozen=True)
class FairCount:
    """A fair at which an organisation got cards, and how many."""

    id: str
    slug: str
    name: str
    number: int


def is_there() -> ColumnElement[bool]:
    """The condition that whose card it is, was not erased: it is deleted in a moment, and shown to nobody till then."""
    return exists().where(Person.id == VisitingCard.person_id, Person.erased_at.is_(None))


async def of_guest(
    session: AsyncSession, fair_id: str, organisation_id: str, person_id: str, *, held: bool = True
) -> VisitingCard | None:
    """The card that somebody left with an organisation at a fair; `held` until the commit."""
    same = VisitingCard.fair_id == fair_id, VisitingCard.organisation_id == organisation_id
    query = select(VisitingCard).where(*same, VisitingCard.person_id == person_id)
    if held:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def guest_at(session: AsyncSession, fair_id: str, organisation_id: str, person_id: str) -> Guest:
    """Where somebody in a fair stands to an organisation's cards. One query."""
    ours = Member.organisation_id == organisation_id, Member.person_id == person_id
    mine = VisitingCard.fair_id == fair_id, VisitingCard.organisation_id == organisation_id
    left = select(VisitingCard.left_at).where(*mine, VisitingCard.person_id == person_id).scalar_subquery()
    own, left_at = (await session.execute(select(exists().where(*ours), left))).one()
    return Guest(own, left_at)


async def count_of_guest(session: AsyncSession, fair_id: str, person_id: str) -> int:
    """How many cards somebody has left at a fair."""
    mine = VisitingCard.fair_id == fair_id, VisitingCard.person_id == person_id
    return await session.scalar(select(func.count()).select_from(VisitingCard).where(*mine)) or 0


async def by_guest(
    session: AsyncSession, person_id: str, *, before: str | None = None, limit: int | None = None
) -> list[Left]:
    """Somebody's cards, the latest first; older than the one of this id. One query."""
    query = (
        select(
            VisitingCard,
            Organisation.name.label("organisation"),
            Organisation.slug,
            present().label("present"),
            Fair.name.label("fair"),
            Fair.slug.label("fair_slug"),
            Fair.time_zone,
            Room.slug.label("room_slug"),
            _open_for(person_id).label("open"),
        )
        .join(Organisation, Organisation.id == VisitingCard.organisation_id)
        .join(Fair, Fair.id == VisitingCard.fair_id)
        .join(Room, Room.id == VisitingCard.room_id)
        .where(VisitingCard.person_id == person_id)
    )
    return [_left(row) for row in await session.execute(_page(query, before, limit))]


async def at_organisation(
    session: AsyncSession, organisation_id: str, which: Filter, *, before: str | None = None, limit: int
) -> list[Kept]:
    """The cards of an organisation, for its people: the latest first; older than the one of this id. One query."""
    return [_kept(row) for row in await session.execute(_page(_of_organisation(organisation_id, which), before, limit))]


async def one_at_organisation(session: AsyncSession, organisation_id: str, card_id: str) -> Kept | None:
    """One of them."""
    one = _of_organisation(organisation_id, Filter()).where(VisitingCard.id == card_id)
    row = (await session.execute(one)).one_or_none()
    return _kept(row) if row else None


async def fairs_with_cards(session: AsyncSession, organisation_id: str) -> list[FairCount]:
    """The fairs at which an organisation got cards, the latest first. One query."""
    query = (
        select(Fair.id, Fair.slug, Fair.name, func.count())
        .join(VisitingCard, VisitingCard.fair_id == Fair.id)
        .where(VisitingCard.organisation_id == organisation_id, is_there())
        .group_by(Fair.id, Fair.slug, Fair.name, Fair.starts_on)
        .order_by(Fair.starts_on.desc(), Fair.id)
    )
    return [FairCount(*row) for row in await session.execute(query)]


async def assessed(session: AsyncSession, organisation_id: str, fair_id: str) -> dict[str, int]:
    """How many cards of an organisation, at one fair or (empty) at all, have which assessment (rules.OPEN: none)."""
    query = select(CardAssessment.kind, func.count()).select_from(VisitingCard)
    query = query.outerjoin(CardAssessment, CardAssessment.card_id == VisitingCard.id)
    query = query.where(*_which(organisation_id, fair_id)).group_by(CardAssessment.kind)
    return {kind or OPEN: number for kind, number in await session.execute(query)}


async def moments(session: AsyncSession, organisation_id: str, fair_id: str) -> Sequence[datetime]:
    """When each card of an organisation was left at a fair."""
    return (await session.scalars(select(VisitingCard.left_at).where(*_which(organisation_id, fair_id)))).all()


async def number_between(session: AsyncSession, organisation_id: str, first: str, end: str) -> tuple[int, str]:
    """How many cards were left with an organisation, from one on to before another one; and who left one of them."""
    query = select(func.count(), func.min(VisitingCard.name)).where(*_which(organisation_id, ""))
    row = (await session.execute(query.where(VisitingCard.id >= first, VisitingCard.id < end))).one()
    return row[0], row[1] or ""


async def at_fairs(
    session: AsyncSession, organisation_id: str, fair_ids: Collection[str], person_id: str
) -> dict[str, str]:
    """At which of these fairs somebody can leave a card with an organisation: those they are in, by id, with the id of
    the card that they left there (empty: none). One query, and one more where there is such a fair."""
    inside = Membership.person_id == person_id, Membership.role == BASE_ROLE, Membership.fair_id.in_(fair_ids)
    found = (await session.scalars(select(Membership.fair_id).where(*inside, not_banned()))).all() if fair_ids else []
    if not found:
        return {}
    mine = VisitingCard.organisation_id == organisation_id, VisitingCard.person_id == person_id
    left = select(VisitingCard.fair_id, VisitingCard.id).where(*mine, VisitingCard.fair_id.in_(found))
    return dict.fromkeys(found, "") | {fair_id: card_id for fair_id, card_id in await session.execute(left)}


def _open_for(person_id: str) -> ColumnElement[bool]:
    """The condition that a card can be changed by its owner: the stand is still there, and they are in the fair."""
    inside = Membership.fair_id == VisitingCard.fair_id, Membership.person_id == person_id
    ours = Member.organisation_id == VisitingCard.organisation_id, Member.person_id == person_id
    stand = Stand.room_id == VisitingCard.room_id, Stand.organisation_id == VisitingCard.organisation_id
    return (
        exists().where(*stand)
        & exists().where(*inside, Membership.role == BASE_ROLE, not_banned())
        & ~exists().where(*ours)
        & is_open()
        & present()
    )


def _of_organisation(organisation_id: str, which: Filter) -> Select[*tuple[Any, ...]]:
    writer = aliased(Person)
    query = (
        select(
            VisitingCard,
            Room.name.label("stand"),
            Fair.name.label("fair"),
            Fair.time_zone,
            CardAssessment.kind,
            CardNote.text,
            CardNote.at,
            writer.name.label("note_by"),
        )
        .join(Room, Room.id == VisitingCard.room_id)
        .join(Fair, Fair.id == VisitingCard.fair_id)
        .outerjoin(CardAssessment, CardAssessment.card_id == VisitingCard.id)
        .outerjoin(CardNote, CardNote.card_id == VisitingCard.id)
        .outerjoin(writer, writer.id == CardNote.by_id)
        .where(*_which(organisation_id, which.fair_id))
    )
    if which.assessment == OPEN:
        return query.where(CardAssessment.card_id.is_(None))
    return query.where(CardAssessment.kind == which.assessment) if which.assessment else query


def _which(organisation_id: str, fair_id: str) -> list[ColumnElement[bool]]:
    at_fair = [VisitingCard.fair_id == fair_id] if fair_id else []
    return [VisitingCard.organisation_id == organisation_id, is_there(), *at_fair]


def _page(query: Select[*tuple[Any, ...]], before: str | None, limit: int | None) -> Select[*tuple[Any, ...]]:
    query = query.where(VisitingCard.id < before) if before else query
    return query.order_by(VisitingCard.id.desc()).limit(limit)


def _left(row: Row[*tuple[Any, ...]]) -> Left:
    form = f"/fairs/{row.fair_slug}/rooms/{row.room_slug}/card" if row.open else ""
    slug = row.slug if row.present else ""
    return Left(row.VisitingCard, row.organisation, slug, row.fair, row.time_zone, form)


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    more = row.kind or "", row.text or "", row.note_by or "", row.at
    return Kept(row.VisitingCard, row.stand, row.fair, row.time_zone, *more)
