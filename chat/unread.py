"""What is unread: others' messages above one's mark that are not deleted. For all channels of a person in one query."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from chat.model import ROOM, Channel, ChannelMember, Mention, Message, ReadMark
from chat.queries import AUTHOR_COLUMNS, author_of
from chat.rules import COUNT_MOST
from chat.shown import UnreadIn
from chat.standing import shut_out
from fairs.cards import not_banned
from fairs.model import Fair, Membership
from people.model import Person
from rooms.model import LOBBY, Room, is_open
from server.kernel.asked import asked as keys_asked
from server.live import topics
from server.live.model import CounterRow

# More channels than somebody follows; a bound for what goes over the wire.
CHANNELS_MOST = 100


async def unread(session: AsyncSession, person_ids: Collection[str]) -> dict[str, list[UnreadIn]]:
    """For each of these people the channels in which something is unread. One query."""
    found: dict[str, list[UnreadIn]] = {each: [] for each in person_ids}
    for row in await session.execute(_UNREAD, {"people": list(found)}):
        if len(found[row.reader_id]) < CHANNELS_MOST:
            found[row.reader_id].append(_unread_in(row))
    return found


async def versions(session: AsyncSession, person_ids: Collection[str]) -> dict[str, int]:
    """A number per person that grows with everything that can change what is unread, on whichever worker it happens.

    Read it before `unread`: then a state never claims to be newer than it is.
    """
    rows = await session.execute(_VERSIONS, {"people": list(person_ids)})
    return {row.person_id: int(row.version) for row in rows}


async def unread_total(session: AsyncSession, person_id: str) -> int:
    """The number in the navigation."""
    return total((await unread(session, [person_id]))[person_id])


async def counted_for(session: AsyncSession, asked: Collection[tuple[str, str]]) -> frozenset[str]:
    """Of these (person, channel), the people who have something there that the navigation counts. One query."""
    return frozenset(await session.scalars(_CALLED, {"asked": asked}))


def total(channels: Iterable[UnreadIn]) -> int:
    """The number in the navigation: unread direct messages, and calls of one's name."""
    return sum(each.calls for each in channels)


def wire(channels: Iterable[UnreadIn]) -> Mapping[str, Any]:
    """As `server.live.wire.chat.Unread`."""
    known = list(channels)
    return {"total": total(known), "channels": [each.wire(topics.chat(each.channel_id)) for each in known]}


def counts() -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Columns for a query over `Channel` and `ReadMark`: unread messages, and how many of them call the reader."""
    return _at_most(_new()), _at_most(_calling())


def _counted() -> Select[*tuple[Any, ...]]:
    unread_count, mention_count = counts()
    other = aliased(ChannelMember)
    of_fair = and_(Membership.fair_id == Room.fair_id, Membership.person_id == ReadMark.person_id)
    still_in = (
        select(literal(1)).select_from(Membership).where(of_fair, not_banned()).correlate(Room, ReadMark).exists()
    )
    may_read = and_(still_in, ~shut_out(ReadMark.person_id), is_open())
    return (
        select(
            ReadMark.person_id.label("reader_id"),
            Channel.id.label("channel_id"),
            Channel.kind,
            Fair.slug,
            Fair.name.label("fair"),
            Room.kind.label("room_kind"),
            Room.slug.label("room_slug"),
            Room.name.label("room"),
            unread_count.label("unread"),
            mention_count.label("mentions"),
            *AUTHOR_COLUMNS,
        )
        .join(Channel, Channel.id == ReadMark.channel_id)
        .outerjoin(Room, Room.id == Channel.room_id)
        .outerjoin(Fair, Fair.id == Room.fair_id)
        .outerjoin(other, and_(other.channel_id == Channel.id, other.person_id != ReadMark.person_id))
        .outerjoin(Person, Person.id == other.person_id)
        .where(_OF_PEOPLE, or_(Channel.kind != ROOM, may_read))
    )


def _new() -> Select[int]:
    """A row for each message that counts; the enclosing query has `Channel` and `ReadMark`."""
    return (
        select(literal(1).label("one"))
        .select_from(Message)
        .where(
            Message.channel_id == Channel.id,
            Message.seq > ReadMark.read_seq,
            Message.author_id != ReadMark.person_id,
            Message.deleted_at.is_(None),
        )
        .limit(COUNT_MOST)
        .correlate(Channel, ReadMark)
    )


def _calling() -> Select[int]:
    """Of these, the ones that call the reader."""
    calls = select(literal(1)).where(Mention.message_id == Message.id, Mention.person_id == ReadMark.person_id)
    return _new().where(calls.correlate(Message, ReadMark).exists())


def _at_most(rows: Select[int]) -> ScalarSelect[int]:
    """Count rows without walking through all of a long history."""
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


# Made once: every message asks.
_OF_PEOPLE = ReadMark.person_id.in_(bindparam("people", expanding=True))
_COUNTED = _counted().subquery()
_UNREAD = select(_COUNTED).where(_COUNTED.c.unread > 0).order_by(_COUNTED.c.channel_id)
_VERSIONS = (
    select(ReadMark.person_id, func.sum(ReadMark.read_seq + func.coalesce(CounterRow.seq, 0)).label("version"))
    .outerjoin(CounterRow, CounterRow.channel == literal(topics.chat("")) + ReadMark.channel_id)
    .where(_OF_PEOPLE)
    .group_by(ReadMark.person_id)
)

_KEYS = keys_asked("person", "channel")
_CALLED = (
    select(ReadMark.person_id)
    .join(_KEYS, and_(_KEYS.c.person == ReadMark.person_id, _KEYS.c.channel == ReadMark.channel_id))
    .join(Channel, Channel.id == ReadMark.channel_id)
    .where(or_(and_(Channel.kind != ROOM, _new().exists()), _calling().exists()))
)


def _unread_in(row: Any) -> UnreadIn:
    direct = row.kind != ROOM
    if direct:
        path, partner = f"/messages/{row.channel_id}", author_of(row)
        return UnreadIn(row.channel_id, row.kind, row.unread, row.mentions, path, partner)
    path = f"/fairs/{row.slug}" + (f"/rooms/{row.room_slug}" if row.room_kind != LOBBY else "")
    return UnreadIn(row.channel_id, row.kind, row.unread, row.mentions, path, None, row.fair, row.room)
