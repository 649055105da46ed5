"""Other Fairmatch servers whose public directories come in here: for who runs the platform."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.connectors import actions, queries
from directory.connectors.copying import SOURCE
from directory.connectors.rules import PROBLEMS, server_address
from directory.organisations.parts import Section
from directory.organisations.queries import Seen, sources_of
from people.forms import Form
from people.limits import may
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

CHANGES = "60 per hour"


async def origin(_request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """On an organisation's page: from which servers it comes, and as of when."""
    sources = (await sources_of(session, [seen.organisation]))[seen.organisation.id] if seen.organisation.source else []
    hosts = dict.fromkeys(name.removeprefix(SOURCE) for name, _ in sources if name and name.startswith(SOURCE))
    read = [(host, await queries.server_called(session, host)) for host in hosts]
    servers = [{"host": host, "read_at": found.read_at if found else None} for host, found in read]
    return Section("connectors/origin.html", {"servers": servers}) if servers else None


async def index(request: Request) -> Response:
    """The servers, and how their last reading went."""
    return await _shown(request, Form(None, locale_of(request)))


async def connect(request: Request) -> Response:
    """Have a server's directory come in."""
    form = await Form.of(request)
    own = kernel_of(request).settings.public_url
    url = form.check("url", lambda: server_address(form.typed("url"), own), "")
    if not form.good:
        return await _shown(request, form, 422)
    await may(request, "server", CHANGES)
    async with kernel_of(request).database.write() as uow:
        added = await actions.connect_server(uow, url, by_id=request.state.person.id)
    return _back(request, N_("The server is being read.") if added else N_("This server is connected already."))


async def read_now(request: Request) -> Response:
    """Have a server be read at once."""
    await may(request, "server", CHANGES)
    async with kernel_of(request).database.write() as uow:
        if not await actions.read_server_now(uow, _id(request)):
            raise not_found()
    return _back(request, N_("The server is being read."))


async def disconnect(request: Request) -> Response:
    """Let a server go; what came from it stays."""
    async with kernel_of(request).database.write() as uow:
        await actions.disconnect_server(uow, _id(request))
    return _back(request, N_("The server is read no longer. What came from it stays; imports can be taken back."))


async def _shown(request: Request, form: Form, status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        servers = await queries.servers(session)
    return page(request, "connectors/servers.html", status, servers=servers, problems=PROBLEMS, form=form)


def _id(request: Request) -> str:
    found: str = request.path_params["connection"]
    if not is_id(found):
        raise not_found()
    return found


def _back(request: Request, said: str) -> Response:
    return redirect("/servers", said=translations(locale_of(request)).gettext(said))


routes = [
    Route("/servers", index, name="servers"),
    Route("/servers", connect, methods=["POST"], name="connect_server"),
    Route("/servers/{connection}/read", read_now, methods=["POST"], name="read_server"),
    Route("/servers/{connection}/remove", disconnect, methods=["POST"], name="disconnect_server"),
]
