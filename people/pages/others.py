"""What people see of one another: the profile, and photos."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from people import languages, queries
from people.model import Person
from people.pages.entering import id_in
from people.parts import people_of
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.render import locale_of, page

# A photo's name says its content, so it never changes; kept by this browser alone.
FOR_GOOD = "private, max-age=31536000, immutable"


async def show(request: Request) -> Response:
    """A person's profile, for whoever shares something with them; who does not, finds nobody."""
    viewer: Person = request.state.person
    person_id, now = id_in(request, "person"), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        known = people_of(request).acquaintances
        person = await known.visible(session, viewer, person_id)
        talk = person is not None and await known.may_talk(session, viewer.id, person_id)
        belongs = await people_of(request).affiliations.of(session, viewer.id, person_id) if person else []
        approaches = await people_of(request).approaches.to(session, viewer.id, person_id, now) if person else []
    if person is None:
        raise not_found()
    locale = locale_of(request)
    return page(
        request,
        "people/person.html",
        shown=person,
        own=person.id == viewer.id,
        talk=talk,
        approaches=[] if person.id == viewer.id else approaches,
        now=now,
        belongs=belongs,
        speaks=[languages.name(code, locale) for code in person.languages],
    )


async def photo(request: Request) -> Response:
    """A photo, to anybody signed in: its name cannot be guessed by who was never shown it."""
    name = request.path_params["name"]
    kernel = kernel_of(request)
    try:
        path = kernel.files.path(name)
    except ValueError as error:
        raise not_found() from error
    async with kernel.database.read() as session:
        shown = await queries.has_photo(session, name)
    if not shown or not path.is_file():
        raise not_found()
    headers = {"cache-control": FOR_GOOD, "content-security-policy": "default-src 'none'; sandbox"}
    return FileResponse(path, headers=headers, media_type="image/webp")


routes = [
    Route("/people/{person}", show, name="person"),
    Route("/photos/{name}", photo, name="photo"),
]
