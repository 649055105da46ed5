"""The lists: what is sought, what is offered, and what is one's own."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.needs import queries, threads
from directory.needs.jsonld import listed
from directory.needs.pages.common import around, coming
from directory.needs.parts import needs_of
from directory.needs.queries import PAGE, Filter, Place
from directory.needs.rules import KINDS
from directory.needs.seen import Seen
from directory.needs.telling import other_side
from directory.news.newsroom import newsroom_of
from directory.organisations.industries import INDUSTRIES
from directory.organisations.vocabulary import country_codes, country_name
from directory.speaking import own_organisations
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.engines import head_of, speak_as_asked
from web.i18n import N_, translations
from web.paging import offset_in
from web.render import locale_of, page

# Days from today, for "answers until".
WITHIN = ((7, N_("within a week")), (30, N_("within a month")), (90, N_("within three months")))
WORDS_MOST = 80
TITLES = {"seek": N_("What is sought"), "offer": N_("What is on offer")}


async def index(request: Request) -> Response:
    """The list of the tab that the address names."""
    speak_as_asked(request)
    tab = request.query_params.get("tab", "seek")
    if tab == "mine" and request.state.person is not None:
        return await _mine(request)
    if tab not in KINDS:
        raise not_found()
    return await _open(request, tab)


async def _open(request: Request, kind: str) -> Response:
    wanted, after = filter_asked(request, kind), _after(request)
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        found = await queries.listed(session, viewer, wanted, now, after=after, limit=PAGE + 1)
        total = await queries.count(session, viewer, wanted, now)
        fits = await needs_of(request).fitting.best(session, viewer.speaks_for, found[:PAGE])
        choices = {
            "countries": [(code, country_name(code, locale)) for code in await queries.countries(session, viewer, now)],
            "industries": [
                (code, INDUSTRIES.name(code, locale)) for code in await queries.industries(session, viewer, now)
            ],
        }
    onward = _onward(request, found[PAGE - 1]) if len(found) > PAGE else ""
    return page(
        request,
        "needs/index.html",
        headers={"link": f'<{onward}>; rel="next"'} if onward else {},
        tab=kind,
        needs=found[:PAGE],
        total=total,
        fits=fits,
        wanted=wanted,
        first=after is None,
        onward=onward,
        asked=_asked(request),
        within=WITHIN,
        may_publish=bool(viewer.speaks_for),
        words_most=WORDS_MOST,
        **_for_engines(request, found[:PAGE], wanted, first=after is None),
        **_sorted(choices),
        **around(request),
    )


def _for_engines(request: Request, needs: Sequence[Seen], wanted: Filter, *, first: bool) -> dict[str, Any]:
    """The head for search engines, who get the beginning of the whole list alone: all else in it has its own page."""
    path = "/needs" if wanted.kind == "seek" else f"/needs?tab={wanted.kind}"
    head, locale = head_of(request, path), locale_of(request)
    if wanted.narrowed or not first:
        return head | {"json_ld": None}
    name = translations(locale).gettext(TITLES[wanted.kind])
    site = kernel_of(request).settings.public_url
    return head | {"json_ld": listed(needs, name, head["public_at"], locale, site)}


async def _mine(request: Request) -> Response:
    """Needs of one's organisations, answers that they gave, and what is new."""
    locale, after = locale_of(request), offset_in(request, "given")
    async with kernel_of(request).database.read() as session:
        viewer = await coming(request, session)
        needs = await queries.own(session, viewer)
        counts = await threads.counts(session, viewer, [need.id for need in needs])
        given = await threads.given(session, viewer, after=after, limit=threads.PAGE + 1)
        answered = await queries.by_ids(session, viewer, {each.need_id for each in given})
        news = await newsroom_of(request).unseen(session, request.state.person, locale)
        organisations = await own_organisations(session, viewer, speaking=False)
    return page(
        request,
        "needs/mine.html",
        tab="mine",
        needs=needs,
        counts=counts,
        given=[(each, answered[each.need_id]) for each in given[: threads.PAGE] if each.need_id in answered],
        first=not after,
        onward=after + threads.PAGE if len(given) > threads.PAGE else 0,
        news=news,
        organisations=organisations,
        may_publish=bool(viewer.speaks_for),
        other_side=lambda thread, need: other_side(thread, need, locale),
        **around(request),
    )


def filter_asked(request: Request, kind: str) -> Filter:
    """What the address asks for; what makes no sense in it is passed over, as a changed address may have it."""
    asked = request.query_params
    industry, country, within = asked.get("industry", ""), asked.get("country", ""), asked.get("within", "")
    return Filter(
        kind=kind,
        industry=industry if industry in INDUSTRIES else "",
        country=country if country in country_codes() else "",
        within=int(within) if within in {str(days) for days, _ in WITHIN} else 0,
        words=" ".join(asked.get("q", "").replace("\0", "").split())[:WORDS_MOST],
    )


def _after(request: Request) -> Place | None:
    """Where the page before ended. Raises ProblemError 404 for what is no cursor of ours."""
    given = request.query_params.get("after")
    if given is None:
        return None
    place = needs_of(request).cursors.open(given)
    if place is None:
        raise not_found()
    return place


def _onward(request: Request, last: Seen) -> str:
    assert last.published_at is not None  # what is listed was published
    after = needs_of(request).cursors.close(Place(last.published_at, last.id))
    return f"/needs{_asked(request, after=after)}"


def _asked(request: Request, **more: str) -> str:
    """What the address asks for as the query of another one, without its place in the list."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "after" and value]
    return "?" + urlencode([*kept, *more.items()])


def _sorted(choices: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    return {name: sorted(pairs, key=lambda pair: pair[1].casefold()) for name, pairs in choices.items()}


routes = [Route("/needs", index, name="needs")]
