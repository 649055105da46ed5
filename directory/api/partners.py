"""Partner institutions for programs. The organisations of a network are a list of organisations, narrowed to it."""

from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import Call, Operation
from directory.api.shapes.common import Paged
from directory.api.shapes.partners import PartnerPage, PartnerShown
from server.kernel.access import Access
from web.i18n import N_


async def many(call: Call) -> Response:
    """A page of the partners that one may see."""
    query: Paged = call.query
    after = answering.mark_in(query)
    async with call.kernel.database.read() as session:
        found = await queries.partners(session, call.person_id, after.id if after else None, query.limit + 1)
    shown = [PartnerShown.of(one, call.site) for one in found]
    return answering.page(call, shown, [answering.cursor(one.since, one.id) for one in shown])


operations = [
    Operation(
        "GET", "/partners", "list_partners", Access.API, N_("Partner institutions"), many, PartnerPage, Paged,
        about=N_("For the organisations of a network, ask for organisations with the parameter partner."),
    )
]  # fmt: skip
