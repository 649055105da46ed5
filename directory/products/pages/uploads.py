"""Pictures and documents of a product: taken in, and taken away."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory import pictures
from directory.attachments import checked
from directory.organisations.actions import RefusedError
from directory.organisations.fields import LINE_MOST
from directory.organisations.pages.uploads import DOCUMENT_MOST, UPLOADS
from directory.organisations.parts import organisations_of
from directory.products import actions
from directory.products.pages import doors
from directory.products.pages.edit import refused_page
from people.forms import FIELDS_MOST
from people.limits import may
from people.text import UnacceptableError, one_line
from server.kernel.http import ProblemError
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, redirect

Keep = Callable[[bytes, str, str], Awaitable[None]]


async def add_picture(request: Request) -> Response:
    """Show another picture."""

    async def keep(content: bytes, _name: str, said: str) -> None:
        line = one_line(LINE_MOST)(said)
        (large, written), (small, lesser) = await organisations_of(request).pictures.take(content, pictures.product)
        async with kernel_of(request).kept.keeping({large: written.content, small: lesser.content}) as uow:
            _seen, product = await doors.admitted(request, uow.session, doors.edits)
            size, by_id = (written.width, written.height), request.state.person.id
            await actions.add_picture(uow, product.id, (large, small), size, line, by_id=by_id)

    return await _uploaded(request, "picture", keep, N_("The picture is on the page."))


async def add_document(request: Request) -> Response:
    """Hand out another file."""

    async def keep(content: bytes, name: str, _said: str) -> None:
        taken = checked(name, content, DOCUMENT_MOST)
        file = await kernel_of(request).files.put(content, taken.ending)
        async with kernel_of(request).kept.keeping({file: content}) as uow:
            _seen, product = await doors.admitted(request, uow.session, doors.edits)
            by_id = request.state.person.id
            await actions.add_document(uow, product.id, taken, file, len(content), by_id=by_id)

    return await _uploaded(request, "document", keep, N_("The document is on the page."))


async def remove_picture(request: Request) -> Response:
    """Show a picture no longer."""
    async with kernel_of(request).database.write() as uow:
        _seen, product = await doors.admitted(request, uow.session, doors.edits)
        picture_id = request.path_params["picture"]
        await actions.remove_picture(uow, product.id, picture_id, by_id=request.state.person.id)
    return _back(request, N_("The picture is removed."))


async def remove_document(request: Request) -> Response:
    """Hand a file out no longer."""
    async with kernel_of(request).database.write() as uow:
        _seen, product = await doors.admitted(request, uow.session, doors.edits)
        document_id = request.path_params["document"]
        await actions.remove_document(uow, product.id, document_id, by_id=request.state.person.id)
    return _back(request, N_("The document is removed."))


async def _uploaded(request: Request, field: str, keep: Keep, said: str) -> Response:
    async with kernel_of(request).database.read() as session:
        await doors.admitted(request, session, doors.edits)
    _ = translations(locale_of(request)).gettext
    try:
        await may(request, "upload", UPLOADS)
        await keep(*await _file(request, field))
    except UnacceptableError as refused:
        told = _(refused.text)
        return await refused_page(request, field, told % refused.params if refused.params else told, 422)
    except RefusedError:
        return await refused_page(request, field, _("There are as many as there can be. Please remove one first."), 422)
    except ProblemError as error:
        if error.status not in (429, 503):
            raise
        return await refused_page(request, field, _("Please wait a moment and try again."), error.status)
    return _back(request, said)


async def _file(request: Request, field: str) -> tuple[bytes, str, str]:
    async with request.form(max_fields=FIELDS_MOST, max_files=1) as data:
        value, said = data.get(field), data.get("said", "")
        if not isinstance(value, UploadFile) or not value.filename:
            raise UnacceptableError(N_("Please choose a file first."))
        return await value.read(), value.filename, said if isinstance(said, str) else ""


def _back(request: Request, said: str) -> Response:
    _ = translations(locale_of(request)).gettext
    slug, product = request.path_params["slug"], request.path_params["product"]
    return redirect(f"/o/{slug}/products/{product}/edit", said=_(said))


routes = [
    Route("/o/{slug}/products/{product}/pictures", add_picture, methods=["POST"], name="add_picture"),
    Route(
        "/o/{slug}/products/{product}/pictures/{picture}/remove", remove_picture, methods=["POST"], name="drop_picture"
    ),
    Route("/o/{slug}/products/{product}/documents", add_document, methods=["POST"], name="add_product_document"),
    Route(
        "/o/{slug}/products/{product}/documents/{document}/remove",
        remove_document,
        methods=["POST"],
        name="drop_product_document",
    ),
]
