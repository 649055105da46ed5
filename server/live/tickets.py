"""Single-use tickets: how a page that is signed in opens the live line without showing its cookie to scripts."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert

from server.kernel.clock import Clock
from server.kernel.db import Database
from server.live.model import TicketRow
from server.live.together import Together

LIFETIME = timedelta(seconds=30)
TICKET_BYTES = 16  # 128 bits
_SWEEP_EVERY = 100  # tickets given between two clearings of those that nobody used


class Spent(NamedTuple):
    """Whom a ticket was for."""

    person_id: str
    session_id: str


class Tickets:
    """Given over HTTP, spent by the first message of a connection: once, within 30 seconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._spending = Together(self._spend)
        self._under_way: set[str] = set()
        self._given = 0

    async def give(self, person_id: str, session_id: str) -> str:
        """A new ticket for this session."""
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        row = {
            "hash": _hash(ticket),
            "person_id": person_id,
            "session_id": session_id,
            "expires_at": self._clock.now() + LIFETIME,
        }
        async with self._database.write() as work:
            await work.session.execute(insert(TicketRow), row)
            self._given += 1
            if self._given % _SWEEP_EVERY == 0:
                await work.session.execute(delete(TicketRow).where(TicketRow.expires_at < self._clock.now()))
        return ticket

    async def spend(self, ticket: str) -> Spent | None:
        """Whom it is for; None when it is unknown, used or too old. It is used now."""
        hash_ = _hash(ticket)
        if hash_ in self._under_way:  # two at the same moment: the look-up would answer both
            return None
        self._under_way.add(hash_)
        try:
            return await self._spending.get(hash_)
        finally:
            self._under_way.discard(hash_)

    async def _spend(self, hashes: Collection[str]) -> Mapping[str, Spent]:
        query = (
            delete(TicketRow)
            .where(TicketRow.hash.in_(list(hashes)))
            .returning(TicketRow.hash, TicketRow.person_id, TicketRow.session_id, TicketRow.expires_at)
        )
        async with self._database.write() as work:
            rows = (await work.session.execute(query)).all()
        now = self._clock.now()
        return {hash_: Spent(person, session) for hash_, person, session, expires_at in rows if now < expires_at}


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
