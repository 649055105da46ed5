"""Who cares for a partner's network: named by the administrators of the institution among its own people."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.organisations.policy import Standing
from directory.partners import actions
from directory.partners.actions import RefusedError
from directory.partners.pages.desk import desk_page, own
from people.forms import Form
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, redirect

WHY_NOT = {
    "not_a_member": N_("This person does not belong to the institution."),
    "too_many": N_("There is no more room. Please remove somebody first."),
}


async def name(request: Request) -> Response:
    """Have somebody of the institution care for its network."""
    form = await Form.of(request)
    person_id = form.typed("moderator")
    if not is_id(person_id):
        raise not_found()
    async with kernel_of(request).database.write() as uow:
        seen, _partner = await own(request, uow.session, _administers)
        try:
            await actions.name_moderator(uow, seen.organisation.id, person_id, by_id=request.state.person.id)
        except RefusedError as refused:
            if refused.code not in WHY_NOT:  # the partnership ended at this moment
                raise not_found() from None
            form.refuse("moderator", WHY_NOT[refused.code])
    if not form.good:
        return await desk_page(request, form, 422)
    return _back(request, N_("They find the desk on the page of the network."))


async def dismiss(request: Request) -> Response:
    """Have somebody care for it no longer."""
    person_id = request.path_params["person"]
    if not is_id(person_id):
        raise not_found()
    async with kernel_of(request).database.write() as uow:
        seen, _partner = await own(request, uow.session, _administers)
        await actions.dismiss_moderator(uow, seen.organisation.id, person_id, by_id=request.state.person.id)
    return _back(request, N_("It is saved."))


def _administers(standing: Standing) -> bool:
    return standing.administers


def _back(request: Request, said: str) -> Response:
    words = translations(locale_of(request)).gettext(said)
    return redirect(f"/partners/{request.path_params['slug']}/desk", said=words)


routes = [
    Route("/partners/{slug}/moderators", name, methods=["POST"], name="name_moderator"),
    Route("/partners/{slug}/moderators/{person}/remove", dismiss, methods=["POST"], name="dismiss_moderator"),
]
