"""Who may read which channel, and what they may do there: one query for as many askings as there are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from chat.model import DIRECT, Channel, ChannelMember, Introduction, Mute, ReadMark
from chat.queries import AUTHOR_COLUMNS, author_of
from chat.rules import Rights
from chat.shown import Author
from fairs.cards import SEPARATOR, not_banned, roles_column
from fairs.model import Membership
from fairs.rules import is_staff
from people.model import Person
from rooms.model import LOBBY, Room, is_open
from server.kernel.asked import asked
from server.kernel.tables import UtcDateTime
from signaling.removing import standing_removal

Pair = tuple[str, str]  # person id, channel id


@dataclass(frozen=True)
class Standing:
    """Somebody in a channel that they can read. The live line holds it per connection, so that a send asks nothing."""

    channel_id: str
    me: Author
    rights: Rights
    roles: frozenset[str]  # in the channel's fair; empty for a conversation
    fair_id: str | None
    partner_id: str | None
    room_id: str | None = None  # the room that the channel belongs to; None for a conversation


async def standings(session: AsyncSession, pairs: Collection[Pair], now: datetime) -> dict[Pair, Standing]:
    """Where these people stand in these channels. Who is missing in the answer cannot read the channel."""
    found = await session.execute(_STANDINGS, {"asked": pairs, "now": now}) if pairs else ()
    return {(row.person_id, row.channel_id): _standing(row) for row in found}


async def standing(session: AsyncSession, person_id: str, channel_id: str, now: datetime) -> Standing | None:
    """Where somebody stands in a channel; None when they cannot read it."""
    return (await standings(session, [(person_id, channel_id)], now)).get((person_id, channel_id))


def mute_in_force(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition that a mute counts at a moment."""
    return and_(Mute.lifted_at.is_(None), or_(Mute.until.is_(None), Mute.until > now))


def shut_out(person_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that somebody was removed from the call of the room whose channel it is: text belongs to it."""
    return standing_removal(Room.id, person_id).correlate(Room, Person, ReadMark).exists()


def _share_a_fair(other: type[ChannelMember]) -> ColumnElement[bool]:
    mine, theirs = aliased(Membership), aliased(Membership)
    return (
        select(literal(1))
        .select_from(mine)
        .join(theirs, theirs.fair_id == mine.fair_id)
        .where(mine.person_id == Person.id, theirs.person_id == other.person_id, not_banned(mine), not_banned(theirs))
        .correlate(Person, other)
        .exists()
    )


def _introduced() -> ColumnElement[bool]:
    return select(literal(1)).where(Introduction.channel_id == Channel.id).correlate(Channel).exists()


def _standings() -> Select[*tuple[Any, ...]]:
    pairs = asked("person_id", "channel_id")
    mine, other, partner = aliased(ChannelMember), aliased(ChannelMember), aliased(Person)
    now = bindparam("now", type_=UtcDateTime)
    in_fair = and_(Membership.fair_id == Room.fair_id, Membership.person_id == Person.id, not_banned())
    lobby, lobbys = aliased(Room), aliased(Channel)
    # Whoever may not write in the lobby may not do it in the fair's other rooms either.
    muted_in = or_(Mute.channel_id == Channel.id, Mute.channel_id == lobbys.id)
    return (
        select(
            Channel.id.label("channel_id"),
            Channel.kind,
            Room.fair_id,
            Channel.room_id,
            *AUTHOR_COLUMNS,
            roles_column().label("roles"),
            func.count(Mute.id).label("mutes"),
            func.count(Mute.id).filter(Mute.until.is_(None)).label("mutes_for_good"),
            func.max(Mute.until).label("muted_until"),
            other.person_id.label("partner_id"),
            or_(partner.erased_at.is_not(None), and_(~_share_a_fair(other), ~_introduced())).label("apart"),
        )
        .select_from(pairs)
        .join(Person, Person.id == pairs.c.person_id)
        .join(Channel, Channel.id == pairs.c.channel_id)
        .outerjoin(Room, Room.id == Channel.room_id)
        .outerjoin(Membership, in_fair)
        .outerjoin(mine, and_(mine.channel_id == Channel.id, mine.person_id == Person.id))
        .outerjoin(other, and_(other.channel_id == Channel.id, other.person_id != Person.id))
        .outerjoin(partner, partner.id == other.person_id)
        .outerjoin(lobby, and_(lobby.fair_id == Room.fair_id, lobby.kind == LOBBY))
        .outerjoin(lobbys, lobbys.room_id == lobby.id)
        .outerjoin(Mute, and_(Mute.person_id == Person.id, muted_in, mute_in_force(now)))
        .where(Person.erased_at.is_(None))
        .where(or_(and_(Membership.role.is_not(None), ~shut_out(Person.id), is_open()), mine.person_id.is_not(None)))
        .group_by(Channel.id, Room.fair_id, Person.id, other.person_id, partner.erased_at)
    )


# Built once: with its many tables that costs several times what running it does.
_STANDINGS = _standings()


def _standing(row: Row[*tuple[Any, ...]]) -> Standing:
    direct = row.kind == DIRECT
    roles = frozenset(row.roles.split(SEPARATOR)) if row.roles else frozenset()
    rights = Rights(
        kind=row.kind,
        moderate=is_staff(roles),
        muted=row.mutes > 0,
        muted_until=None if row.mutes_for_good else row.muted_until,
        closed=direct and bool(row.apart),
    )
    partner_id = row.partner_id if direct else None
    return Standing(row.channel_id, author_of(row), rights, roles, row.fair_id, partner_id, row.room_id)
