"""The pages of recordings: ask, answer, end; replay, publish, delete."""

import asyncio
from collections.abc import Collection
from typing import Any

from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from people.forms import Form
from people.text import one_line
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from signaling.media.film_parts import parts_of
from signaling.parts import calls_of
from signaling.protocol import Mark, MediaError, RoomState
from signaling.recordings import actions, queries
from signaling.recordings.model import Recording
from signaling.recordings.parts import Recordings
from signaling.recordings.queries import Viewer
from signaling.rights import CallRights
from web.i18n import formats
from web.render import page, redirect

TITLE_MOST = 80


async def index(request: Request, status: int = 200, wrong: str = "") -> Response:
    """The recordings of a call, and the one that runs."""
    call_id = request.path_params["call"]
    rights, me = await _entered(request, call_id)
    viewer = Viewer(me, rights.moderate)
    running, state = await _running(request, call_id, asks=not wrong)
    async with kernel_of(request).database.read() as session:
        answers = await queries.answers(session, running.id) if running else {}
        silent = _unanswered(state, rights, answers)
        ended = await queries.ended(session, viewer, call_id)
        people = [*answers, *silent, *(each.by_id for each in ended), *([running.by_id] if running else [])]
        names = await queries.names(session, people)
    context: dict[str, Any] = {"running": running, "answers": answers, "ended": ended, "names": names, "me": me}
    headers = {"cache-control": "no-store"}
    return page(
        request,
        "signaling/recordings.html",
        status,
        headers=headers,
        call=call_id,
        rights=rights,
        wrong=wrong,
        silent=silent,
        sizes={each.id: _megabytes(each.bytes, request.state.locale) for each in ended},
        can_record=calls_of(request).back_end.engine == "node",
        stopped=None if running else calls_of(request).recorded.last(call_id, kernel_of(request).clock.now()),
        **context,
    )


async def _running(request: Request, call_id: str, *, asks: bool) -> tuple[Recording | None, RoomState | None]:
    """The recording that runs, and how the call is, as far as that is known: its node may not answer just now. Where it
    says that nothing is recorded, nothing is. Without `asks` it is believed what is on record: what went wrong before
    may have been the node, and nobody waits for it twice."""
    async with kernel_of(request).database.read() as session:
        running = await queries.running(session, call_id)
    if running is None or not asks:
        return running, None
    try:
        state = await calls_of(request).back_end.state(call_id)
    except MediaError:
        return running, None
    runs = await recordings_of(request).ending.runs_by(running, state)
    return (running if runs else None), state


def _unanswered(state: RoomState | None, rights: CallRights, answers: Collection[str]) -> list[str]:
    """Who is in the call and has not answered, for moderators. Who only watches a stage has nothing to agree to."""
    if not rights.moderate or state is None:
        return []
    there = [each.person for each in state.participants if each.tracks or rights.kind != "stage"]
    return [person for person in dict.fromkeys(there) if person not in answers][: queries.SHOWN]


def _megabytes(size: int, locale: str) -> str:
    """How large a file is, in the language's way: to a tenth where that is much of it."""
    whole = size / 1_000_000
    return format_decimal(round(whole, 1 if whole < 10 else None), locale=formats(locale))


async def begin(request: Request) -> Response:
    """Ask everybody in the call, and record who has agreed: at first who asks."""
    call_id = request.path_params["call"]
    rights, me = await _moderating(request, call_id)
    kernel = kernel_of(request)
    await _running(request, call_id, asks=True)  # of one that its node has lost nobody has to wait for the end
    async with kernel.database.write() as uow:
        if await queries.running(uow.session, call_id):
            return redirect(_path(call_id))
        recording = actions.begin(uow, call_id, rights.name, me)
    try:
        await recordings_of(request).fit(recording, begins=True)
    except MediaError as error:
        async with kernel.database.write() as uow:
            await actions.delete(uow, recording.id)
        return await index(request, 409, "empty" if error.code == "not_found" else "away")
    recordings_of(request).told(call_id, me, agrees=True)
    return redirect(_path(call_id))


async def answer(request: Request) -> Response:
    """Agree to be recorded, or not."""
    call_id = request.path_params["call"]
    _, me = await _entered(request, call_id)
    agrees = (await Form.of(request)).typed("agrees")
    if agrees not in ("yes", "no"):
        raise ProblemError(400, "bad_request", "agrees: yes or no")
    async with kernel_of(request).database.write() as uow:
        recording = await queries.running(uow.session, call_id)
        if recording is None:
            return redirect(_path(call_id))
        actions.answer(uow, recording.id, me, agrees=agrees == "yes")
    recordings_of(request).told(call_id, me, agrees=agrees == "yes")
    try:
        await recordings_of(request).fit(recording)
    except MediaError as error:
        if error.code != "not_found":
            raise ProblemError(503, "unavailable", "recording") from None
    return redirect(_path(call_id))


async def mark(request: Request) -> Response:
    """Set a chapter."""
    call_id = request.path_params["call"]
    await _moderating(request, call_id)
    title = (await Form.of(request)).take("title", one_line(TITLE_MOST), "")
    try:
        if title:
            await calls_of(request).back_end.mark(Mark(room=call_id, title=title))
    except MediaError:
        return await index(request, 409, "away")
    return redirect(_path(call_id))


