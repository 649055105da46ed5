"""Registering: a name, an address, and if one likes a password."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import passwords, signing, text, zones
from people.addresses import normalise
from people.forms import Form
from people.limits import mail_may_go
from people.pages.entering import BROWSER_COOKIE, BROWSER_SECONDS, PRIVATE, keep, refused_at, sent
from people.parts import people_of
from people.signing import Newcomer
from people.tokens import new_token
from people.ways import onward
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.render import locale_of, page, redirect


async def show(request: Request) -> Response:
    """The form; who is signed in goes on at once."""
    next_path = onward(request.query_params.get("next"))
    if request.state.person is not None:
        return redirect(next_path)
    return _page(request, Form(), next_path)


async def register(request: Request) -> Response:
    """Mail a link that begins the account. The answer is the same whoever has the address."""
    form = await Form.of(request)
    next_path = onward(form.typed("next"))
    name = form.take("name", text.name, "")
    email = form.take("email", normalise, "")
    password = _password(form, name, email)
    if not form.good:
        return _page(request, form, next_path, status=422)
    people = people_of(request)
    try:
        await mail_may_go(request, email)
        hashed = await people.passwords.hash(password) if password else None
    except ProblemError as error:
        return _page(request, form, next_path, status=refused_at(form, error))
    told = form.typed("time_zone")
    zone = told if zones.known(told) else zones.DEFAULT
    browser = new_token()
    async with kernel_of(request).database.write() as uow:
        newcomer = Newcomer(name, locale_of(request), zone, hashed)
        await signing.register(people, uow, email, newcomer, next_path, browser)
    response = sent(request, email, next_path, registers=True)
    keep(request, response, BROWSER_COOKIE, browser, BROWSER_SECONDS)
    return response


def _password(form: Form, name: str, email: str) -> str:
    """The chosen password; empty when none was."""
    if not form.typed("password"):
        return ""
    return form.take("password", lambda typed: passwords.acceptable(typed, about=(name, email)), "")


def _page(request: Request, form: Form, next_path: str, status: int = 200) -> Response:
    return page(request, "people/register.html", status, headers=PRIVATE, form=form, next=next_path)


routes = [
    Route("/register", show, name="register_page"),
    Route("/register", register, methods=["POST"], name="register"),
]
