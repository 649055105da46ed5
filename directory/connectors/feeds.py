"""The connector for an organisation's feed: what is new in it is in the organisation's news."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import delete, select

from directory.connectors import feed_reader
from directory.connectors.feed_reader import Entry, Feed
from directory.connectors.interface import Mark
from directory.connectors.model import Connection, FeedItem
from server.kernel.db import UnitOfWork
from server.kernel.fetch import Fetcher

KIND = "feed"
EVERY = timedelta(hours=1)
# Bytes of a feed. Those that are larger carry their whole archive.
BYTES_MOST = 2 * 1024 * 1024
# Pieces of news of an organisation; older ones go.
KEPT_MOST = 50
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"


@dataclass(frozen=True)
class Feeds:
    """Reads feeds by the guarded fetcher."""

    fetcher: Fetcher
    every: timedelta = EVERY

    async def read(self, url: str, mark: Mark) -> tuple[Feed | None, Mark]:
        """What stands in a feed; None when it has not changed since the mark was made."""
        asked = {"if-none-match": mark.get("etag", ""), "if-modified-since": mark.get("last_modified", "")}
        fetched = await self.fetcher.fetch(
            url, accept=_ACCEPT, most_bytes=BYTES_MOST, headers={name: value for name, value in asked.items() if value}
        )
        if fetched.status == 304:
            return None, mark
        feed = await asyncio.to_thread(partial(feed_reader.read, fetched.content, fetched.url))
        return feed, {"etag": fetched.etag[:200], "last_modified": fetched.last_modified[:100]}

    async def keep(self, uow: UnitOfWork, connection: Connection, found: Feed) -> None:
        """Have a feed's entries be news of its organisation: new ones added, known ones as they are told now."""
        assert connection.organisation_id  # every feed is an organisation's
        connection.title = found.title
        of_it = FeedItem.organisation_id == connection.organisation_id
        known = {item.key: item for item in await uow.session.scalars(select(FeedItem).where(of_it))}
        for entry in found.entries:
            if entry.key in known:
                _tell_again(known[entry.key], entry)
            else:
                uow.session.add(_made(uow, connection.organisation_id, found.title, entry))
        await uow.session.flush()
        ordered = select(FeedItem.key).where(of_it).order_by(FeedItem.at.desc(), FeedItem.key).offset(KEPT_MOST)
        old = (await uow.session.scalars(ordered.limit(2 * KEPT_MOST))).all()
        await uow.session.execute(delete(FeedItem).where(of_it, FeedItem.key.in_(old)))


def _made(uow: UnitOfWork, organisation_id: str, source: str, entry: Entry) -> FeedItem:
    now = uow.clock.now()
    return FeedItem(
        organisation_id=organisation_id,
        key=entry.key,
        at=min(entry.at or now, now),  # nobody has published something tomorrow
        source=source,
        link=entry.link,
        title=entry.title,
        html=entry.html,
    )


def _tell_again(item: FeedItem, entry: Entry) -> None:
    item.title, item.link, item.html = entry.title, entry.link, entry.html
