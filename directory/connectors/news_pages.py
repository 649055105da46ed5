"""An organisation's news, and the page on which its editors say where its feed is."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.connectors import actions, queries
from directory.connectors.model import FeedItem
from directory.connectors.rules import PROBLEMS
from directory.exports.answer import file_of, format_asked
from directory.exports.table import Row, Table, columns_in, in_pages
from directory.organisations import doors
from directory.organisations.fields import web_address
from directory.organisations.parts import Section
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from people.forms import Form
from people.limits import may
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.markdown import words_of
from web.render import locale_of, page, redirect

# Pieces of news on the organisation's own page, and on the page with all of them.
FEW, ALL = 3, 50
CHANGES = "20 per hour"
_TITLES = {
    "at": N_("When"),
    "title": N_("Title"),
    "text": N_("Text"),
    "source": N_("Source"),
    "link": N_("Address"),
}


@dataclass(frozen=True)
class Told:
    """A piece of news as it is shown."""

    title: str
    link: str
    source: str
    at: datetime
    text: Markup

    @classmethod
    def of(cls, item: FeedItem) -> "Told":
        """From its row; the text was cleaned before it was kept."""
        return cls(item.title, item.link, item.source, item.at, Markup(item.html))  # noqa: S704


async def section(request: Request, session: AsyncSession, seen: Seen) -> Section | None:
    """On an organisation's page: the latest news; for its editors also the way to the feed."""
    found = await queries.news_of(session, seen.organisation.id, FEW)
    feed = await queries.feed_of(session, seen.organisation.id) if seen.standing.edits else None
    if not found and not seen.standing.edits:
        return None
    news, problem = [Told.of(item) for item in found], PROBLEMS[feed.problem] if feed and feed.problem else ""
    return Section("connectors/section.html", {"news": news, "feed": feed, "problem": problem})


async def show(request: Request) -> Response:
    """All news of an organisation."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, lambda _standing: True)
        found = await queries.news_of(session, seen.organisation.id, ALL)
    return page(
        request,
        "connectors/news.html",
        organisation=seen.organisation,
        path=f"/o/{seen.organisation.slug}",
        news=[Told.of(item) for item in found],
        layout="layouts/app.html" if request.state.person else "layouts/plain.html",
    )


async def take_along(request: Request) -> Response:
    """All news of an organisation, as a file."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, lambda _standing: True)
    ending = await format_asked(request)
    columns = columns_in(_TITLES, locale_of(request))

    async def rows(_after: int) -> list[Row]:
        async with kernel_of(request).database.read() as session:
            found = await queries.news_of(session, seen.organisation.id, ALL)
        return [[one.at, one.title, words_of(one.html), one.source, one.link] for one in found]

    return file_of(Table("news", columns, in_pages(rows)), ending)


async def desk(request: Request) -> Response:
    """Where the feed is, and how its last reading went."""
    return await _desk(request, None)


async def connect(request: Request) -> Response:
    """Have a feed be read."""
    form = await Form.of(request)
    url = form.take("url", web_address, "")
    if form.good and not url:
        form.refuse("url", N_("Please give the address of the feed."))
    if not form.good:
        return await _desk(request, form)
    await may(request, "feed", CHANGES)
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        await actions.connect_feed(uow, seen.organisation.id, url, by_id=request.state.person.id)
    return _back(request, N_("The feed is being read. Its news will be here in a moment."))


async def read_now(request: Request) -> Response:
    """Have the feed be read at once."""
    await may(request, "feed", CHANGES)
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        await actions.read_now(uow, seen.organisation.id)
    return _back(request, N_("The feed is being read. Its news will be here in a moment."))


async def disconnect(request: Request) -> Response:
    """Let the feed go."""
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        await actions.disconnect_feed(uow, seen.organisation.id, by_id=request.state.person.id)
    return _back(request, N_("The feed is read no longer, and its news is gone."))


async def _desk(request: Request, form: Form | None) -> Response:
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _edits)
        feed = await queries.feed_of(session, seen.organisation.id)
        kept = len(await queries.news_of(session, seen.organisation.id, ALL))
    return page(
        request,
        "connectors/feed.html",
        422 if form else 200,
        headers={"cache-control": "no-store"},
        organisation=seen.organisation,
        path=f"/o/{seen.organisation.slug}",
        standing=seen.standing,
        feed=feed,
        problem=PROBLEMS[feed.problem] if feed and feed.problem else "",
        kept=kept,
        form=form or Form(None, locale_of(request), url=feed.url if feed else ""),
    )


def _back(request: Request, said: str) -> Response:
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{request.path_params['slug']}/feed", said=_(said))


def _edits(standing: Standing) -> bool:
    return standing.edits


routes = [
    Route("/o/{slug}/news", show, name="organisation_news"),
    Route("/o/{slug}/news/export.{format}", take_along, name="export_organisation_news"),
    Route("/o/{slug}/feed", desk, name="organisation_feed"),
    Route("/o/{slug}/feed", connect, methods=["POST"], name="connect_feed"),
    Route("/o/{slug}/feed/read", read_now, methods=["POST"], name="read_feed"),
    Route("/o/{slug}/feed/remove", disconnect, methods=["POST"], name="disconnect_feed"),
]
