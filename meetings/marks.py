"""Marks of what pages show: another one means that something of it is different now.

The mark of somebody's meetings and requests goes to their pages with every event about them, so that a page, which has
the one that it was made with, need not ask.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.model import Meeting, Request, Seat

_BYTES = 6  # told apart from the one before, not from all that ever were


def mark(*values: object) -> str:
    """A short word for these values."""
    return hashlib.blake2s(repr(values).encode(), digest_size=_BYTES).hexdigest()


async def marks(session: AsyncSession, person_ids: Collection[str]) -> dict[str, str]:
    """The mark of what each of these people has: it changes when one of their meetings or requests comes, is moved,
    prolonged or called off, goes on to somebody else or is answered. Two queries, however many."""
    found: dict[str, list[Any]] = defaultdict(list)
    for query in (_SEATS, _REQUESTS):
        for person_id, *values in await session.execute(query, {"people": list(person_ids)}):
            found[person_id].append(tuple(values))
    return {each: mark(*found[each]) for each in person_ids}


_PEOPLE: BindParameter[str] = bindparam("people", expanding=True)
_SEATS = (
    select(
        Seat.person_id,
        func.count(),
        func.count(Seat.slot_id),
        func.sum(Meeting.sequence),
        func.max(Meeting.extended_until),
    )
    .join(Meeting, Meeting.id == Seat.meeting_id)
    .where(Seat.person_id.in_(_PEOPLE))
    .group_by(Seat.person_id)
)
_TIMES = Request.moved_at, Request.answered_at
_ASKED = union_all(
    select(Request.from_id.label("person_id"), *_TIMES).where(Request.from_id.in_(_PEOPLE)),
    select(Request.to_id, *_TIMES).where(Request.to_id.in_(_PEOPLE)),
).subquery()
_REQUESTS = select(
    _ASKED.c.person_id,
    func.count(),
    func.count(_ASKED.c.answered_at),
    func.max(_ASKED.c.moved_at),
    func.max(_ASKED.c.answered_at),
).group_by(_ASKED.c.person_id)
