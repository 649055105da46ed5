"""The files of a meeting, a frame of the room and a page of its own: given, loaded down, taken away again."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from directory.attachments import ACCEPTED, checked, handed_out
from meetings import files
from meetings.bookings import ConflictError
from meetings.model import Meeting
from meetings.pages.showing import conflict_text, id_in, me, my_room, said, show
from people.forms import FIELDS_MOST
from people.limits import may
from people.text import UnacceptableError
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_
from web.render import redirect

UPLOADS = "60 per hour"


async def see(request: Request) -> Response:
    """What was given in the meeting."""
    return await _page(request)


async def share(request: Request) -> Response:
    """Give a file to all who sit there. Who sits there is asked before the file is read, and again when it is kept."""
    try:
        async with kernel_of(request).database.read() as session:
            found = await my_room(request, session)
        if not found.open_at(kernel_of(request).clock.now()):
            raise ConflictError("closed")
        await may(request, "meeting file", UPLOADS)
        content, name = await _sent(request)
        taken = checked(name, content, files.FILE_MOST)
        kept = await kernel_of(request).files.put(content, taken.ending)
        async with kernel_of(request).kept.keeping({kept: content}) as uow:
            meeting = await uow.session.get_one(Meeting, found.id)
            await files.share(uow, meeting, taken, kept, len(content), by_id=me(request).id)
    except UnacceptableError as refused:
        text = said(request)(refused.text)
        return await _page(request, 422, text % refused.params if refused.params else text)
    except ConflictError as conflict:
        return await _page(request, 409, conflict_text(request, conflict))
    return _back(request, N_("The others have the file now."))


async def take_back(request: Request) -> Response:
    """Take a file of one's own away."""
    async with kernel_of(request).database.write() as uow:
        found = await my_room(request, uow.session)
        await files.take_back(uow, me(request).id, found.id, id_in(request, "file"))
    return _back(request, N_("The file is taken away."))


async def load(request: Request) -> Response:
    """A file, for who sits in the meeting: to be kept, never run."""
    async with kernel_of(request).database.read() as session:
        await my_room(request, session)
        found = await files.file_of(session, me(request).id, id_in(request, "meeting"), id_in(request, "file"))
    if found is None:
        raise not_found()
    return handed_out(kernel_of(request).files.path(found.file), found.name)


async def _sent(request: Request) -> tuple[bytes, str]:
    async with request.form(max_fields=FIELDS_MOST, max_files=1) as data:
        value = data.get("file")
        return (await value.read(), value.filename or "") if isinstance(value, UploadFile) else (b"", "")


async def _page(request: Request, status: int = 200, wrong: str = "") -> Response:
    now = kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        found = await my_room(request, session)
        given = await files.files_of(session, me(request).id, found.id)
    return show(
        request,
        "files_frame" if request.headers.get("turbo-frame") else "files",
        status,
        meeting=found,
        files=given,
        open=found.open_at(now),
        ahead=found.ahead_at(now),
        full=len(given) >= files.FILES_MOST,
        wrong=wrong,
        accepted=ACCEPTED,
        most_mb=files.FILE_MOST // 1024 // 1024,
        files_most=files.FILES_MOST,
    )


def _back(request: Request, text: str) -> Response:
    return redirect(f"/meetings/{id_in(request, 'meeting')}/files", said=said(request)(text))


routes = [
    Route("/meetings/{meeting}/files", see, name="meeting_files"),
    Route("/meetings/{meeting}/files", share, methods=["POST"], name="share_meeting_file"),
    Route("/meetings/{meeting}/files/{file}", load, name="meeting_file_content"),
    Route("/meetings/{meeting}/files/{file}/remove", take_back, methods=["POST"], name="take_meeting_file_back"),
]
