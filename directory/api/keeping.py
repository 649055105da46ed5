"""Taking organisations off the directory, showing them again, and making one of two, for programs: as at the pages."""

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.organisations import edited, shown_of
from directory.api.shapes.organisations import MergeInto, Organisation
from directory.organisations import actions
from directory.organisations import queries as organisation_queries
from directory.organisations.actions import RefusedError
from directory.organisations.merging import merge
from directory.organisations.parts import organisations_of
from directory.organisations.queries import Seen
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def remove(call: Call) -> Response:
    """Show one no longer."""
    async with call.kernel.database.write() as uow:
        seen = await _administered(call, uow)
        if seen.removed is not None:
            raise not_found()
        answering.check_match(call.request, await shown_of(call, uow.session, call.id))
        await actions.remove(uow, call.id, by_id=call.by_id)
    return Response(status_code=204)


async def bring_back(call: Call) -> Response:
    """Show one again; one that is shown stays so."""
    try:
        async with call.kernel.database.write() as uow:
            await _administered(call, uow)
            await actions.bring_back(uow, call.id, by_id=call.by_id)
            await uow.session.flush()
            shown = await shown_of(call, uow.session, call.id)
    except RefusedError as refused:
        raise ProblemError(409, refused.code, "This belongs to another organisation now.") from None
    return answering.record(call, shown)


async def confirm(call: Call) -> Response:
    """Say that everything is so today."""
    async with call.kernel.database.write() as uow:
        row = await edited(call, uow, call.id)
        await actions.confirm(uow, row.id, by_id=call.by_id)
        await uow.session.flush()
        shown = await shown_of(call, uow.session, row.id)
    return answering.record(call, shown)


async def merge_into(call: Call) -> Response:
    """Make one of two; the one that remains."""
    given: MergeInto = call.body
    if not call.person.admin:
        raise ProblemError(403, "forbidden", "Only who runs this platform makes one organisation of two.")
    async with call.kernel.database.write() as uow:
        for id_ in (call.id, given.into):
            await shown_of(call, uow.session, id_)
        try:
            await merge(uow, call.id, given.into, organisations_of(call.request).carriers, by_id=call.by_id)
        except RefusedError as refused:
            raise ProblemError(409, refused.code, "These are no two organisations that are shown.") from None
        uow.session.expire_all()
        shown = await shown_of(call, uow.session, given.into)
    return answering.record(call, shown)


async def _administered(call: Call, uow: UnitOfWork) -> Seen:
    """The organisation, also one that is shown no longer, for its administrators. Raises ProblemError 404 and 403."""
    seen = await organisation_queries.by_id(uow.session, call.id, call.person)
    if seen is None or seen.moved_to is not None:
        raise not_found()
    if not seen.standing.administers:
        raise ProblemError(403, "forbidden", "You do not administer this organisation.")
    return seen


operations = [
    Operation(
        "DELETE", "/organisations/{id}", "remove_organisation", Access.API_ORGANISATIONS,
        N_("Take an organisation that you administer off the directory"), remove, status=204, refusals=(403, 412),
        about=N_("Its products go with it. Nothing is deleted: it can be shown again."),
    ),
    Operation(
        "POST", "/organisations/{id}/return", "return_organisation", Access.API_ORGANISATIONS,
        N_("Show an organisation again that was taken off the directory"), bring_back, Organisation,
        refusals=(403, 409),
    ),
    Operation(
        "POST", "/organisations/{id}/confirm", "confirm_organisation", Access.API_ORGANISATIONS,
        N_("Say that everything about an organisation that you manage is so today"), confirm, Organisation,
        refusals=(403,),
    ),
    Operation(
        "POST", "/organisations/{id}/merge", "merge_organisations", Access.API_ORGANISATIONS,
        N_("Make one organisation of two"), merge_into, Organisation, body=MergeInto, refusals=(403, 409),
        about=N_("For who runs the platform. The one in the address is shown no longer, and leads to the other one.")
    ),
]  # fmt: skip
