"""What flows in, for programs: the news of an organisation and its feed; other servers, for who runs the platform."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import VERSION, Call, Operation
from directory.api.organisations import edited
from directory.api.ruling import ruled
from directory.api.shapes.connectors import Feed, FeedNew, NewsPage, Piece, Server, ServerNew, ServerPage
from directory.connectors import actions
from directory.connectors import queries as connector_queries
from directory.connectors.model import Connection
from directory.connectors.news_pages import ALL
from directory.connectors.news_pages import CHANGES as FEED_CHANGES
from directory.connectors.rules import server_address
from directory.connectors.server_pages import CHANGES as SERVER_CHANGES
from directory.organisations.fields import web_address
from people.limits import may
from server.kernel.access import Access
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def news(call: Call) -> Response:
    """The news of an organisation that one may see."""
    async with call.kernel.database.read() as session:
        if await queries.organisation(session, call.person_id, call.id) is None:
            raise not_found()
        found = await connector_queries.news_of(session, call.id, ALL)
    return answering.whole(call, [Piece.of(one) for one in found])


async def feed(call: Call) -> Response:
    """Where the feed of an organisation is, and how its last reading went, for who edits it."""
    async with call.kernel.database.write() as uow:
        await edited(call, uow, call.id)
        return answering.record(call, Feed.of(await _feed(call, uow.session)))


async def connect(call: Call) -> Response:
    """Have a feed be read, in place of the one before."""
    given: FeedNew = call.body
    url = ruled(call, "/url", lambda: web_address(given.url))
    await may(call.request, "feed", FEED_CHANGES)
    async with call.kernel.database.write() as uow:
        await edited(call, uow, call.id)
        made = await actions.connect_feed(uow, call.id, url, by_id=call.by_id)
        await uow.session.flush()
        shown = Feed.of(made)
    return answering.record(call, shown)


async def read_feed(call: Call) -> Response:
    """Have the feed be read at once."""
    await may(call.request, "feed", FEED_CHANGES)
    async with call.kernel.database.write() as uow:
        await edited(call, uow, call.id)
        if not await actions.read_now(uow, call.id):
            raise not_found()
    return Response(status_code=204)


async def disconnect(call: Call) -> Response:
    """Read a feed no longer."""
    async with call.kernel.database.write() as uow:
        await edited(call, uow, call.id)
        await actions.disconnect_feed(uow, call.id, by_id=call.by_id)
    return Response(status_code=204)


async def servers(call: Call) -> Response:
    """The other servers whose directories come in."""
    _check_runs_platform(call)
    async with call.kernel.database.read() as session:
        found = await connector_queries.servers(session)
    return answering.whole(call, [Server.of(one) for one in found])


async def connect_server(call: Call) -> Response:
    """Have a server's public directory come in; one that does already is left as it is."""
    _check_runs_platform(call)
    given: ServerNew = call.body
    own = call.kernel.settings.public_url
    url = ruled(call, "/url", lambda: server_address(given.url, own))
    await may(call.request, "server", SERVER_CHANGES)
    async with call.kernel.database.write() as uow:
        if not await actions.connect_server(uow, url, by_id=call.by_id):
            raise ProblemError(409, "known", "This server is connected already.")
        await uow.session.flush()
        shown = Server.of(next(one for one in await connector_queries.servers(uow.session) if one.url == url))
    return answering.record(call, shown, 201, f"{VERSION}/servers/{shown.id}")


async def server(call: Call) -> Response:
    """One of them."""
    _check_runs_platform(call)
    async with call.kernel.database.read() as session:
        return answering.record(call, Server.of(await _server(call, session)))


async def read_server(call: Call) -> Response:
    """Have a server be read at once."""
    _check_runs_platform(call)
    await may(call.request, "server", SERVER_CHANGES)
    async with call.kernel.database.write() as uow:
        if not await actions.read_server_now(uow, call.id):
            raise not_found()
    return Response(status_code=204)


async def disconnect_server(call: Call) -> Response:
    """Read a server no longer."""
    _check_runs_platform(call)
    async with call.kernel.database.write() as uow:
        await _server(call, uow.session)
        await actions.disconnect_server(uow, call.id)
    return Response(status_code=204)


async def _feed(call: Call, session: AsyncSession) -> Connection:
    found = await connector_queries.feed_of(session, call.id)
    if found is None:
        raise not_found()
    return found


async def _server(call: Call, session: AsyncSession) -> Connection:
    found = await connector_queries.server(session, call.id)
    if found is None:
        raise not_found()
    return found


def _check_runs_platform(call: Call) -> None:
    if not call.person.admin:
        raise ProblemError(403, "forbidden", "Only who runs this platform connects servers.")


_ADMINS = N_("For who runs the platform.")
operations = [
    Operation("GET", "/organisations/{id}/news", "list_news", Access.API, N_("The news out of an organisation's feed"),
              news, NewsPage),
    Operation("GET", "/organisations/{id}/feed", "get_feed", Access.API_ORGANISATIONS,
              N_("The feed of an organisation that you manage, and how its last reading went"), feed, Feed,
              refusals=(403,)),
    Operation("PUT", "/organisations/{id}/feed", "connect_feed", Access.API_ORGANISATIONS,
              N_("Have an RSS or Atom feed be read for an organisation that you manage"), connect, Feed, body=FeedNew,
              refusals=(403, 409), about=N_("It takes the place of the one before and its news.")),
    Operation("DELETE", "/organisations/{id}/feed", "disconnect_feed", Access.API_ORGANISATIONS,
              N_("Read the feed no longer, and forget its news"), disconnect, status=204, refusals=(403,)),
    Operation("POST", "/organisations/{id}/feed/read", "read_feed", Access.API_ORGANISATIONS,
              N_("Have the feed be read at once"), read_feed, status=204, refusals=(403,)),
    Operation("GET", "/servers", "list_servers", Access.API_ORGANISATIONS,
              N_("Other servers whose public directories come in"), servers, ServerPage, refusals=(403,),
              about=_ADMINS),
    Operation("POST", "/servers", "connect_server", Access.API_ORGANISATIONS,
              N_("Have the public directory of another server come in"), connect_server, Server, body=ServerNew,
              status=201, refusals=(403, 409), about=_ADMINS),
    Operation("GET", "/servers/{id}", "get_server", Access.API_ORGANISATIONS, N_("One of these servers"), server,
              Server, refusals=(403,), about=_ADMINS),
    Operation("DELETE", "/servers/{id}", "disconnect_server", Access.API_ORGANISATIONS, N_("Read a server no longer"),
              disconnect_server, status=204, refusals=(403,),
              about=N_("For who runs the platform. What came from it stays until its imports are undone.")),
    Operation("POST", "/servers/{id}/read", "read_server", Access.API_ORGANISATIONS,
              N_("Have a server be read at once"), read_server, status=204, refusals=(403,), about=_ADMINS),
]  # fmt: skip
