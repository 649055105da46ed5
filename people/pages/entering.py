"""What every way in has in common: the session that begins, its cookie, and where it goes on."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from people import sessions
from people.forms import Form
from people.model import Person
from people.parts import people_of
from people.sessions import Method
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.frame import LOCALE_COOKIE
from web.i18n import N_
from web.render import redirect

# Where this browser's mail went, and which registration it began.
SENT_COOKIE, BROWSER_COOKIE = "fairmatch_sent", "fairmatch_browser"
LINK_COOKIE, CHALLENGE_COOKIE, PROVIDER_COOKIE = "fairmatch_link", "fairmatch_challenge", "fairmatch_provider"
# As long as the link in the mail of a registration lives.
BROWSER_SECONDS = 24 * 3600
LOCALE_SECONDS = 365 * 24 * 3600

# Pages with an address, a token or a person in them: not kept by any cache, told to no other site.
PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


async def enter(request: Request, uow: UnitOfWork, person: Person, method: Method) -> str:
    """Begin a session in this browser, and end the one that was there. Returns the token for `entered`."""
    if request.state.person is not None:
        former = request.state.person.id
        await sessions.revoke(uow, former, request.state.session_id, by=former)
    _, token = await sessions.start(uow, person, method, request.headers.get("user-agent", ""))
    return token


def entered(request: Request, token: str, next_path: str, said: str = "") -> RedirectResponse:
    """The way on, with the session's cookie."""
    response = redirect(next_path, said=said)
    settle(request, response, token)
    return response


def settle(request: Request, response: Response, token: str) -> None:
    """Give a response the session's cookie, and take away what the way in needed."""
    settings = kernel_of(request).settings
    sessions.set_cookie(response, settings, token)
    for name in (SENT_COOKIE, BROWSER_COOKIE, LINK_COOKIE, CHALLENGE_COOKIE, PROVIDER_COOKIE):
        if name in request.cookies:
            keep(request, response, name, "", 0)


def speak(request: Request, response: Response, locale: str) -> None:
    """Have this browser's pages in a language from now on."""
    keep(request, response, LOCALE_COOKIE, locale, LOCALE_SECONDS)


def id_in(request: Request, parameter: str) -> str:
    """The id in a path. Raises ProblemError 404 for what is none: a database need not be asked about noise."""
    value: str = request.path_params[parameter]
    if not is_id(value):
        raise not_found()
    return value


def keep(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie of ours that scripts cannot read; 0 seconds removes it."""
    sessions.keep(response, kernel_of(request).settings, name, value, seconds)


def sent(request: Request, email: str, next_path: str, *, registers: bool = False) -> RedirectResponse:
    """Go on to the page that says where the mail went; the address is in a sealed cookie, not in the URL."""
    seal = people_of(request).sent
    response = redirect("/sign-in/sent")
    value = seal.close({"email": email, "next": next_path, "registers": registers}, kernel_of(request).clock.now())
    keep(request, response, SENT_COOKIE, value, int(seal.lifetime.total_seconds()))
    return response


def sent_to(request: Request) -> dict[str, Any] | None:
    """What `sent` noted: "email", "next" and "registers"; None when it was too long ago, or in another browser."""
    return people_of(request).sent.open(request.cookies.get(SENT_COOKIE), kernel_of(request).clock.now())


def refused_at(form: Form, error: ProblemError) -> int:
    """Say at the form why the request was not served (too often, too busy), and give the status to answer with.

    Raises the error again when a form cannot say it better.
    """
    if error.status == 429:
        minutes = max(1, round(int(error.headers.get("retry-after", "60")) / 60))
        form.say(N_("That was too often. Please wait about %(minutes)s min and try again."), minutes=minutes)
    elif error.status == 503:
        form.say(N_("A great many people are signing in right now. Please try again in a moment."))
    else:
        raise error
    return error.status
