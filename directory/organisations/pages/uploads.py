"""Pictures and documents of an organisation: taken in, taken away, and handed out."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from directory import pictures
from directory.attachments import checked, handed_out
from directory.organisations import actions, doors, queries
from directory.organisations.actions import RefusedError
from directory.organisations.pages.edit import edit_page
from directory.organisations.pages.forms import filled
from directory.organisations.parts import organisations_of
from directory.organisations.policy import Standing
from directory.organisations.rules import DOCUMENTS_MOST
from directory.organisations.shown import Shown
from people.forms import FIELDS_MOST
from people.limits import may
from people.queries import has_photo
from people.text import UnacceptableError
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, redirect

# Bytes of a document: a catalogue with pictures.
DOCUMENT_MOST = 20 * 1024 * 1024
UPLOADS = "60 per hour"
# A picture's name says its content, so it never changes.
FOR_GOOD = "public, max-age=31536000, immutable"

Keep = Callable[[bytes, str], Awaitable[None]]


async def change_logo(request: Request) -> Response:
    """Show another logo."""

    async def keep(content: bytes, _name: str) -> None:
        (large, written), (small, lesser) = await organisations_of(request).pictures.take(content, pictures.logo)
        async with kernel_of(request).kept.keeping({large: written.content, small: lesser.content}) as uow:
            seen = await doors.admitted(request, uow.session, _edits)
            await actions.change_logo(uow, seen.organisation.id, (large, small), by_id=request.state.person.id)

    return await _uploaded(request, "logo", keep, N_("The logo is saved."))


async def change_banner(request: Request) -> Response:
    """Show another banner."""

    async def keep(content: bytes, _name: str) -> None:
        [(file, written)] = await organisations_of(request).pictures.take(content, pictures.banner)
        async with kernel_of(request).kept.keeping({file: written.content}) as uow:
            seen = await doors.admitted(request, uow.session, _edits)
            await actions.change_banner(uow, seen.organisation.id, file, by_id=request.state.person.id)

    return await _uploaded(request, "banner", keep, N_("The banner is saved."))


async def add_document(request: Request) -> Response:
    """Hand out another file."""

    async def keep(content: bytes, name: str) -> None:
        taken = checked(name, content, DOCUMENT_MOST)
        file = await kernel_of(request).files.put(content, taken.ending)
        async with kernel_of(request).kept.keeping({file: content}) as uow:
            seen = await doors.admitted(request, uow.session, _edits)
            by_id = request.state.person.id
            await actions.add_document(uow, seen.organisation.id, taken, file, len(content), by_id=by_id)

    return await _uploaded(request, "document", keep, N_("The document is on the page."))


async def remove_logo(request: Request) -> Response:
    """Show no logo."""
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        await actions.change_logo(uow, seen.organisation.id, None, by_id=request.state.person.id)
    return _back(request, N_("The logo is removed."))


async def remove_banner(request: Request) -> Response:
    """Show no banner."""
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        await actions.change_banner(uow, seen.organisation.id, None, by_id=request.state.person.id)
    return _back(request, N_("The banner is removed."))


async def remove_document(request: Request) -> Response:
    """Hand a file out no longer."""
    async with kernel_of(request).database.write() as uow:
        seen = await doors.admitted(request, uow.session, _edits)
        document_id = request.path_params["document"]
        await actions.remove_document(uow, seen.organisation.id, document_id, by_id=request.state.person.id)
    return _back(request, N_("The document is removed."))


async def document(request: Request) -> Response:
    """A file, to whoever may see the organisation: to be kept, never run."""
    document_id = request.path_params["document"]
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _anybody)
        known = is_id(document_id)
        found = await queries.document(session, seen.organisation.id, document_id) if known else None
    if found is None:
        raise not_found()
    return handed_out(kernel_of(request).files.path(found.file), found.name)


async def picture(request: Request) -> Response:
    """A picture by its name, which nobody guesses who was not shown it."""
    name = request.path_params["name"]
    try:
        path = kernel_of(request).files.path(name)
    except ValueError as error:
        raise not_found() from error
    if not name.endswith(".webp") or not path.is_file() or await _is_only_a_photo(request, name):
        raise not_found()
    headers = {"cache-control": FOR_GOOD, "content-security-policy": "default-src 'none'; sandbox"}
    return FileResponse(path, headers=headers, media_type="image/webp")


async def _is_only_a_photo(request: Request, name: str) -> bool:
    """Whether a file is a person's photo, which only those who are signed in see, and nothing that others show."""
    kernel = kernel_of(request)
    async with kernel.database.read() as session:
        return await has_photo(session, name) and not await kernel.kept.used(session, name, but=has_photo)


async def _uploaded(request: Request, field: str, keep: Keep, said: str) -> Response:
    """Take the one file of a form, or show the form again with why not."""
    async with kernel_of(request).database.read() as session:
        seen = await doors.admitted(request, session, _edits)
    _ = translations(locale_of(request)).gettext
    try:
        await may(request, "upload", UPLOADS)
        await keep(*await _file(request, field))
    except UnacceptableError as refused:
        told = _(refused.text)
        return await _refused(request, seen, field, told % refused.params if refused.params else told, 422)
    except RefusedError:
        most = _("At most %(most)s documents, please.") % {"most": DOCUMENTS_MOST}
        return await _refused(request, seen, field, most, 422)
    except ProblemError as error:
        if error.status not in (429, 503):
            raise
        return await _refused(request, seen, field, _("Please wait a moment and try again."), error.status)
    return redirect(f"/o/{seen.organisation.slug}/edit#{field}", said=_(said))


async def _file(request: Request, field: str) -> tuple[bytes, str]:
    async with request.form(max_fields=FIELDS_MOST, max_files=1) as data:
        value = data.get(field)
        if not isinstance(value, UploadFile) or not value.filename:
            raise UnacceptableError(N_("Please choose a file first."))
        return await value.read(), value.filename


async def _refused(request: Request, seen: queries.Seen, field: str, why: str, status: int) -> Response:
    async with kernel_of(request).database.read() as session:
        current = await queries.fields_of(session, seen.organisation.id)
    locale = locale_of(request)
    shown = Shown.of(seen.organisation, current, locale)
    return await edit_page(request, shown, seen.standing, filled(current, locale), status, **{field: why})


def _back(request: Request, said: str) -> Response:
    _ = translations(locale_of(request)).gettext
    return redirect(f"/o/{request.path_params['slug']}/edit", said=_(said))


def _edits(standing: Standing) -> bool:
    return standing.edits


def _anybody(_standing: Standing) -> bool:
    return True


routes = [
    Route("/o/{slug}/logo", change_logo, methods=["POST"], name="change_logo"),
    Route("/o/{slug}/logo/remove", remove_logo, methods=["POST"], name="remove_logo"),
    Route("/o/{slug}/banner", change_banner, methods=["POST"], name="change_banner"),
    Route("/o/{slug}/banner/remove", remove_banner, methods=["POST"], name="remove_banner"),
    Route("/o/{slug}/documents", add_document, methods=["POST"], name="add_document"),
    Route("/o/{slug}/documents/{document}", document, name="document"),
    Route("/o/{slug}/documents/{document}/remove", remove_document, methods=["POST"], name="remove_document"),
    Route("/pictures/{name}", picture, name="picture"),
]
