"""Taking along as a file: what is open, the needs and offers of one's organisations, and the answers to one of them."""

from collections.abc import AsyncIterator
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.exports.answer import file_of, format_asked
from directory.exports.table import PAGE, Cell, Row, Table, columns_in, in_pages
from directory.needs import queries, threads
from directory.needs.pages.answers import STATE_NAMES as ANSWER_STATES
from directory.needs.pages.common import coming, need_in
from directory.needs.pages.lists import filter_asked
from directory.needs.queries import Filter, Place
from directory.needs.rules import KINDS
from directory.needs.seen import CATEGORY_NAMES, KIND_NAMES, STATE_NAMES, Seen
from directory.needs.telling import other_side
from directory.needs.threads import Thread
from directory.organisations.industries import INDUSTRIES
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of

_WHAT = {"title": N_("Title"), "kind": N_("Sought or offered"), "category": N_("Category")}
_SAID = {
    "text": N_("Text"),
    "gets": N_("What the other side gets"),
    "industries": N_("Industries"),
    "where": N_("Where"),
    "budget_from": N_("Budget from"),
    "budget_to": N_("Budget up to"),
    "currency": N_("Currency"),
    "deadline": N_("Last day"),
    "published": N_("Published"),
}
_PAGE = {"page": N_("Page here")}
_OPEN = {**_WHAT, "by": N_("Whose it is"), **_SAID, **_PAGE}
_OWN = {
    **_WHAT,
    "state": N_("State"),
    "organisation": N_("Organisation"),
    "shown_as": N_("Shown as"),
    **_SAID,
    "changed": N_("Changed"),
    "answers": N_("Answers"),
    "waiting": N_("Answers that wait"),
    **_PAGE,
}
_ANSWERS = {
    "organisation": N_("Organisation"),
    "state": N_("State"),
    "reason": N_("Why"),
    "product": N_("Product"),
    "answered": N_("Answered"),
    "said": N_("What was said since then"),
    "moved": N_("Last step"),
    **_PAGE,
}


async def what_is_open(request: Request) -> Response:
    """The list that the page of the same address shows, whole, as one sees it."""
    kind = request.query_params.get("tab", "seek")
    if kind not in KINDS:
        raise not_found()
    ending = await format_asked(request)
    rows = _open(request, filter_asked(request, kind))
    return file_of(Table(f"open-{kind}", columns_in(_OPEN, locale_of(request)), rows), ending)


async def own(request: Request) -> Response:
    """All of them, in whatever state, as a file."""
    ending, locale = await format_asked(request), locale_of(request)

    async def rows(after: int) -> list[Row]:
        kernel = kernel_of(request)
        async with kernel.database.read() as session:
            viewer = await coming(request, session)
            found = await queries.own(session, viewer, after=after, limit=PAGE)
            counts = await threads.counts(session, viewer, [need.id for need in found])
        now, site = kernel.clock.now(), kernel.settings.public_url
        return [_row(need, counts.get(need.id, (0, 0)), locale, now, site) for need in found]

    return file_of(Table("needs", columns_in(_OWN, locale_of(request)), in_pages(rows)), ending)


async def answers(request: Request) -> Response:
    """All answers to a need, for its owner's side, as a file."""
    async with kernel_of(request).database.read() as session:
        need = await need_in(request, session, await coming(request, session))
    if not need.mine:
        raise not_found()
    ending, locale = await format_asked(request), locale_of(request)

    async def rows(after: int) -> list[Row]:
        kernel = kernel_of(request)
        async with kernel.database.read() as session:
            found = await threads.of_need(session, await coming(request, session), need.id, after=after, limit=PAGE)
        return [_answer(one, need, locale, kernel.settings.public_url) for one in found]

    return file_of(Table("answers", columns_in(_ANSWERS, locale_of(request)), in_pages(rows)), ending)


async def _open(request: Request, wanted: Filter) -> AsyncIterator[list[Row]]:
    """What is open in pages; each is read by itself, and goes on where the one before it ended."""
    kernel, locale = kernel_of(request), locale_of(request)
    after: Place | None = None
    while True:
        async with kernel.database.read() as session:
            viewer, now = await coming(request, session), kernel.clock.now()
            found = await queries.listed(session, viewer, wanted, now, after=after, limit=PAGE)
        if found:
            yield [_listed(need, locale, kernel.settings.public_url) for need in found]
        if len(found) < PAGE:
            return
        assert found[-1].published_at is not None  # what is listed was published
        after = Place(found[-1].published_at, found[-1].id)


def _listed(need: Seen, locale: str, site: str) -> list[Cell]:
    # The day, as on its page: a moment could tell with what else of an organisation it was published.
    published = need.published_at.date().isoformat() if need.published_at else ""
    return [*_what(need, locale), need.by(locale), *_said(need, locale), published, site + need.path(locale)]


def _row(need: Seen, counts: tuple[int, int], locale: str, now: datetime, site: str) -> list[Cell]:
    _, said = translations(locale).gettext, need.said(locale)
    return [
        *_what(need, locale),
        _(STATE_NAMES[need.state_at(now)]),
        need.owner.name if need.owner else "",
        said.shown_as if need.blind else "",
        *_said(need, locale),
        need.published_at,
        need.updated_at,
        *counts,
        site + need.path(locale),
    ]


def _what(need: Seen, locale: str) -> list[Cell]:
    _ = translations(locale).gettext
    return [need.said(locale).title, _(KIND_NAMES[need.kind]), _(CATEGORY_NAMES[need.category])]


def _said(need: Seen, locale: str) -> list[Cell]:
    said = need.said(locale)
    return [
        said.text,
        said.gets,
        [INDUSTRIES.name(code, locale) for code in need.industries],
        need.where(locale),
        need.budget_from,
        need.budget_to,
        need.currency,
        need.deadline.isoformat() if need.deadline else "",
    ]


def _answer(one: Thread, need: Seen, locale: str, site: str) -> list[Cell]:
    return [
        other_side(one, need, locale),
        translations(locale).gettext(ANSWER_STATES[one.state]),
        one.reason,
        one.product.name(locale) if one.product else "",
        one.at,
        [step.text for step in one.steps[1:] if step.text],
        one.moved_at,
        f"{site}/answers/{one.id}",
    ]


routes = [
    Route("/needs/export.{format}", what_is_open, name="export_needs"),
    Route("/needs/mine/export.{format}", own, name="export_own_needs"),
    Route("/needs/{need}/answers/export.{format}", answers, name="export_answers"),
]
