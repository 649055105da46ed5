"""The pages of the search: everything that can be found, and the searches that one keeps."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.search import saved, shown
from directory.search.asking import QUERY_MOST, Asked
from directory.search.documents import Viewer
from directory.search.fresh import with_new
from directory.search.parts import Hit, search_of
from directory.search.places import town_names
from people.model import Person
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.commands import commands_of
from web.engines import head_of, speak_as_asked
from web.i18n import translations
from web.render import locale_of, page, redirect


async def discover(request: Request) -> Response:
    """What somebody looks for, as a page that works without scripts."""
    speak_as_asked(request)
    locale, asked, search = locale_of(request), Asked.read(request.query_params.multi_items()), search_of(request)
    found = await search.page(viewer_of(request), asked)
    onward = found.onward
    return page(
        request,
        "search/discover.html",
        headers={"link": f'<{onward.path}>; rel="next"'} if onward else {},
        layout="layouts/app.html" if request.state.person else "layouts/plain.html",
        asked=asked,
        found=found,
        hits=[_shown(hit, locale) for hit in found.hits],
        total=shown.number(found.results.total, locale),
        tabs=shown.tabs(found, locale),
        facets=shown.facets(found, search.catalogue, locale),
        sorts=shown.sorts(asked, locale),
        radii=shown.radii(locale),
        towns=town_names(),
        onward=onward.path if onward else "",
        commands=commands_of(request),
        kept=[(name, value) for name, value in asked.parameters if name not in ("q", "after")],
        # The beginning of everything alone is for search engines, as everybody sees it.
        json_ld=None if asked.parameters or request.state.person else _listed(request, found.hits),
        **head_of(request, "/discover"),
    )


def _listed(request: Request, hits: Sequence[Hit]) -> dict[str, object]:
    """What everybody finds first, as search engines read it (schema.org); each entry has a page that says the rest."""
    site, locale = kernel_of(request).settings.public_url, locale_of(request)
    entries = [
        {"@type": "ListItem", "position": number, "url": site + hit.card.path, "name": hit.card.name}
        for number, hit in enumerate(hits, 1)
    ]
    address, name = f"{site}/discover", translations(locale).gettext("Discover")
    about = {"@context": "https://schema.org", "@type": "ItemList", "@id": address, "url": address, "name": name}
    return about | {"inLanguage": locale, "numberOfItems": len(entries), "itemListElement": entries}


async def suggestions(request: Request) -> Response:
    """What may be meant by what somebody is typing: a list without a page around it."""
    typed, kind = request.query_params.get("q", "")[:QUERY_MOST], Asked.read(request.query_params.multi_items()).kind
    locale = locale_of(request)
    found = await search_of(request).suggestions(viewer_of(request), typed, kind)
    return page(
        request, "search/suggestions.html", hits=[_shown(hit, locale) for hit in found], kinds=shown.ONE_OF_KIND
    )


async def saved_searches(request: Request) -> Response:
    """The searches that one keeps, with what is new in each."""
    person: Person = request.state.person
    search, viewer, locale = search_of(request), viewer_of(request), locale_of(request)
    async with kernel_of(request).database.read() as session:
        kept = await saved.of_person(session, person.id)
        parts = await with_new(search, session, viewer, kept)
    return page(request, "search/saved.html", parts=parts, kinds=shown.ONE_OF_KIND, most=saved.MOST, locale=locale)


async def save(request: Request) -> Response:
    """Keep the search of the page on which one is."""
    person: Person = request.state.person
    form = await request.form()
    asked = Asked.read([(name, str(value)) for name, value in form.multi_items()])
    _ = translations(locale_of(request)).gettext
    name = named(" ".join(str(form.get("name", "")).split()), asked, locale_of(request))
    try:
        async with kernel_of(request).database.write() as uow:
            await saved.save(uow, person.id, name, asked, alerts="alerts" in form, mails="mails" in form)
    except saved.TooManyError:
        full = _("You keep as many searches as one can: please remove one first.")
        return redirect("/discover/saved", said=full, refused=True)
    return redirect("/discover/saved", said=_("Your search is saved."))


def named(typed: str, asked: Asked, locale: str) -> str:
    """What a kept search is called: as somebody typed it, else as what is looked for."""
    return typed or asked.words or translations(locale).gettext("Everything")


async def change(request: Request) -> Response:
    """Turn alerts of a saved search on or off."""
    person: Person = request.state.person
    form = await request.form()
    async with kernel_of(request).database.write() as uow:
        kept = request.path_params["search"]
        if not await saved.change(uow, person.id, kept, alerts="alerts" in form, mails="mails" in form):
            raise not_found()
    return redirect("/discover/saved", said=translations(locale_of(request)).gettext("Your choice is saved."))


async def look(request: Request) -> Response:
    """Go to the results of a saved search: what was new in it was seen then."""
    person: Person = request.state.person
    async with kernel_of(request).database.write() as uow:
        kept = await saved.seen(uow, person.id, request.path_params["search"])
        if kept is None:
            raise not_found()
        asked = Asked.from_json(kept.asked)
    return redirect(asked.but(sort="newest").path)


async def remove(request: Request) -> Response:
    """Keep a search no longer."""
    person: Person = request.state.person
    async with kernel_of(request).database.write() as uow:
        if not await saved.remove(uow, person.id, request.path_params["search"]):
            raise not_found()
    return redirect("/discover/saved", said=translations(locale_of(request)).gettext("The search is removed."))


def viewer_of(request: Request) -> Viewer:
    """Who asks, in which language."""
    person: Person | None = request.state.person
    return Viewer(person.id if person else None, locale_of(request), bool(person and person.admin))


def _shown(hit: Hit, locale: str) -> dict[str, object]:
    return {
        "card": hit.card,
        "name": shown.marked(hit.why.name),
        "line": shown.marked(hit.why.line),
        "reason": shown.reason(hit, locale),
        "through": hit.through,
    }


routes = [
    Route("/discover", discover, name="discover"),
    Route("/discover/suggestions", suggestions, name="suggestions"),
    Route("/discover/saved", saved_searches, name="saved_searches"),
    Route("/discover/saved", save, methods=["POST"], name="save_search"),
    Route("/discover/saved/{search}", change, methods=["POST"], name="change_search"),
    Route("/discover/saved/{search}/look", look, methods=["POST"], name="look_search"),
    Route("/discover/saved/{search}/remove", remove, methods=["POST"], name="remove_search"),
]
