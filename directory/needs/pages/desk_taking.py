"""Taking the go-between's desk along as a file: what waits, and what was decided, as its page shows both."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import Row, Table, columns_in, in_pages
from directory.needs import between, queries
from directory.needs.between import Decided, Held
from directory.needs.pages.between import called
from directory.needs.pages.common import coming
from directory.needs.seen import Seen
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "who": N_("Who answered"),
    "need": N_("Need"),
    "state": N_("State"),
    "at": N_("When"),
    "text": N_("Text"),
    "by": N_("By"),
    "page": N_("Page here"),
}
_STATES = {"passed": N_("Passed on"), "returned": N_("Returned")}
_WAITS = N_("Waits")


async def take_along(request: Request) -> Response:
    """The answers on the desk. They are some hundred at most, and read at once."""
    ending, locale = await format_asked(request), locale_of(request)
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        found: list[Held | Decided] = [*await between.waiting(session, viewer), *await between.decided(session, viewer)]
        needs = await queries.by_ids(session, viewer, {each.need_id for each in found})
    site = kernel_of(request).settings.public_url

    async def rows(after: int) -> list[Row]:
        return [_row(each, needs[each.need_id], locale, site) for each in found if each.need_id in needs][after:]

    return file_of(Table("between", columns_in(_TITLES, locale), in_pages(rows)), ending)


def _row(one: Held | Decided, need: Seen, locale: str, site: str) -> Row:
    _ = translations(locale).gettext
    state, by = (_(_STATES[one.kind]), one.by) if isinstance(one, Decided) else (_(_WAITS), "")
    title = need.said(locale).title
    return [called(one, locale), title, state, one.at, one.text, by, site + need.path(locale)]


routes = [Route("/between/export.{format}", take_along, name="export_between")]
