"""What people do with connections: have something read, have it read now, and let it go."""

from datetime import datetime

from sqlalchemy import delete

from directory.connectors import queries
from directory.connectors.feeds import KIND as FEED
from directory.connectors.model import Connection, FeedItem
from directory.organisations.record import ORGANISATIONS
from directory.records import Noted
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

JOB = "directory.connectors"


async def connect_feed(uow: UnitOfWork, organisation_id: str, url: str, *, by_id: str) -> Connection:
    """Have an organisation's feed be read, now and from then on, in place of the one before and its news."""
    before = await disconnect_feed(uow, organisation_id, by_id=by_id, noted=False)
    now = uow.clock.now()
    made = Connection(
        id=new_id(),
        kind=FEED,
        organisation_id=organisation_id,
        url=url,
        title="",
        added_at=now,
        by_id=by_id,
        due_at=now,
        problem="",
        failures=0,
        mark={},
    )
    uow.session.add(made)
    await _note(uow, organisation_id, before, url, by_id)
    read_at(uow, made, now)
    return made


async def disconnect_feed(uow: UnitOfWork, organisation_id: str, *, by_id: str, noted: bool = True) -> str:
    """Read an organisation's feed no longer, and forget what came of it; its address until now."""
    found = await queries.feed_of(uow.session, organisation_id)
    if found is None:
        return ""
    await uow.session.execute(delete(FeedItem).where(FeedItem.organisation_id == organisation_id))
    await uow.session.delete(found)
    await uow.session.flush()
    if noted:
        await _note(uow, organisation_id, found.url, "", by_id)
    return found.url


async def read_now(uow: UnitOfWork, organisation_id: str) -> bool:
    """Have an organisation's feed be read at once. False: it has none."""
    found = await queries.feed_of(uow.session, organisation_id)
    if found is not None:
        read_at(uow, found, uow.clock.now())
    return found is not None


def read_at(uow: UnitOfWork, connection: Connection, at: datetime) -> None:
    """Have a connection be read at a moment, and at no other one that was said before."""
    connection.due_at = at
    payload = {"id": connection.id, "due_at": at.isoformat()}
    uow.enqueue(JOB, payload, at=at, key=f"{JOB}:{connection.id}:{payload['due_at']}")


async def _note(uow: UnitOfWork, organisation_id: str, before: str, after: str, by_id: str) -> None:
    noted, now = [Noted(organisation_id, "feed", before, after)], uow.clock.now()
    await uow.run(lambda transaction: ORGANISATIONS.note(transaction, noted, now, by_id, None))
