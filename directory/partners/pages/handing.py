"""Records that a partner's imports have brought, and to which nobody belongs: the institution invites who shall."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations import belonging, mails
from directory.organisations.actions import RefusedError
from directory.organisations.model import Organisation
from directory.organisations.pages.people import REFUSALS
from directory.partners import queries
from directory.partners.pages.desk import desk_page, own
from people.addresses import normalise
from people.forms import Form
from people.limits import invitation_may_go
from server.kernel.db import UnitOfWork
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, redirect


async def invite(request: Request) -> Response:
    """Ask somebody by mail to look after a record, as its administrator."""
    form, organisation_id = await Form.of(request), request.path_params["organisation"]
    email = form.take("email", normalise, "")
    if not is_id(organisation_id):
        raise not_found()
    async with kernel_of(request).database.read() as session:
        await own(request, session)
    if not form.good:
        return await desk_page(request, form, 422)
    await invitation_may_go(request, email)
    said, refusal = N_("The invitation is on its way."), ""
    try:
        async with kernel_of(request).database.write() as uow:
            seen, _partner = await own(request, uow.session)
            if not await invite_keeper(request, uow, seen.organisation.id, organisation_id, email, locale_of(request)):
                raise not_found()
    except RefusedError as refused:
        refusal = REFUSALS[refused.code]
    back = f"/partners/{request.path_params['slug']}/desk"
    return redirect(back, said=translations(locale_of(request)).gettext(refusal or said), refused=bool(refusal))


async def invite_keeper(
    request: Request, uow: UnitOfWork, partner_id: str, organisation_id: str, email: str, locale: str
) -> bool:
    """Ask whoever reads a (normalised) address to look after a record that an institution's imports have brought.

    False: it is none of these, or somebody belongs to it. Raises RefusedError as `belonging.invite`.
    """
    # Somebody of theirs may come in at this moment: then it is no longer the institution's to invite.
    await uow.session.get(Organisation, organisation_id, with_for_update=True)
    if not await queries.waits_for_somebody(uow.session, partner_id, organisation_id):
        return False
    token = await belonging.invite(uow, organisation_id, email, "administrator", by_id=request.state.person.id)
    record = await uow.session.get_one(Organisation, organisation_id)
    await mails.invite(kernel_of(request), uow, record, email, token, locale)
    return True


routes = [
    Route("/partners/{slug}/organisations/{organisation}/invite", invite, methods=["POST"], name="invite_keeper"),
]
