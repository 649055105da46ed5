"""The organisers' page about connections: who will have trouble in calls, and who has not looked yet."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from fairs.cards import Card
from fairs.doors import visit
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from signaling.checks import queries
from signaling.checks.queries import GROUPS, IN_TROUBLE, Checked
from signaling.checks.rules import COUNTS_FOR
from signaling.checks.shown import CheckShown
from web.i18n import N_
from web.render import locale_of, page

# People on a page of the list.
PEOPLE_PAGE = 60
# What the list can be narrowed to, each with its word; the first is where one begins.
FILTERS = {
    "trouble": (N_("In trouble"), IN_TROUBLE),
    "untried": (N_("Not known"), frozenset({"untried"})),
    "unchecked": (N_("Not checked yet"), frozenset({"unchecked"})),
    "fine": (N_("All well"), frozenset({"video"})),
}
# The groups of the chart, each with its word.
WORDS = {
    "video": N_("sound and picture"),
    "silent": N_("no microphone"),
    "sound": N_("sound only"),
    "text": N_("text only"),
    "untried": N_("not known"),
    "unchecked": N_("not checked yet"),
}


@dataclass(frozen=True)
class PersonShown:
    """Somebody in the list."""

    card: Card
    check: CheckShown | None


async def desk(request: Request) -> Response:
    """Who will have trouble, page by page, with what helps."""
    chosen, after = _chosen(request)
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        counts = await queries.counted(session, here.fair.id, now)
        groups = FILTERS[chosen][1]
        found = await queries.checked(session, here.fair.id, now, groups, after=after, limit=PEOPLE_PAGE + 1)
    path = f"{here.shown.path}/connections"
    return page(
        request,
        "signaling/connections.html",
        headers={"cache-control": "no-store"},
        fair=here.shown,
        path=path,
        chosen=chosen,
        first=after is None,
        parts=[(group, WORDS[group], counts[group]) for group in GROUPS],
        filters=[(key, words, sum(counts[each] for each in of)) for key, (words, of) in FILTERS.items()],
        people=[_shown(each, locale_of(request)) for each in found[:PEOPLE_PAGE]],
        onward=_onward(path, chosen, found[PEOPLE_PAGE - 1].card.id) if len(found) > PEOPLE_PAGE else "",
        days=COUNTS_FOR.days,
    )


def _chosen(request: Request) -> tuple[str, str | None]:
    """The filter and the cursor of an address. Raises ProblemError 404 for what is neither."""
    chosen, after = request.query_params.get("show", "trouble"), request.query_params.get("after")
    if chosen not in FILTERS or (after is not None and not is_id(after)):
        raise not_found()
    return chosen, after


def _shown(found: Checked, locale: str) -> PersonShown:
    return PersonShown(found.card, CheckShown.of(found.check, locale) if found.check else None)


def _onward(path: str, chosen: str, after: str) -> str:
    return f"{path}?" + urlencode({"show": chosen, "after": after})
