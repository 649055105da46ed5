"""Records that a partner's imports have brought and to which nobody belongs, for programs of the institution: who they
are, and whom it asks to look after one, as at its desk."""

from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.members import problem_in
from directory.api.partners import own_partner
from directory.api.ruling import ruled
from directory.api.shapes.partners import KeeperNew, Unclaimed, UnclaimedPage, UnclaimedQuery
from directory.organisations.actions import RefusedError
from directory.partners import queries
from directory.partners.pages.handing import invite_keeper
from people.addresses import normalise
from people.limits import invitation_may_go
from server.kernel.access import Access
from server.kernel.http import not_found
from web.i18n import N_
from web.render import locale_of


async def many(call: Call) -> Response:
    """A page of them."""
    query: UnclaimedQuery = call.query
    after = int(query.after or 0)
    async with call.kernel.database.read() as session:
        await own_partner(call, session)
        now = call.kernel.clock.now()
        found = await queries.waiting_for_somebody(session, call.id, now, limit=query.limit + 1, after=after)
    shown = [Unclaimed(organisation=one.id, name=one.name, invited_at=one.invited_at) for one in found]
    return answering.page(call, shown, [str(after + number) for number in range(1, len(shown) + 1)])


async def invite(call: Call) -> Response:
    """Ask somebody by mail to look after one, as its administrator."""
    given: KeeperNew = call.body
    email = ruled(call, "/email", lambda: normalise(given.email))
    async with call.kernel.database.read() as session:
        await own_partner(call, session)
    await invitation_may_go(call.request, email)
    locale = given.language or locale_of(call.request)
    try:
        async with call.kernel.database.write() as uow:
            await own_partner(call, uow.session)
            if not await invite_keeper(call.request, uow, call.id, call.named("organisation"), email, locale):
                raise not_found()
    except RefusedError as refused:
        raise problem_in(call, refused) from None
    return Response(status_code=204)


operations = [
    Operation(
        "GET", "/partners/{id}/unclaimed", "list_unclaimed", Access.API_MEMBERS,
        N_("Organisations that a partner's imports have brought and to which nobody belongs"), many, UnclaimedPage,
        UnclaimedQuery, refusals=(403,),
    ),
    Operation(
        "POST", "/partners/{id}/unclaimed/{organisation}/invite", "invite_keeper", Access.API_MEMBERS,
        N_("Ask somebody by mail to look after one of them"), invite, status=204, body=KeeperNew, refusals=(403, 409),
    ),
]  # fmt: skip
