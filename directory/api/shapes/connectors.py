"""What flows in from elsewhere, as programs see and set it."""

from typing import Annotated, Self

from pydantic import Field

from directory.api.shapes.common import PageOf
from directory.api.shapes.values import Address, Given, Id, Moment, Shown, coded, up_to
from directory.connectors.model import Connection, FeedItem
from directory.connectors.rules import PROBLEMS
from directory.organisations.fields import URL_MOST
from web.i18n import N_

READ = N_("When it was last read well; null: never yet.")
DUE = N_("When it is read next.")
PROBLEM = N_("Why its last reading failed, as a code; empty: it went well, or there was none yet.")


class Piece(Shown):
    """A piece of news."""

    title: str
    link: str = Field(description=N_("Its address, or empty."))
    source: str = Field(description=N_("How the feed calls itself."))
    at: Moment
    html: str = Field(description=N_("Made safe: no scripts, no pictures."))

    @classmethod
    def of(cls, item: FeedItem) -> Self:
        """News of an organisation that the viewer may see."""
        return cls(title=item.title, link=item.link, source=item.source, at=item.at, html=item.html)


class NewsPage(PageOf[Piece]):
    """News, the latest first: at most fifty pieces, which are one page."""


class Feed(Shown):
    """The feed of an organisation."""

    url: Address
    read_at: Moment | None = Field(description=READ)
    due_at: Moment = Field(description=DUE)
    problem: Annotated[str, coded(PROBLEMS)] = Field(description=PROBLEM)

    @classmethod
    def of(cls, row: Connection) -> Self:
        """A feed, for the editors of its organisation."""
        return cls(url=row.url, read_at=row.read_at, due_at=row.due_at, problem=row.problem)


class FeedNew(Given):
    """The feed that is to be read."""

    url: Annotated[str, up_to(URL_MOST, 1)]


class Server(Feed):
    """Another server."""

    id: Id
    host: str = Field(description=N_("What its source is called, behind “fairmatch:”."))

    @classmethod
    def of(cls, row: Connection) -> Self:
        """A server, for who runs the platform."""
        feed = Feed.of(row)
        return cls(id=row.id, host=row.title, **dict(feed))


class ServerPage(PageOf[Server]):
    """The servers, by name: they are one page."""


class ServerNew(Given):
    """A server whose directory is to come in."""

    url: Annotated[str, up_to(URL_MOST, 1)]
