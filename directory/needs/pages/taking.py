"""Taking the needs and offers of one's organisations along as a file."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Cell, Column, Row, Table, in_pages
from directory.needs import queries, threads
from directory.needs.pages.common import coming
from directory.needs.seen import CATEGORY_NAMES, KIND_NAMES, STATE_NAMES, Seen
from directory.organisations.industries import INDUSTRIES
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_TITLES = {
    "title": N_("Title"),
    "kind": N_("Sought or offered"),
    "category": N_("Category"),
    "state": N_("State"),
    "organisation": N_("Organisation"),
    "shown_as": N_("Shown as"),
    "text": N_("Text"),
    "gets": N_("What the other side gets"),
    "industries": N_("Industries"),
    "where": N_("Where"),
    "budget_from": N_("Budget from"),
    "budget_to": N_("Budget up to"),
    "currency": N_("Currency"),
    "deadline": N_("Last day"),
    "published": N_("Published"),
    "changed": N_("Changed"),
    "answers": N_("Answers"),
    "waiting": N_("Answers that wait"),
    "page": N_("Page here"),
}


async def own(request: Request) -> Response:
    """All of them, in whatever state, as a file."""
    ending, locale = await format_asked(request), locale_of(request)
    _ = translations(locale).gettext
    columns = [Column(key, _(title)) for key, title in _TITLES.items()]

    async def rows(after: int) -> list[Row]:
        kernel = kernel_of(request)
        async with kernel.database.read() as session:
            viewer = await coming(request, session)
            found = await queries.own(session, viewer, after=after, limit=PAGE)
            counts = await threads.counts(session, viewer, [need.id for need in found])
        now, site = kernel.clock.now(), kernel.settings.public_url
        return [_row(need, counts.get(need.id, (0, 0)), locale, now, site) for need in found]

    return file_of(Table("needs", columns, in_pages(rows)), ending)


def _row(need: Seen, counts: tuple[int, int], locale: str, now: datetime, site: str) -> list[Cell]:
    _, said = translations(locale).gettext, need.said(locale)
    return [
        said.title,
        _(KIND_NAMES[need.kind]),
        _(CATEGORY_NAMES[need.category]),
        _(STATE_NAMES[need.state_at(now)]),
        need.owner.name if need.owner else "",
        said.shown_as if need.blind else "",
        said.text,
        said.gets,
        [INDUSTRIES.name(code, locale) for code in need.industries],
        need.where(locale),
        need.budget_from,
        need.budget_to,
        need.currency,
        need.deadline.isoformat() if need.deadline else "",
        need.published_at,
        need.updated_at,
        *counts,
        site + need.path(locale),
    ]


routes = [Route("/needs/mine/export.{format}", own, name="export_own_needs")]
