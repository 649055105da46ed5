"""Where a link in a mail leads: one button, so that programs that open links for people use none up."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from people import links, queries, signing, text, zones
from people.addresses import readable
from people.forms import Form
from people.links import Purpose
from people.model import Person, SignInLink
from people.pages.entering import BROWSER_COOKIE, LINK_COOKIE, PRIVATE, enter, entered, keep
from people.parts import people_of
from people.sessions import Method
from people.signing import Newcomer
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.render import locale_of, page, redirect

# Between opening the link and pressing the button.
PATIENCE_SECONDS = 30 * 60


async def show(request: Request) -> Response:
    """The button. The token moves from the address into a cookie first: out of sight, of history and of referrers."""
    token = request.query_params.get("token")
    if token is not None:
        response = redirect("/sign-in/link")
        response.headers.update(PRIVATE)
        keep(request, response, LINK_COOKIE, token[:100], PATIENCE_SECONDS)
        return response
    return await _page(request, Form(None, locale_of(request), time_zone=""))


async def follow(request: Request) -> Response:
    """Use the link up, and be signed in."""
    form = await Form.of(request)
    token = request.cookies.get(LINK_COOKIE, "")
    newcomer = None
    if "name" in form:
        newcomer = Newcomer(form.take("name", text.name, ""), locale_of(request), _zone(form))
    if not form.good:
        return await _page(request, form, status=422)
    people = people_of(request)
    if not await _is_for_this_page(request, token, form.typed("link")):
        return await _page(request, form, status=422)
    async with people.kernel.database.write() as uow:
        came = await signing.follow(people, uow, token, newcomer, request.cookies.get(BROWSER_COOKIE, ""))
        session = await enter(request, uow, came.person, Method.LINK) if came else ""
    if came is None:
        return await _page(request, form, status=422)
    _ = translations(locale_of(request)).gettext
    said = _("Welcome to Fairmatch. Your account is ready.") if came.new else ""
    return entered(request, session, came.next_path, said)


async def _is_for_this_page(request: Request, token: str, shown: str) -> bool:
    """Whether the button that was pressed stood below this link, and whether it works in this browser at all.

    Somebody may have opened another link meanwhile: nobody is signed in as another than the page said.
    """
    async with kernel_of(request).database.read() as session:
        link = await links.look(session, token)
    return link is not None and shown in ("", link.id) and _works_here(request, link)


def _works_here(request: Request, link: SignInLink) -> bool:
    """An address is changed where its person is signed in: a mistyped one is a stranger's, and is no way in."""
    person: Person | None = request.state.person
    return link.purpose != Purpose.CHANGE_ADDRESS or (person is not None and person.id == link.person_id)


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    """The link's page, whatever became of the link."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        link = await links.look(session, request.cookies.get(LINK_COOKIE, ""))
        owner = await queries.by_email(session, link.email) if link else None
        typed = await links.registration_of(session, link) if link else None
    if link is None or not links.is_good(link, kernel.clock.now()):
        return page(request, "people/link_over.html", status, headers=PRIVATE)
    return page(
        request,
        "people/link.html",
        status,
        headers=PRIVATE,
        form=form,
        link_id=link.id,
        works_here=_works_here(request, link),
        does=_does(link, owner),
        asks_name=link.purpose == Purpose.REGISTER and owner is None and typed is None,
        email=readable(link.email),
    )


def _does(link: SignInLink, owner: Person | None) -> str:
    """What the button does: "sign in", "register" or "change address"."""
    if link.purpose == Purpose.DEMO or (link.purpose == Purpose.REGISTER and owner is not None):
        return Purpose.SIGN_IN
    return link.purpose


def _zone(form: Form) -> str:
    """The zone that the browser told, where it could."""
    told = form.typed("time_zone")
    return told if zones.known(told) else zones.DEFAULT


routes = [
    Route("/sign-in/link", show, name="link"),
    Route("/sign-in/link", follow, methods=["POST"], name="follow_link"),
]
