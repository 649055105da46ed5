"""Somebody's contacts: with whom they have talked, and to whom they were introduced."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from chat.model import ChannelMember, Introduction, Message


async def contacts(session: AsyncSession, person_ids: Collection[str]) -> Mapping[str, set[str]]:
    """The contacts of each of these people. One query for all."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await session.execute(_CONTACTS, {"people": list(person_ids)}):
        found[row.me].add(row.other)
    return found


def _among(channel: InstrumentedAttribute[str], of: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return exists().where(channel == of)


_MINE, _OTHER = aliased(ChannelMember), aliased(ChannelMember)
_CONTACTS = (
    select(_MINE.person_id.label("me"), _OTHER.person_id.label("other"))
    .join(_OTHER, and_(_OTHER.channel_id == _MINE.channel_id, _OTHER.person_id != _MINE.person_id))
    .where(
        _MINE.person_id.in_(bindparam("people", expanding=True)),
        or_(_among(Message.channel_id, _MINE.channel_id), _among(Introduction.channel_id, _MINE.channel_id)),
    )
)
