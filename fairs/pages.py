"""The pages of fairs: the list, going in and out, who is there."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fairs import actions, queries
from fairs.actions import RefusedError
from fairs.doors import visit
from fairs.rules import ROLES
from fairs.shown import ROLE_NAMES, FairShown
from people.model import Person
from people.parts import people_of
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from server.kernel.text import composed, in_any_spelling
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

# People on a page of the list.
PEOPLE_PAGE = 60
# Characters of what is sought, and words; no name needs as many.
SOUGHT_MOST, WORDS_MOST = 80, 8


async def index(request: Request) -> Response:
    """The fairs that one is in, and those that one can join."""
    person: Person = request.state.person
    now, locale = kernel_of(request).clock.now(), locale_of(request)
    async with kernel_of(request).database.read() as session:
        mine = await queries.fairs_of(session, person.id)
        open_fairs = await queries.open_fairs(session, now, person.id)
    inside = {each.fair.id for each in mine}
    return page(
        request,
        "fairs/index.html",
        mine=[FairShown.of(each.fair, now, locale) for each in mine],
        others=[FairShown.of(fair, now, locale) for fair in open_fairs if fair.id not in inside],
    )


async def join(request: Request) -> Response:
    """Go in as an attendee. Who is banned gets the fair's page, which says so."""
    person: Person = request.state.person
    async with kernel_of(request).database.write() as uow:
        fair = await queries.by_slug(uow.session, request.path_params["fair"])
        if fair is None:
            raise not_found()
        try:
            await actions.join(uow, fair.id, person.id)
        except RefusedError:
            return redirect(f"/fairs/{fair.slug}")
    _ = translations(locale_of(request)).gettext
    return redirect(f"/fairs/{fair.slug}", said=_("You are in: %(fair)s.") % {"fair": fair.name})


async def leave(request: Request) -> Response:
    """Go out, with all roles."""
    person: Person = request.state.person
    _ = translations(locale_of(request)).gettext
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        try:
            await actions.leave(uow, here.fair.id, person.id)
        except RefusedError:
            raise ProblemError(409, "last_organiser", "Somebody else must be organiser first.") from None
    return redirect("/fairs", said=_("You have left %(fair)s.") % {"fair": here.fair.name})


async def people(request: Request) -> Response:
    """Everybody at the fair, by name, page by page."""
    role, words, after = known_role(request), sought(request), request.query_params.get("after")
    if after is not None and not is_id(after):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        listed = await queries.members(
            session, here.fair.id, after=after, limit=PEOPLE_PAGE + 1, role=role, words=words
        )
        found = await queries.found_count(session, here.fair.id, role=role, words=words) if words else 0
        total = await queries.member_count(session, here.fair.id)
        ids = [each.card.id for each in listed[:PEOPLE_PAGE]]
        viewer_id, now = request.state.person.id, kernel_of(request).clock.now()
        asks = await people_of(request).approaches.in_list(session, here.fair.id, viewer_id, ids, now)
        shut_out = await queries.banned(session, here.fair.id) if here.staff and not after else []
        shut_out = [each for each in shut_out if all(re.search(in_any_spelling(word), each.name) for word in words)]
    shown = listed[:PEOPLE_PAGE]
    onward = here.shown.path + "/people" + narrowed(role, words, shown[-1].card.id) if len(listed) > PEOPLE_PAGE else ""
    return page(
        request,
        "fairs/people.html",
        headers={"link": f'<{onward}>; rel="next"'} if onward else {},
        visit=here,
        fair=here.shown,
        members=shown,
        total=total,
        found=found,
        role=role,
        sought=" ".join(words),
        narrowed=lambda role: narrowed(role, words),
        first=after is None,
        onward=onward,
        banned=shut_out,
        asks=asks,
        role_names=ROLE_NAMES,
        kinds=_KINDS,
    )


# The parts of the list, each with its word.
_KINDS = (
    (None, N_("Everybody")),
    ("exhibitor", N_("Exhibitors")),
    ("speaker", N_("Speakers")),
    ("moderator", N_("Moderators")),
    ("organiser", N_("Organisers")),
)


def known_role(request: Request) -> str | None:
    """The role to which the address narrows the list; None: everybody. Raises ProblemError 404 for none of ours."""
    role = request.query_params.get("role")
    if role is not None and role not in ROLES:
        raise not_found()
    return role


def sought(request: Request) -> list[str]:
    """The words of a name that the address asks for; what is no text is none."""
    typed = request.query_params.get("q", "")[:SOUGHT_MOST]
    return "".join(each if each.isprintable() else " " for each in composed(typed)).split()[:WORDS_MOST]


def narrowed(role: str | None, words: Sequence[str], after: str = "") -> str:
    """What the address of the list has behind it: "?role=speaker&q=ann", or nothing."""
    asked = {"after": after, "role": role or "", "q": " ".join(words)}
    asked = {key: value for key, value in asked.items() if value}
    return "?" + urlencode(asked) if asked else ""


routes = [
    Route("/fairs", index, name="fairs"),
    Route("/fairs/{fair}/join", join, methods=["POST"], name="join_fair"),
    Route("/fairs/{fair}/leave", leave, methods=["POST"], name="leave_fair"),
    Route("/fairs/{fair}/people", people, name="fair_people"),
]
