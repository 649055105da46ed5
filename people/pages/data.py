"""One's own data: take it along, or have it erased."""

from collections.abc import Iterator
from typing import IO

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from people import consent, erasure, sessions
from people.addresses import normalise, readable
from people.forms import Form
from people.limits import ARCHIVES, may
from people.model import Person
from people.pages.devices import needs_no_proof, prove
from people.pages.entering import PRIVATE, refused_at
from people.pages.notice import wording_named
from people.parts import people_of
from people.text import UnacceptableError
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

# Bytes that are handed to the connection at once.
CHUNK = 64 * 1024


async def show(request: Request) -> Response:
    """What is kept, the way to take it along, and the way to erase it."""
    return await _page(request, Form())


async def export(request: Request) -> Response:
    """Everything as a ZIP file."""
    await may(request, "archive", ARCHIVES)
    archive = await people_of(request).own_data.archive(request.state.person.id)
    day = kernel_of(request).clock.now().date().isoformat()
    headers = {"content-disposition": f'attachment; filename="fairmatch-{day}.zip"'} | PRIVATE
    return StreamingResponse(
        _chunks(archive), headers=headers, media_type="application/zip", background=BackgroundTask(archive.close)
    )


async def erase(request: Request) -> Response:
    """Erase the account for good; asks for the typed address, and a proof unless the sign-in was just now."""
    form = await Form.of(request)
    person: Person = request.state.person
    form.take("confirm", lambda typed: _own_address(typed, person), None)
    try:
        await prove(request, form)
    except ProblemError as error:
        return await _page(request, form, refused_at(form, error))
    if not form.good:
        return await _page(request, form, 422)
    kernel = kernel_of(request)
    async with kernel.database.write() as uow:
        await erasure.erase(uow, kernel, person.id)
    response = redirect("/", said=translations(locale_of(request)).gettext("Your account is erased."))
    sessions.drop_cookie(response, kernel.settings)
    return response


async def _page(request: Request, form: Form, status: int = 200) -> Response:
    person: Person = request.state.person
    async with kernel_of(request).database.read() as session:
        agreed = await consent.of_person(session, person.id)
    return page(
        request,
        "people/data.html",
        status,
        headers=PRIVATE,
        form=form,
        agreed=[(wording_named(request, each.wording), each.given_at) for each in agreed],
        email=readable(person.email or ""),
        fresh=await needs_no_proof(request),
    )


def _own_address(typed: str, person: Person) -> None:
    try:
        same = normalise(typed) == person.email
    except UnacceptableError:
        same = False
    if not same:
        raise UnacceptableError(N_("Please type your mail address as it stands above."))


def _chunks(archive: IO[bytes]) -> Iterator[bytes]:
    while chunk := archive.read(CHUNK):
        yield chunk


routes = [
    Route("/me/data", show, name="own_data"),
    Route("/me/data/export", export, methods=["POST"], name="export_data"),
    Route("/me/data/erase", erase, methods=["POST"], name="erase_account"),
]
