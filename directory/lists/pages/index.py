"""All lists that somebody sees, and the form for a new one."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.lists import actions, queries
from directory.lists.pages.scope import PRIVATE, choices, own_id, say_refused, scope
from directory.lists.rules import NAME_MOST, RefusedError, list_name
from people.forms import Form
from people.model import Person
from server.kernel.ids import new_id
from server.kernel.parts import kernel_of
from web.i18n import translations
from web.render import locale_of, page, redirect


async def show(request: Request) -> Response:
    """Bookmarks, own lists and those of one's colleagues."""
    return await _page(request, Form(None, locale_of(request), id=new_id()))


async def start(request: Request) -> Response:
    """Begin a list; whatever is wrong, what was typed stays."""
    person: Person = request.state.person
    form = await Form.of(request)
    name, list_id = form.take("name", list_name, ""), own_id(form)
    if form.good:
        try:
            async with kernel_of(request).database.write() as uow:
                await actions.start_list(uow, scope(form, person.id), list_id, name)
        except RefusedError as refused:
            say_refused(form, refused)
    if not form.good:
        return await _page(request, form, 422)
    _ = translations(locale_of(request)).gettext
    return redirect(f"/lists/{list_id}", said=_("The list is there. Put organisations on it from their pages."))


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    person: Person = request.state.person
    async with kernel_of(request).database.read() as session:
        return page(
            request,
            "lists/index.html",
            status,
            headers=PRIVATE,
            form=form,
            lists=await queries.lists(session, person.id),
            bookmarks=await queries.bookmark_count(session, person.id),
            teams=await choices(session, person.id, locale_of(request)),
            name_most=NAME_MOST,
        )


routes = [
    Route("/lists", show, name="lists"),
    Route("/lists", start, methods=["POST"], name="start_list"),
]
