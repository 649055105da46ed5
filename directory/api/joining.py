"""Coming to belong to an organisation, for one's programs: by one's mail address, or by an invitation."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.shapes.joining import Acceptance, InvitationToken, InvitedTo, WayIn
from directory.organisations import belonging, mails, queries
from directory.organisations.actions import RefusedError
from directory.organisations.pages.people import CLAIMS, REFUSALS
from directory.organisations.queries import Seen
from people.limits import may
from server.kernel.access import Access
from server.kernel.http import ProblemError, not_found
from web.i18n import N_, translations
from web.render import locale_of


async def way_in(call: Call) -> Response:
    """Whether one belongs to an organisation, and how one could come to."""
    async with call.kernel.database.read() as session:
        return answering.record(call, await _way_in(call, session))


async def claim(call: Call) -> Response:
    """Say that one belongs to an organisation, by one's confirmed address at its domain."""
    await may(call.request, "claim", CLAIMS)
    try:
        async with call.kernel.database.write() as uow:
            seen = await _seen(call, uow.session)
            if not await belonging.claim(uow, seen.organisation.id, call.person):
                await mails.ask_administrators(call.kernel, uow, seen.organisation)
            await uow.session.flush()
            shown = await _way_in(call, uow.session)
    except RefusedError as refused:
        raise _problem_of(call, refused) from None
    return answering.record(call, shown)


async def withdraw(call: Call) -> Response:
    """Take one's claim back."""
    async with call.kernel.database.write() as uow:
        seen = await _seen(call, uow.session)
        if await queries.claim_of(uow.session, seen.organisation.id, call.by_id) is None:
            raise not_found()
        await belonging.withdraw_claim(uow, seen.organisation.id, call.by_id)
    return Response(status_code=204)


async def look(call: Call) -> Response:
    """What an invitation is about, before one accepts it."""
    given: InvitationToken = call.body
    async with call.kernel.database.read() as session:
        found = await belonging.invitation_with(session, given.token)
    if found is None:
        raise not_found()
    return answering.record(call, InvitedTo.of(*found, call.kernel.clock.now(), call.site))


async def accept(call: Call) -> Response:
    """Join by an invitation."""
    given: InvitationToken = call.body
    try:
        async with call.kernel.database.write() as uow:
            joined = await belonging.accept(uow, given.token, call.by_id)
            if joined is None:
                raise not_found()
            await uow.session.flush()
            role = (await queries.roles(uow.session, joined))[call.by_id]
    except RefusedError as refused:
        raise _problem_of(call, refused) from None
    return answering.record(call, Acceptance(organisation=joined, role=role))


async def _way_in(call: Call, session: AsyncSession) -> WayIn:
    seen = await _seen(call, session)
    return WayIn.of(await belonging.way_in(session, seen, call.person), seen.standing)


async def _seen(call: Call, session: AsyncSession) -> Seen:
    """The organisation of the path. Raises ProblemError 404 for one that is not there, or no longer."""
    seen = await queries.by_id(session, call.id, call.person)
    if seen is None or seen.moved_to is not None or seen.removed is not None:
        raise not_found()
    return seen


def _problem_of(call: Call, refused: RefusedError) -> ProblemError:
    return ProblemError(409, refused.code, translations(locale_of(call.request)).gettext(REFUSALS[refused.code]))


operations = [
    Operation(
        "GET", "/organisations/{id}/claim", "get_way_in", Access.API_MEMBERS,
        N_("Whether you belong to an organisation, and how you could come to"), way_in, WayIn,
    ),
    Operation(
        "POST", "/organisations/{id}/claim", "claim_organisation", Access.API_MEMBERS,
        N_("Say that you belong to an organisation, by your mail address at its domain"), claim, WayIn,
        refusals=(409,),
        about=N_("Where it has no administrator you become that at once; else its administrators are asked by mail."),
    ),
    Operation(
        "DELETE", "/organisations/{id}/claim", "withdraw_claim", Access.API_MEMBERS,
        N_("Take your request to belong to an organisation back"), withdraw, status=204,
    ),
    Operation(
        "POST", "/invitations/look", "look_at_invitation", Access.API_MEMBERS,
        N_("What an invitation that you got by mail is about"), look, InvitedTo, body=InvitationToken,
        refusals=(404,),
    ),
    Operation(
        "POST", "/invitations/accept", "accept_invitation", Access.API_MEMBERS,
        N_("Join an organisation by an invitation that you got by mail"), accept, Acceptance, body=InvitationToken,
        refusals=(404, 409),
        about=N_("Who belongs to it already gets the role of the invitation where that is more. It is good once."),
    ),
]  # fmt: skip
