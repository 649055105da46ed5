"""What people do with connections: have something read, have it read now, and let it go."""

from datetime import datetime

from sqlalchemy import delete, select

from directory.connectors import queries
from directory.connectors.feeds import KIND as FEED
from directory.connectors.model import Connection, FeedItem
from directory.connectors.servers import KIND as SERVER
from directory.connectors.servers import host_of
from directory.organisations.model import Organisation
from directory.organisations.record import ORGANISATIONS
from directory.records import Noted
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

JOB = "directory.connectors"


async def connect_feed(uow: UnitOfWork, organisation_id: str, url: str, *, by_id: str) -> Connection:
    """Have an organisation's feed be read, now and from then on, in place of the one before and its news."""
    # Of two at once the second one waits here, and takes the place of the first.
    await uow.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    before = await disconnect_feed(uow, organisation_id, by_id=by_id, noted=False)
    made = _made(uow, FEED, url, organisation_id, by_id)
    await _note(uow, organisation_id, before, url, by_id)
    read_at(uow, made, uow.clock.now())
    return made


async def disconnect_feed(uow: UnitOfWork, organisation_id: str, *, by_id: str, noted: bool = True) -> str:
    """Read an organisation's feed no longer, and forget what came of it; its address until now."""
    found = await queries.feed_of(uow.session, organisation_id, locked=True)
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


async def connect_server(uow: UnitOfWork, url: str, *, by_id: str) -> bool:
    """Have another server's public directory be read, now and from then on. False: it is read already."""
    title = host_of(url)  # its source is called so, by whatever scheme it is asked
    if any(each.title == title for each in await queries.servers(uow.session)):
        return False
    made = _made(uow, SERVER, url, None, by_id)
    made.title = title
    read_at(uow, made, uow.clock.now())
    return True


async def disconnect_server(uow: UnitOfWork, connection_id: str) -> None:
    """Read a server no longer. What came from it stays: its imports are taken back as all imports are."""
    found = await queries.server(uow.session, connection_id)
    if found is not None:
        await uow.session.delete(found)


async def read_server_now(uow: UnitOfWork, connection_id: str) -> bool:
    """Have a server be read at once. False: there is none with this id."""
    found = await queries.server(uow.session, connection_id)
    if found is not None:
        read_at(uow, found, uow.clock.now())
    return found is not None


def read_at(uow: UnitOfWork, connection: Connection, at: datetime) -> None:
    """Have a connection be read at a moment, and at no other one that was said before."""
    connection.due_at = at
    payload = {"id": connection.id, "due_at": at.isoformat()}
    uow.enqueue(JOB, payload, at=at, key=f"{JOB}:{connection.id}:{payload['due_at']}")


def _made(uow: UnitOfWork, kind: str, url: str, organisation_id: str | None, by_id: str) -> Connection:
    now = uow.clock.now()
    told = {"kind": kind, "url": url, "organisation_id": organisation_id, "title": "", "problem": ""}
    made = Connection(id=new_id(), **told, added_at=now, due_at=now, by_id=by_id, failures=0, mark={})
    uow.session.add(made)
    return made


async def _note(uow: UnitOfWork, organisation_id: str, before: str, after: str, by_id: str) -> None:
    noted, now = [Noted(organisation_id, "feed", before, after)], uow.clock.now()
    await uow.run(lambda transaction: ORGANISATIONS.note(transaction, noted, now, by_id, None))
