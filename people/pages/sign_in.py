"""Signing in by a link in a mail or by password, and signing out."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import sessions, signing
from people.addresses import normalise, readable
from people.forms import Form
from people.limits import mail_may_go, password_may_be_tried
from people.model import Person
from people.pages.entering import PRIVATE, enter, entered, refused_at, sent, sent_to
from people.parts import people_of
from people.sessions import Method
from people.ways import onward
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect


async def show(request: Request) -> Response:
    """All ways in; who is signed in goes on at once."""
    next_path = onward(request.query_params.get("next"))
    if request.state.person is not None:
        return redirect(next_path)
    return _page(request, next_path)


async def ask_for_link(request: Request) -> Response:
    """Mail a link. The answer is the same whoever has the address."""
    form = await Form.of(request)
    next_path = onward(form.typed("next"))
    email = form.take("email", normalise, "")
    if not form.good:
        return _page(request, next_path, link=form, status=422)
    try:
        await mail_may_go(request, email)
    except ProblemError as error:
        return _page(request, next_path, link=form, status=refused_at(form, error))
    async with kernel_of(request).database.write() as uow:
        await signing.ask_for_link(people_of(request), uow, email, next_path, locale_of(request))
    return sent(request, email, next_path)


async def show_sent(request: Request) -> Response:
    """Where the mail went, and what to do when it does not come."""
    mail = sent_to(request)
    if mail is None:
        return redirect("/sign-in")
    settings = kernel_of(request).settings
    return page(
        request,
        "people/sent.html",
        headers=PRIVATE,
        email=readable(mail["email"]),
        next=mail["next"],
        registers=mail["registers"],
        # Without a mail server mails go nowhere but into the development pages: said where one waits for them.
        stays_here=settings.dev and not settings.smtp_url.get_secret_value(),
    )


async def with_password(request: Request) -> Response:
    """Sign in by address and password. Whether the address or the password was wrong is not said."""
    form = await Form.of(request)
    next_path = onward(form.typed("next"))
    # What is no address belongs to nobody, and is refused in the same way, after the same time.
    email = form.check("address", lambda: normalise(form.typed("address")), "")
    form.errors.clear()
    try:
        await password_may_be_tried(request, email)
        person = await signing.with_password(people_of(request), email, form.typed("password"))
    except ProblemError as error:
        return _page(request, next_path, password=form, status=refused_at(form, error))
    token = await _let_in(request, person) if person else ""
    if not token:
        form.say(N_("This address and this password do not belong together. A link by mail always works."))
        return _page(request, next_path, password=form, status=422)
    return entered(request, token, next_path)


async def _let_in(request: Request, person: Person) -> str:
    """Begin a session; its token, or "" where the password was changed in this moment."""
    async with kernel_of(request).database.write() as uow:
        return await enter(request, uow, person, Method.PASSWORD) if await signing.still_has(uow, person) else ""


async def sign_out(request: Request) -> Response:
    """End this browser's session; its live connections close at once."""
    kernel = kernel_of(request)
    if request.state.person is not None:
        async with kernel.database.write() as uow:
            person_id = request.state.person.id
            await sessions.revoke(uow, person_id, request.state.session_id, by=person_id)
    response = redirect("/", said=translations(locale_of(request)).gettext("You are signed out."))
    sessions.drop_cookie(response, kernel.settings)
    return response


def _page(
    request: Request, next_path: str, *, link: Form | None = None, password: Form | None = None, status: int = 200
) -> Response:
    people = people_of(request)
    return page(
        request,
        "people/sign_in.html",
        status,
        headers=PRIVATE,
        next=next_path,
        link=link or Form(),
        password=password or Form(),
        with_password=password is not None or request.url.path.endswith("/password"),
        passkey_host=people.passkeys.host,
        provider=people.single_sign_on.name if people.single_sign_on else "",
    )


routes = [
    Route("/sign-in", show, name="sign_in"),
    Route("/sign-in", ask_for_link, methods=["POST"], name="ask_for_link"),
    Route("/sign-in/sent", show_sent, name="link_sent"),
    Route("/sign-in/password", show, name="password_page"),
    Route("/sign-in/password", with_password, methods=["POST"], name="sign_in_with_password"),
    Route("/sign-out", sign_out, methods=["POST"], name="sign_out"),
]
