"""Partner institutions for programs. The organisations of a network are a list of organisations, narrowed to it."""

from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import Call, Operation
from directory.api.shapes.common import Paged
from directory.api.shapes.partners import Figures, PartnerPage, PartnerShown
from directory.organisations.parts import organisations_of
from directory.organisations.queries import by_slug
from directory.partners import queries as partner_queries
from directory.partners.statistics import statistics
from server.kernel.access import Access
from server.kernel.bearer import token_wanted
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def many(call: Call) -> Response:
    """A page of the partners that one may see."""
    query: Paged = call.query
    after = answering.mark_in(query)
    async with call.kernel.database.read() as session:
        found = await queries.partners(session, call.person_id, after.id if after else None, query.limit + 1)
    shown = [PartnerShown.of(one, call.kernel.settings) for one in found]
    return answering.page(call, shown, [answering.cursor(one.since, one.id) for one in shown])


async def figures(call: Call) -> Response:
    """A partner's network in figures, for its own people."""
    if call.person is None:
        raise token_wanted()
    async with call.kernel.database.read() as session:
        row = await queries.organisation(session, call.person_id, call.id)
        if row is None or await partner_queries.partner(session, row.id) is None:
            raise not_found()
        seen = await by_slug(session, row.slug, call.person)
        if seen is None or not seen.standing.edits:
            raise ProblemError(403, "forbidden", "You do not manage this partner.")
        counters = organisations_of(call.request).counters
        found = await statistics(session, call.by_id, row.id, counters, call.kernel.clock.now())
    return answering.record(call, Figures.of(found))


operations = [
    Operation(
        "GET", "/partners", "list_partners", Access.API, N_("Partner institutions"), many, PartnerPage, Paged,
        about=N_("For the organisations of a network, ask for organisations with the parameter partner."),
    ),
    Operation(
        "GET", "/partners/{id}/statistics", "get_partner_statistics", Access.API,
        N_("The network of a partner that you manage, in figures"), figures, Figures, refusals=(403,),
    ),
]  # fmt: skip
