"""Who belongs to an organisation, for programs of those who decide that: the same rules as on its page of people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from directory.api import answering, queries
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import ruled
from directory.api.shapes.members import (
    Claim,
    ClaimAnswer,
    ClaimPage,
    Invitation,
    InvitationNew,
    InvitationPage,
    Member,
    MemberChange,
    MemberPage,
)
from directory.organisations import belonging, mails
from directory.organisations import queries as organisation_queries
from directory.organisations.actions import RefusedError
from directory.organisations.pages.people import PEOPLE_SHOWN, REFUSALS
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from people.addresses import normalise
from people.limits import invitation_may_go
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import N_, translations
from web.render import locale_of


async def many(call: Call) -> Response:
    """The people of an organisation, for those who belong to it."""
    async with call.kernel.database.read() as session:
        await _seen(call, session, administers=False)
        found = await organisation_queries.team(session, call.id, PEOPLE_SHOWN)
    return answering.whole(call, [Member.of(one) for one in found])


async def change(call: Call) -> Response:
    """Give somebody another role."""
    given: MemberChange = call.body
    person_id = call.named("person")
    async with _changing(call) as (uow, _here):
        await belonging.set_role(uow, call.id, person_id, given.role, by_id=call.by_id)
        await uow.session.flush()
        team = await organisation_queries.team(uow.session, call.id, PEOPLE_SHOWN)
    return answering.record(call, Member.of(next(one for one in team if one.person_id == person_id)))


async def remove(call: Call) -> Response:
    """Take somebody out, or go oneself."""
    person_id = call.named("person")
    async with _changing(call, administers=person_id != call.by_id) as (uow, _here):
        await belonging.remove_member(uow, call.id, person_id, by_id=call.by_id)
    return Response(status_code=204)


async def invitations(call: Call) -> Response:
    """The invitations that wait."""
    async with call.kernel.database.read() as session:
        await _seen(call, session)
        found = await organisation_queries.open_invitations(session, call.id, call.kernel.clock.now())
    return answering.whole(call, [Invitation.of(one) for one in found])


async def invite(call: Call) -> Response:
    """Ask somebody by mail to join."""
    given: InvitationNew = call.body
    email = ruled(call, "/email", lambda: normalise(given.email))
    async with call.kernel.database.read() as session:
        await _seen(call, session)
    await invitation_may_go(call.request, email)
    locale = given.language or locale_of(call.request)
    async with _changing(call) as (uow, seen):
        token = await belonging.invite(uow, call.id, email, given.role, by_id=call.by_id)
        await mails.invite(call.kernel, uow, seen.organisation, email, token, locale)
        await uow.session.flush()
        waiting = await organisation_queries.open_invitations(uow.session, call.id, uow.clock.now())
        made = Invitation.of(next(one for one in waiting if one.email == email))
    return answering.record(call, made, 201, f"{VERSION}/organisations/{call.id}/invitations/{made.id}")


async def withdraw(call: Call) -> Response:
    """Have an invitation count no longer."""
    wanted = call.named("invitation")
    async with _changing(call) as (uow, _here):
        waiting = await organisation_queries.open_invitations(uow.session, call.id, uow.clock.now())
        if wanted not in {one.id for one in waiting}:
            raise not_found()
        await belonging.withdraw_invitation(uow, call.id, wanted, by_id=call.by_id)
    return Response(status_code=204)


async def claims(call: Call) -> Response:
    """Those who say that they belong to it, and wait for an answer."""
    async with call.kernel.database.read() as session:
        await _seen(call, session)
        found = await organisation_queries.open_claims(session, call.id)
    return answering.whole(call, [Claim.of(row, person) for row, person in found])


async def decide(call: Call) -> Response:
    """Let somebody in, or decline."""
    given: ClaimAnswer = call.body
    claim_id = call.named("claim")
    async with _changing(call) as (uow, seen):
        decided = await belonging.decide(uow, call.id, claim_id, given.role, by_id=call.by_id)
        if decided is None:
            raise not_found()
        let_in = given.role is not None
        await mails.tell_claimant(call.kernel, uow, seen.organisation, decided.person_id, let_in)
    return Response(status_code=204)


@asynccontextmanager
async def _changing(call: Call, *, administers: bool = True) -> AsyncIterator[tuple[UnitOfWork, Seen]]:
    """A unit of work for those who may. Raises ProblemError 404, 403, and 409 for what the rules refuse."""
    try:
        async with call.kernel.database.write() as uow:
            yield uow, await _seen(call, uow.session, administers=administers)
    except RefusedError as refused:
        if refused.code == "not_a_member":
            raise not_found() from None
        raise problem_in(call, refused) from None


def problem_in(call: Call, refused: RefusedError) -> ProblemError:
    """What the rules of belonging refuse, in the words of the page."""
    return ProblemError(409, refused.code, translations(locale_of(call.request)).gettext(REFUSALS[refused.code]))


async def _seen(call: Call, session: AsyncSession, *, administers: bool = True) -> Seen:
    """The organisation, for who decides about its people (else: who belongs to it). Raises ProblemError 404 and 403."""
    row = await queries.organisation(session, call.person_id, call.id)
    seen = await organisation_queries.by_slug(session, row.slug, call.person) if row else None
    if seen is None:
        raise not_found()
    if not (seen.standing.administers if administers else _belongs(seen.standing)):
        raise ProblemError(403, "forbidden", "You do not decide who belongs to this organisation.")
    return seen


def _belongs(standing: Standing) -> bool:
    return standing.sees_history


operations = [
    Operation(
        "GET", "/organisations/{id}/members", "list_members", Access.API_MEMBERS,
        N_("The people of an organisation that you belong to"), many, MemberPage, refusals=(403,),
    ),
    Operation(
        "PATCH", "/organisations/{id}/members/{person}", "change_member", Access.API_MEMBERS,
        N_("Give somebody another role"), change, Member, body=MemberChange, refusals=(403, 409),
        about=N_("For administrators. The last one of them stays one."),
    ),
    Operation(
        "DELETE", "/organisations/{id}/members/{person}", "remove_member", Access.API_MEMBERS,
        N_("Take somebody out of an organisation, or go yourself"), remove, status=204, refusals=(403, 409),
    ),
    Operation(
        "GET", "/organisations/{id}/invitations", "list_invitations", Access.API_MEMBERS,
        N_("The invitations that wait"), invitations, InvitationPage, refusals=(403,),
    ),
    Operation(
        "POST", "/organisations/{id}/invitations", "invite_member", Access.API_MEMBERS,
        N_("Ask somebody by mail to join"), invite, Invitation, body=InvitationNew, status=201, refusals=(403, 409),
        about=N_("An earlier invitation to the same address ends."),
    ),
    Operation(
        "DELETE", "/organisations/{id}/invitations/{invitation}", "withdraw_invitation", Access.API_MEMBERS,
        N_("Have an invitation count no longer"), withdraw, status=204, refusals=(403,),
    ),
    Operation(
        "GET", "/organisations/{id}/claims", "list_claims", Access.API_MEMBERS,
        N_("Those who say that they belong to it, and wait for an answer"), claims, ClaimPage, refusals=(403,),
    ),
    Operation(
        "POST", "/organisations/{id}/claims/{claim}", "answer_claim", Access.API_MEMBERS,
        N_("Let somebody in, or decline"), decide, status=204, body=ClaimAnswer, refusals=(403, 409),
    ),
]  # fmt: skip
