"""Who cares for a partner's network, for programs of the institution: named by its administrators, as at its desk."""

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.partners import own_partner
from directory.api.ruling import problem_of
from directory.api.shapes.partners import Moderator, ModeratorPage
from directory.partners import actions, queries
from directory.partners.actions import RefusedError
from directory.partners.pages.moderators import WHY_NOT
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_


async def many(call: Call) -> Response:
    """The moderators of a network, for those who care for it."""
    async with call.kernel.database.read() as session:
        await own_partner(call, session)
        found = await queries.moderators(session, call.id)
    return answering.whole(call, [Moderator(person=one.person_id, name=one.name) for one in found])


async def name(call: Call) -> Response:
    """Have somebody of the institution care for its network; who does already goes on."""
    person_id = call.named("person")
    async with call.kernel.database.write() as uow:
        await _check_administers(call, uow)
        try:
            await actions.name_moderator(uow, call.id, person_id, by_id=call.by_id)
        except RefusedError as refused:
            if refused.code not in WHY_NOT:  # the partnership ended at this moment
                raise not_found() from None
            raise problem_of(call, refused.code, WHY_NOT) from None
    return Response(status_code=204)


async def dismiss(call: Call) -> Response:
    """Have somebody care for it no longer."""
    person_id = call.named("person")
    async with call.kernel.database.write() as uow:
        await _check_administers(call, uow)
        await actions.dismiss_moderator(uow, call.id, person_id, by_id=call.by_id)
    return Response(status_code=204)


async def _check_administers(call: Call, uow: UnitOfWork) -> None:
    standing = await own_partner(call, uow.session)
    if not standing.administers:
        raise ProblemError(403, "forbidden", "Only administrators of the institution name its moderators.")


operations = [
    Operation(
        "GET", "/partners/{id}/moderators", "list_moderators", Access.API_MEMBERS,
        N_("Who cares for the network of a partner that you manage"), many, ModeratorPage, refusals=(403,),
    ),
    Operation(
        "PUT", "/partners/{id}/moderators/{person}", "name_moderator", Access.API_MEMBERS,
        N_("Have somebody of the institution care for its network"), name, status=204, refusals=(403, 409),
        about=N_("For its administrators. Who leaves the institution is named again when they are back."),
    ),
    Operation(
        "DELETE", "/partners/{id}/moderators/{person}", "dismiss_moderator", Access.API_MEMBERS,
        N_("Have somebody care for the network no longer"), dismiss, status=204, refusals=(403,),
    ),
]  # fmt: skip
