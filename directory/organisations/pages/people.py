"""Who belongs to an organisation: claiming, inviting, roles, and going."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import belonging, doors, mails, queries
from directory.organisations.actions import RefusedError
from directory.organisations.pages.show import known_of
from directory.organisations.policy import Standing
from directory.organisations.queries import Seen
from directory.organisations.rules import ROLES
from directory.organisations.shown import ROLE_NAMES
from people.addresses import normalise, readable
from people.forms import Form
from people.limits import invitation_may_go, may
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

CLAIMS = "20 per day"
PEOPLE_SHOWN = 500
# What a rule's refusal means, in words.
REFUSALS = {
    "not_claimable": N_("Your mail address does not prove that you belong there."),
    "member": N_("You belong to this organisation already."),
    "waiting": N_("Your request is waiting for an answer already."),
    "too_many": N_("There is no more room. Please remove somebody first."),
    "last_administrator": N_("Somebody else must be administrator first."),
    "not_a_member": N_("This person does not belong to the organisation any more."),
    "unknown_role": N_("Please choose from the list."),
}
Change = Callable[[UnitOfWork, Seen], Awaitable[str]]


async def show(request: Request) -> Response:
    """The people of an organisation, those who want to join, and those who are invited."""
    return await _page(request, Form(None, locale_of(request), role="editor"))


async def claim(request: Request) -> Response:
    """Say that one belongs to an organisation."""
    await may(request, "claim", CLAIMS)
    person: Person = request.state.person

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        if await belonging.claim(uow, seen.organisation.id, person):
            return N_("You are the administrator of this organisation now.")
        await mails.ask_administrators(kernel_of(request), uow, seen.organisation)
        return N_("The administrators of this organisation are asked. You get a mail when they have answered.")

    return await _changed(request, _anybody, change, back="")


async def withdraw_claim(request: Request) -> Response:
    """Take one's claim back."""

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        await belonging.withdraw_claim(uow, seen.organisation.id, request.state.person.id)
        return N_("Your request is taken back.")

    return await _changed(request, _anybody, change, back="")


async def decide(request: Request) -> Response:
    """Let somebody in, or decline."""
    form = await Form.of(request)
    role = form.typed("role") if form.typed("answer") == "yes" else None
    claim_id = _id(request, "claim")

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        by_id = request.state.person.id
        decided = await belonging.decide(uow, seen.organisation.id, claim_id, role, by_id=by_id)
        if decided is None:
            return N_("Somebody has answered that already.")
        let_in = role is not None
        await mails.tell_claimant(kernel_of(request), uow, seen.organisation, decided.person_id, let_in)
        return N_("The person belongs to the organisation now.") if let_in else N_("The request is declined.")

    return await _changed(request, _administers, change)


async def invite(request: Request) -> Response:
    """Ask somebody by mail to join."""
    form = await Form.of(request)
    email, role = form.take("email", normalise, ""), form.typed("role")
    if not form.good:
        return await _page(request, form, 422)
    await invitation_may_go(request, email)

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        by_id = request.state.person.id
        token = await belonging.invite(uow, seen.organisation.id, email, role, by_id=by_id)
        await mails.invite(kernel_of(request), uow, seen.organisation, email, token, locale_of(request))
        return N_("The invitation is on its way.")

    return await _changed(request, _administers, change)


async def withdraw_invitation(request: Request) -> Response:
    """Have an invitation count no longer."""
    invitation_id = _id(request, "invitation")

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        by_id = request.state.person.id
        await belonging.withdraw_invitation(uow, seen.organisation.id, invitation_id, by_id=by_id)
        return N_("The invitation is withdrawn.")

    return await _changed(request, _administers, change)


async def set_role(request: Request) -> Response:
    """Give somebody another role."""
    form, person_id = await Form.of(request), _id(request, "person")

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        by_id = request.state.person.id
        await belonging.set_role(uow, seen.organisation.id, person_id, form.typed("role"), by_id=by_id)
        return N_("The role is changed.")

    return await _changed(request, _administers, change)


async def remove(request: Request) -> Response:
    """Take somebody out; everybody may go themselves."""
    person_id, own = _id(request, "person"), request.state.person.id

    async def change(uow: UnitOfWork, seen: Seen) -> str:
        await belonging.remove_member(uow, seen.organisation.id, person_id, by_id=own)
        return N_("You have left the organisation.") if person_id == own else N_("The person is removed.")

    goes = person_id == own
    return await _changed(request, _is_member if goes else _administers, change, back="" if goes else "/people")


