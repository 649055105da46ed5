"""API access: the tokens by which somebody's programs act for them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import actions, api_tokens
from people.forms import Form
from people.model import Person
from people.pages.devices import needs_no_proof, prove
from people.pages.entering import PRIVATE, id_in, refused_at
from people.parts import people_of
from server.kernel.http import ProblemError, not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect


async def show(request: Request) -> Response:
    """One's tokens, and the form for another one."""
    return await _page(request, Form(None, locale_of(request), scopes=[next(iter(api_tokens.SCOPE_NAMES))]))


async def make(request: Request) -> Response:
    """Make a token, and show it this once; needs the password, or a sign-in of the last half hour."""
    form, person, kernel = await Form.of(request), request.state.person, kernel_of(request)
    name = form.take("name", api_tokens.called, "")
    scopes: list[str] = form.check("scopes", lambda: api_tokens.opening(form.all("scopes")), [])
    now = kernel.clock.now()
    until = form.take("until", lambda typed: api_tokens.ending(typed, now, person.time_zone), now)
    try:
        await prove(request, form)
    except ProblemError as error:
        return await _page(request, form, status=refused_at(form, error))
    if not form.good:
        return await _page(request, form, status=422)
    try:
        async with kernel.database.write() as uow:
            token = await actions.make_token(uow, people_of(request), person, name, scopes, until)
    except api_tokens.TooManyError:
        form.say(N_("You have as many tokens as one can have. Revoke one that you no longer need first."))
        return await _page(request, form, status=422)
    # No redirect (the form goes without Turbo): in an address or a cookie the token would be kept somewhere.
    return await _page(request, Form(None, locale_of(request), scopes=[]), token=token, token_name=name)


async def revoke(request: Request) -> Response:
    """End a token at once."""
    async with kernel_of(request).database.write() as uow:
        if not await api_tokens.revoke(uow, request.state.person.id, id_in(request, "token")):
            raise not_found()
    said = translations(locale_of(request)).gettext("The token is revoked: nothing opens with it any more.")
    return redirect("/me/tokens", said=said)


async def _page(request: Request, form: Form, *, token: str = "", token_name: str = "", status: int = 200) -> Response:
    person: Person = request.state.person
    kernel = kernel_of(request)
    now = kernel.clock.now()
    async with kernel.database.read() as session:
        tokens = await api_tokens.living(session, person.id, now)
    return page(
        request,
        "people/tokens.html",
        status,
        headers=PRIVATE,
        tokens=tokens,
        token=token,
        token_name=token_name,
        form=form,
        fresh=await needs_no_proof(request),
        scope_names=api_tokens.SCOPE_NAMES,
        name_most=api_tokens.NAME_MOST,
        most=api_tokens.MOST,
        usual=(now + api_tokens.LIFE_USUAL).date().isoformat(),
        earliest=now.date().isoformat(),
        latest=(now + api_tokens.LIFE_MOST).date().isoformat(),
        home=kernel.settings.public_url,
    )


routes = [
    Route("/me/tokens", show, name="tokens"),
    Route("/me/tokens", make, methods=["POST"], name="make_token"),
    Route("/me/tokens/{token}/revoke", revoke, methods=["POST"], name="revoke_token"),
]
