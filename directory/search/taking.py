"""Taking the results of a search, and the searches that one keeps, along as a file, in the order of their pages."""

from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Column, Row, Table, columns_in, in_pages
from directory.search import saved, shown
from directory.search.asking import Asked
from directory.search.documents import Card, Viewer
from directory.search.finding import Found
from directory.search.fresh import with_new
from directory.search.pages import viewer_of
from directory.search.parts import Search, search_of
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

# Results of one export, the best first; who wants more asks more exactly.
RESULTS_MOST = 10_000
_KEPT = {
    "name": N_("Name"),
    "asked": N_("Looked for"),
    "alerts": N_("Tell me what is new"),
    "mails": N_("Also by mail"),
    "new": N_("New results"),
    "since": N_("Saved (UTC)"),
    "page": N_("Page here"),
}


async def results(request: Request) -> Response:
    """The results of the search that the address names, as a file."""
    ending = await format_asked(request)
    search, viewer = search_of(request), viewer_of(request)
    asked = Asked.read(request.query_params.multi_items()).but()
    found = await search.all_found(viewer, asked, RESULTS_MOST)
    if found is None:
        raise ProblemError(503, "search_in_the_making", "The search is being prepared. Please try again in a minute.")
    rows = _rows(search, viewer, found, kernel_of(request).settings.public_url)
    return file_of(Table("results", _columns(locale_of(request)), rows), ending)


async def kept(request: Request) -> Response:
    """The searches that one keeps, with how much is new in each. They are few (`saved.MOST`), and read at once."""
    ending, _ = await format_asked(request), translations(locale_of(request)).gettext
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        mine = await saved.of_person(session, request.state.person.id)
        mine = [one for one, _cards in await with_new(search_of(request), session, viewer_of(request), mine)]
    site, said = kernel.settings.public_url, {True: _("Yes"), False: _("No")}

    async def rows(after: int) -> list[Row]:
        return [
            [one.search.name, one.asked.words, said[one.search.alerts], said[one.search.mails], one.new,
             one.search.created_at, site + one.asked.path]
            for one in mine[after : after + PAGE]
        ]  # fmt: skip

    return file_of(Table("searches", columns_in(_KEPT, locale_of(request)), in_pages(rows)), ending)


def _columns(locale: str) -> list[Column]:
    _ = translations(locale).gettext
    return [
        Column("type", _("Kind")),
        Column("name", _("Name")),
        Column("by", _("By")),
        Column("line", _("In one line")),
        Column("facts", _("Facts")),
        Column("starts_at", _("Begins (UTC)")),
        Column("page", _("Page here")),
    ]


async def _rows(search: Search, viewer: Viewer, found: Sequence[Found], site: str) -> AsyncIterator[list[Row]]:
    for start in range(0, len(found), PAGE):
        some = found[start : start + PAGE]
        async with search.kernel.database.read() as session:
            cards = await search.cards(session, viewer, some)
        yield [_row(cards[each], viewer.locale, site) for each in some if each in cards]


def _row(card: Card, locale: str, site: str) -> Row:
    kind = translations(locale).gettext(shown.ONE_OF_KIND[card.kind])
    return [kind, card.name, card.by, card.line, list(card.facts), card.starts_at, site + card.path]


routes = [
    Route("/discover/export.{format}", results, name="export_results"),
    Route("/discover/saved/export.{format}", kept, name="export_searches"),
]