async def look_at_invitation(request: Request) -> Response:
    """What an invitation from a mail is about, before one accepts it."""
    token = request.query_params.get("token", "")
    async with kernel_of(request).database.read() as session:
        found = await belonging.invitation_with(session, token)
    if found is None:
        raise not_found()
    invitation, organisation = found
    return page(
        request,
        "organisations/invitation.html",
        headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
        organisation=organisation,
        role=ROLE_NAMES[invitation.role],
        good=belonging.is_good(invitation, kernel_of(request).clock.now()),
        token=token,
    )


async def accept_invitation(request: Request) -> Response:
    """Join by an invitation."""
    form, _ = await Form.of(request), translations(locale_of(request)).gettext
    async with kernel_of(request).database.write() as uow:
        found = await belonging.invitation_with(uow.session, form.typed("token"))
        try:
            joined = await belonging.accept(uow, form.typed("token"), request.state.person.id)
        except RefusedError as refused:
            return redirect("/organisations/mine", said=_(REFUSALS[refused.code]), refused=True)
    if joined is None or found is None:
        return redirect("/organisations/mine", said=_("This invitation is not good any more."), refused=True)
    return redirect(f"/o/{found[1].slug}", said=_("You belong to %(name)s now.") % {"name": found[1].name})


async def mine(request: Request) -> Response:
    """The organisations that one belongs to, and the ways to further ones."""
    person: Person = request.state.person
    domain = (person.email or "").rpartition("@")[2]
    async with kernel_of(request).database.read() as session:
        ours = await queries.ours(session, person.id)
        gone = await queries.taken_off(session, person.id)
        near = [
            one for one in await queries.at_domain(session, person.id, domain) if one.id not in {o.id for o in ours}
        ]
    return page(request, "organisations/mine.html", ours=ours, near=near, gone=gone, role_names=ROLE_NAMES)


async def _changed(request: Request, may_do: doors.May, change: Change, back: str = "/people") -> Response:
    """Do it, and go back with a line about it; where a rule refuses, with that."""
    _ = translations(locale_of(request)).gettext
    path = f"/o/{request.path_params['slug']}"
    try:
        async with kernel_of(request).database.write() as uow:
            seen = await doors.admitted(request, uow.session, may_do)
            said = await change(uow, seen)
    except RefusedError as refused:
        # Whoever may not go yet finds there whom to make administrator.
        back = "/people" if refused.code == "last_administrator" else back
        return redirect(f"{path}{back}", said=_(REFUSALS[refused.code]), refused=True)
    return redirect(f"{path}{back}", said=_(said))


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _is_member)
        people = await queries.team(session, seen.organisation.id, PEOPLE_SHOWN)
        known = await known_of(request, session, people)
        administers = seen.standing.administers
        claims = await queries.open_claims(session, seen.organisation.id) if administers else []
        invitations = await queries.open_invitations(session, seen.organisation.id, now) if administers else []
    _ = translations(locale_of(request)).gettext
    return page(
        request,
        "organisations/people.html",
        status,
        headers={"cache-control": "no-store"},
        organisation=seen.organisation,
        path=f"/o/{seen.organisation.slug}",
        standing=seen.standing,
        people=people,
        known=known,
        claims=claims,
        invitations=[(one, readable(one.email)) for one in invitations],
        form=form,
        roles=[(role, _(ROLE_NAMES[role])) for role in ROLES],
        role_names=ROLE_NAMES,
        readable=readable,
    )


def _id(request: Request, parameter: str) -> str:
    value: str = request.path_params[parameter]
    if not is_id(value):
        raise not_found()
    return value


def _administers(standing: Standing) -> bool:
    return standing.administers


def _is_member(standing: Standing) -> bool:
    return standing.sees_history


def _anybody(_standing: Standing) -> bool:
    return True


routes = [
    Route("/organisations/mine", mine, name="my_organisations"),
    Route("/invitation", look_at_invitation, name="invitation"),
    Route("/invitation", accept_invitation, methods=["POST"], name="accept_invitation"),
    Route("/o/{slug}/people", show, name="organisation_people"),
    Route("/o/{slug}/claim", claim, methods=["POST"], name="claim_organisation"),
    Route("/o/{slug}/claim/withdraw", withdraw_claim, methods=["POST"], name="withdraw_claim"),
    Route("/o/{slug}/claims/{claim}", decide, methods=["POST"], name="decide_claim"),
    Route("/o/{slug}/invitations", invite, methods=["POST"], name="invite_member"),
    Route("/o/{slug}/invitations/{invitation}/withdraw", withdraw_invitation, methods=["POST"], name="uninvite"),
    Route("/o/{slug}/people/{person}/role", set_role, methods=["POST"], name="set_member_role"),
    Route("/o/{slug}/people/{person}/remove", remove, methods=["POST"], name="remove_member"),
]
