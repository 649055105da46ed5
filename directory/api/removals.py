"""What is shown no longer, for whoever keeps a copy of the directory."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import Call, Operation
from directory.api.shapes.common import Paged, PageOf, Since
from directory.api.shapes.values import Id, Moment, Shown, coded, one_of
from directory.organisations.rules import REMOVALS
from server.kernel.access import Access
from web.i18n import N_

_KINDS = {"organisation": queries.organisations_gone, "product": queries.products_gone}


class Removed(Shown):
    """A record that is shown no longer."""

    id: Id
    removed_at: Moment
    reason: Annotated[str, coded((*REMOVALS, queries.HIDDEN))]
    merged_into: Id | None = Field(description=N_("The record that it has become a part of, if you may see it."))


class RemovalPage(PageOf[Removed]):
    """A page of what is shown no longer, in the order in which it went."""


class RemovalQuery(Paged):
    """What is asked for."""

    kind: Annotated[str, one_of(_KINDS)] = "organisation"
    updated_since: Since = None


async def many(call: Call) -> Response:
    """A page of what has gone."""
    query: RemovalQuery = call.query
    after = answering.mark_in(query)
    async with call.kernel.database.read() as session:
        found = await _KINDS[query.kind](session, call.person_id, query.updated_since, after, query.limit + 1)
    shown = [Removed(id=one.id, removed_at=one.at, reason=one.reason, merged_into=one.merged_into) for one in found]
    return answering.page(call, shown, [answering.cursor(one.at, one.id) for one in found])


operations = [
    Operation(
        "GET", "/removals", "list_removals", Access.API, N_("What is shown no longer"), many, RemovalPage, RemovalQuery,
        about=N_("For whoever keeps a copy; without a token also what is for members alone now. What comes back stands "
                 "in the lists again. The products of an organisation go with it."),
    )
]  # fmt: skip