async def end(request: Request) -> Response:
    """End the recording."""
    call_id = request.path_params["call"]
    await _moderating(request, call_id)
    async with kernel_of(request).database.read() as session:
        recording = await queries.running(session, call_id)
    if recording:
        try:
            await recordings_of(request).ending.end(recording)
            await recordings_of(request).settle(recording.id)
        except MediaError:
            return await index(request, 503, "away")
    return redirect(_path(call_id))


async def replay(request: Request) -> Response:
    """One recording, with its parts and its chapters."""
    recording, rights, _ = await _shown(request)
    async with kernel_of(request).database.read() as session:
        chapters = await queries.chapters(session, recording.id)
    parts = list(await asyncio.to_thread(parts_of, recordings_of(request).path(recording.id))) or [0]
    context: dict[str, Any] = {
        "recording": recording,
        "rights": rights,
        "parts": [(at // 1_000, file_path(recording.id, at)) for at in parts],
        "chapters": [(at_ms // 1_000, title, place_of(recording.id, parts, at_ms)) for at_ms, title in chapters],
    }
    return page(request, "signaling/recording.html", headers={"cache-control": "no-store"}, **context)


def file_path(recording_id: str, at_ms: int) -> str:
    """The address of the part that begins then."""
    return f"/recordings/{recording_id}/file" + (f"?at={at_ms}" if at_ms else "")


def place_of(recording_id: str, parts: list[int], at_ms: int) -> str:
    """The address of a moment: a part, and how many seconds into it. `parts` are when they begin, in milliseconds."""
    part = max(begins for begins in parts if begins <= at_ms or begins == parts[0])
    return f"{file_path(recording_id, part)}#t={max(0, at_ms - part) // 1_000}"


async def file(request: Request) -> Response:
    """A part's file, whole or the bytes that a player asks for."""
    recording, _, _ = await _shown(request)
    parts = await asyncio.to_thread(parts_of, recordings_of(request).path(recording.id))
    at = request.query_params.get("at", "0")
    path = parts.get(int(at)) if at.isdecimal() and len(at) <= 12 else None
    if path is None:
        raise not_found()
    headers = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
    number = f" {list(parts).index(int(at)) + 1}" if len(parts) > 1 else ""
    name = f"{recording.name} {recording.began_at:%Y-%m-%d}{number}{path.suffix}"
    kind, shown = f"video/{path.suffix[1:]}", name if "download" in request.query_params else None
    return FileResponse(path, headers=headers, media_type=kind, filename=shown)


async def publish(request: Request) -> Response:
    """Show it to all who may enter the room, or to moderators only."""
    recording, _, me = await _shown(request, moderating=True)
    is_shown = (await Form.of(request)).typed("published") == "yes"
    async with kernel_of(request).database.write() as uow:
        fresh = await uow.session.get_one(Recording, recording.id)
        actions.publish(uow, fresh, me) if is_shown else actions.withdraw(fresh)
    return redirect(f"/recordings/{recording.id}")


async def delete(request: Request) -> Response:
    """Remove it for good."""
    recording, _, _ = await _shown(request, moderating=True)
    async with kernel_of(request).database.write() as uow:
        await actions.delete(uow, recording.id)
    return redirect(_path(recording.call_id))


def recordings_of(request: Request) -> Recordings:
    """The parts that serve this request."""
    return Recordings(calls_of(request))


async def _entered(request: Request, call_id: str) -> tuple[CallRights, str]:
    """What the viewer may do in a call, and who they are. Who may not enter it may not know of it either."""
    me: str = request.state.person.id
    rights = (await calls_of(request).rights([(me, call_id)])).get((me, call_id))
    if rights is None or rights.kind == "conversation":  # two people alone: nothing goes through a node
        raise not_found()
    return rights, me


async def _moderating(request: Request, call_id: str) -> tuple[CallRights, str]:
    rights, me = await _entered(request, call_id)
    if not rights.moderate:
        raise ProblemError(403, "forbidden")
    return rights, me


async def _shown(request: Request, *, moderating: bool = False) -> tuple[Recording, CallRights, str]:
    """A recording that the viewer may see; or, moderating, whose call they moderate."""
    recording_id = request.path_params["recording"]
    async with kernel_of(request).database.read() as session:
        recording = await session.get(Recording, recording_id) if is_id(recording_id) else None
    if recording is None or recording.ended_at is None:
        raise not_found()
    rights, me = await _entered(request, recording.call_id)
    if not rights.moderate and (moderating or recording.published_at is None):
        raise not_found()
    return recording, rights, me


def _path(call_id: str) -> str:
    return f"/calls/{call_id}/recordings"


routes = [
    Route("/calls/{call}/recordings", index, name="recordings"),
    Route("/calls/{call}/recordings", begin, methods=["POST"], name="record"),
    Route("/calls/{call}/recordings/answer", answer, methods=["POST"], name="answer_recording"),
    Route("/calls/{call}/recordings/mark", mark, methods=["POST"], name="mark_recording"),
    Route("/calls/{call}/recordings/end", end, methods=["POST"], name="end_recording"),
    Route("/recordings/{recording}", replay, name="recording"),
    Route("/recordings/{recording}/file", file, name="recording_file"),
    Route("/recordings/{recording}/publish", publish, methods=["POST"], name="publish_recording"),
    Route("/recordings/{recording}/delete", delete, methods=["POST"], name="delete_recording"),
]
