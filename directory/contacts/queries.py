"""Everything that is read about requests for contact: each select for organisations of the viewer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.contacts import rules
from directory.contacts.model import ContactReply, ContactRequest
from directory.contacts.rules import Budget, ResponseRate, Sent
from directory.organisations.model import Organisation
from people.model import Person

# Requests on a page.
LISTED_MOST = 200


@dataclass(frozen=True)
class Party:
    """An organisation on one side of a request."""

    id: str
    name: str
    slug: str
    logo_small: str | None
    country: str
    kind: str


@dataclass(frozen=True)
class Request:
    """A request as one of its sides sees it. `partner_id` is the other person, once both are to talk."""

    id: str
    mine: bool  # sent by an organisation of the viewer
    sender: Party
    receiver: Party
    asks: str
    offers: str
    at: datetime
    person: str  # who asked
    answer: str  # how it was answered: one of rules.STATES; empty: nobody has
    reason: str
    text: str
    partner_id: str | None

    @property
    def other(self) -> Party:
        """The other side."""
        return self.receiver if self.mine else self.sender

    def state(self, now: datetime) -> str:
        """How it stands: one of rules.STATES."""
        return self.answer or (rules.EXPIRED if rules.is_over(self.at, now) else rules.WAITING)


_FROM, _TO = aliased(Organisation), aliased(Organisation)


async def listed(
    session: AsyncSession,
    viewer_id: str,
    organisation_ids: Collection[str],
    now: datetime,
    *,
    sent: bool,
    after: int = 0,
    limit: int = LISTED_MOST,
) -> list[Request]:
    """The requests that these organisations of the viewer have sent, or received: waiting ones first, then by time;
    `after` so many."""
    side = ContactRequest.from_id if sent else ContactRequest.to_id
    query = _query(organisation_ids).where(side.in_(organisation_ids))
    waits = and_(_unanswered(), ContactRequest.at > now - rules.EXPIRES_AFTER)
    query = query.order_by(waits.desc(), ContactRequest.at.desc(), ContactRequest.id)
    query = query.offset(after).limit(limit)
    rows = await session.execute(query) if organisation_ids else ()
    return [_one(row, viewer_id, organisation_ids) for row in rows]


async def request(
    session: AsyncSession, viewer_id: str, organisation_ids: Collection[str], request_id: str
) -> Request | None:
    """A request of one of these organisations of the viewer."""
    row = (await session.execute(_query(organisation_ids).where(ContactRequest.id == request_id))).first()
    return _one(row, viewer_id, organisation_ids) if row else None


async def budget(session: AsyncSession, organisation_id: str, now: datetime) -> Budget:
    """What one's own organisation can send now."""
    return rules.budget(await _sent(session, ContactRequest.from_id == organisation_id, now), now)


async def last_sent(session: AsyncSession, from_id: str, to_id: str) -> Sent | None:
    """The last request from one organisation to another."""
    query = _spent().where(ContactRequest.from_id == from_id, ContactRequest.to_id == to_id)
    row = (await session.execute(query.order_by(ContactRequest.at.desc()).limit(1))).first()
    return Sent(row.at, row.kind or rules.WAITING, row.answered_at) if row else None


async def waiting_count(session: AsyncSession, organisation_ids: Collection[str], now: datetime) -> int:
    """How many requests wait for an answer of these organisations of the viewer."""
    if not organisation_ids:
        return 0
    query = select(func.count()).select_from(ContactRequest).outerjoin(ContactReply)
    young = ContactRequest.at > now - rules.EXPIRES_AFTER
    return await session.scalar(query.where(ContactRequest.to_id.in_(organisation_ids), young, _unanswered())) or 0


async def response_rates(
    session: AsyncSession, organisation_ids: Collection[str], now: datetime
) -> Mapping[str, ResponseRate]:
    """How these organisations answer requests for contact, by id; who was asked too seldom is missing. One query, and
    the same for every viewer: it is shown to everybody."""
    since, grace = now - rules.RATE_OVER, now - rules.RATE_GRACE
    answered = func.count(ContactReply.request_id)
    counted = or_(ContactReply.request_id.is_not(None), ContactRequest.at <= grace)
    query = (
        select(
            ContactRequest.to_id,
            func.count(ContactRequest.id).label("asked"),
            answered.label("answered"),
            func.avg(ContactReply.after_seconds).label("seconds"),
        )
        .outerjoin(ContactReply)
        .where(ContactRequest.to_id.in_(organisation_ids), ContactRequest.at > since, counted)
        .group_by(ContactRequest.to_id)
    )
    rows = await session.execute(query) if organisation_ids else ()
    rates = {row.to_id: ResponseRate(row.asked, row.answered, float(row.seconds or 0) / 3600) for row in rows}
    return {id_: rate for id_, rate in rates.items() if rate.telling}


def _unanswered() -> Any:
    return ContactReply.request_id.is_(None)


def _spent() -> Select[*tuple[Any, ...]]:
    columns = ContactRequest.at, ContactReply.kind, ContactReply.at.label("answered_at")
    return select(*columns).select_from(ContactRequest).outerjoin(ContactReply)


async def _sent(session: AsyncSession, of: Any, now: datetime) -> list[Sent]:
    """The requests that a budget depends on: young ones, those that wait, and those that still cost."""
    recent = ContactRequest.at > now - rules.EXPIRES_AFTER
    costly = and_(ContactReply.kind == rules.NOT_RELEVANT, ContactReply.at > now - rules.PENALTY_FOR)
    rows = await session.execute(_spent().where(of, or_(recent, costly)))
    return [Sent(row.at, row.kind or rules.WAITING, row.answered_at) for row in rows]


def _query(organisation_ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Requests in which one of these organisations is a side."""
    sides = or_(ContactRequest.from_id.in_(organisation_ids), ContactRequest.to_id.in_(organisation_ids))
    parts = ("id", "name", "slug", "logo_small", "country", "kind")
    return (
        select(
            ContactRequest,
            ContactReply.kind,
            ContactReply.reason,
            ContactReply.text,
            ContactReply.by_id,
            Person.name.label("person"),
            *(getattr(_FROM, part).label(f"from_{part}") for part in parts),
            *(getattr(_TO, part).label(f"to_{part}") for part in parts),
        )
        .outerjoin(ContactReply, ContactReply.request_id == ContactRequest.id)
        .join(_FROM, _FROM.id == ContactRequest.from_id)
        .join(_TO, _TO.id == ContactRequest.to_id)
        .join(Person, Person.id == ContactRequest.person_id)
        .where(sides)
    )


def _one(row: Row[*tuple[Any, ...]], viewer_id: str, organisation_ids: Collection[str]) -> Request:
    asked: ContactRequest = row.ContactRequest
    pair = (asked.person_id, row.by_id) if row.kind == rules.ACCEPTED else (None, None)
    partner = next((other for one, other in (pair, pair[::-1]) if one == viewer_id), None)
    return Request(
        id=asked.id,
        mine=asked.from_id in organisation_ids,
        sender=_party(row, "from"),
        receiver=_party(row, "to"),
        asks=asked.asks,
        offers=asked.offers,
        at=asked.at,
        person=row.person,
        answer=row.kind or "",
        reason=row.reason or "",
        text=row.text or "",
        partner_id=partner,
    )


def _party(row: Row[*tuple[Any, ...]], prefix: str) -> Party:
    parts = ("id", "name", "slug", "logo_small", "country", "kind")
    return Party(*(getattr(row, f"{prefix}_{part}") for part in parts))
