"""The room of a meeting: who is there, what they write down, what they take away, and where to go next."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat import actions as chat_actions
from chat import posting
from chat.queries import conversation_between, partner
from chat.rules import direct_key
from chat.showing import Talk, talk
from chat.standing import Standing, standing
from meetings import room, shown
from meetings.bookings import ConflictError
from meetings.model import FollowUp, Meeting, Notes, Outcome
from meetings.pages import waiting
from meetings.pages.showing import conflict_text, me, my_meeting, my_room, said, show
from meetings.parts import meetings_of
from meetings.rules import (
    BECAME,
    EXTENSION,
    FOLLOW_UP_DAYS,
    NOTES_MOST,
    OPENS_BEFORE,
    PEOPLE_MOST,
    VERDICTS,
)
from meetings.shown import MeetingShown
from meetings.words import BECAME as BECAME_WORDS
from meetings.words import VERDICTS as VERDICT_WORDS
from people.forms import Form
from people.text import one_line, paragraphs
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from server.live import topics
from web.i18n import N_
from web.render import redirect

STEP_MOST = 200
NOTE_MOST = 2_000


async def enter(request: Request) -> Response:
    """The room: before it opens when it does, afterwards what one takes away."""
    return await _page(request)


async def come_in(request: Request) -> Response:
    """Say that one is here, for a browser without the live line; with it, presence says so."""
    async with kernel_of(request).database.write() as uow:
        found = await my_room(request, uow.session)
        if not found.open_at(uow.clock.now()):
            raise ProblemError(409, "conflict", "The room is not open.")
        await room.come_in(uow, found.id, me(request).id)
    return redirect(f"{found.path}/room")


async def write_notes(request: Request) -> Response:
    """Save the notes by a plain form; who was slower sees both texts."""
    form = await Form.of(request)
    text = form.take("notes", paragraphs(NOTES_MOST), "")
    version = form.typed("version")
    if not form.good or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise ProblemError(400, "bad_request", "The notes cannot be taken.")
    async with kernel_of(request).database.write() as uow:
        found = await my_room(request, uow.session)
        noted = await room.write_notes(uow, found.id, text, int(version), by_id=me(request).id)
    if not noted.taken:
        return await _page(request, 409, unsaved=text)
    return redirect(f"{found.path}/room#notes", said=said(request)(N_("The notes are saved.")))


async def say(request: Request) -> Response:
    """Write to the other one, by a plain form."""
    form = await Form.of(request)
    async with kernel_of(request).database.read() as session:
        found = await my_meeting(request, session)
        found_talk = await _standing(request, session, found)
    if found_talk is None:
        raise not_found()
    message_id, wrong = await posting.attempt(request, found_talk, form.typed("text"))
    if wrong:
        return await _page(request, 422, typed=form.typed("text"), wrong=wrong)
    return redirect(f"{found.path}/room#message-{message_id}")  # which opens the part that it stands in


async def stay_longer(request: Request) -> Response:
    """Go on a little, if everybody is free."""
    try:
        async with kernel_of(request).database.write() as uow:
            found = await my_room(request, uow.session)
            if not found.open_at(uow.clock.now()):
                raise ConflictError("past")
            longer = await room.stay_longer(uow, await uow.session.get_one(Meeting, found.id))
    except ConflictError as conflict:
        raise ProblemError(409, "conflict", conflict_text(request, conflict)) from None
    _ = said(request)
    text = _("You have five minutes more.") if longer else _("One of you is expected elsewhere now.")
    return redirect(f"{found.path}/room", said=text)


async def conclude(request: Request) -> Response:
    """Note what one takes away, with one tap; then on to the next meeting, where one is led through the day."""
    form = await Form.of(request)
    verdict = form.typed("verdict")
    step = form.take("next_step", one_line(STEP_MOST), "")
    note = form.take("note", paragraphs(NOTE_MOST), "")
    if verdict not in VERDICTS or not form.good:
        raise ProblemError(400, "bad_request", "Say how it was: good, follow_up or no.")
    async with kernel_of(request).database.write() as uow:
        found = await my_meeting(request, uow.session)
        if uow.clock.now() < found.starts_at:
            raise ProblemError(409, "conflict", "The meeting has not begun.")
        await room.conclude(uow, found.id, me(request).id, verdict=verdict, next_step=step, note=note)
        upcoming = await _after(uow.session, me(request).id, found)
    _ = said(request)
    if form.typed("day") and upcoming is not None:
        return redirect(f"{upcoming.path}/room?day=1", said=_("Noted. This is your next meeting."))
    return redirect("/meetings", said=_("Noted."))


async def share_contact(request: Request) -> Response:
    """Give those whom one saw there one's mail address."""
    form, _ = await Form.of(request), said(request)
    to_ids = [each for each in form.all("to") if is_id(each)][:PEOPLE_MOST]
    async with kernel_of(request).database.write() as uow:
        found = await my_room(request, uow.session)
        given = await room.share_contact(uow, found.id, me(request).id, to_ids)
    text = _("The others have your mail address now.") if given else _("Somebody else is in this meeting now.")
    return redirect(f"{found.path}/room#contact", said=text)


async def later(request: Request) -> Response:
    """What became of it, asked some days later."""
    async with kernel_of(request).database.read() as session:
        found = await my_meeting(request, session)
        asked = await session.get(FollowUp, (found.id, me(request).id, _days(request)))
    if asked is None:
        raise not_found()
    return show(request, "later", meeting=found, asked=asked, words=BECAME_WORDS, days=_days(request))


async def say_later(request: Request) -> Response:
    """Say it with one tap; a later word replaces the earlier one."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        found = await my_meeting(request, uow.session)
        asked = await uow.session.get(FollowUp, (found.id, me(request).id, _days(request)))
        if asked is None or form.typed("became") not in BECAME:
            raise not_found()
        asked.answer, asked.answered_at = form.typed("became"), uow.clock.now()
    return redirect("/meetings/past", said=said(request)(N_("Thank you.")))


async def _page(request: Request, status: int = 200, unsaved: str = "", typed: str = "", wrong: str = "") -> Response:
    await _open_chat(request)
    viewer, now = me(request), kernel_of(request).clock.now()
    async with kernel_of(request).database.read() as session:
        found = await my_room(request, session)
        if found.cancelled_at is not None:
            return redirect(found.path)
        context = {
            "meeting": found,
            "notes": await session.get(Notes, found.id),
            "outcome": await session.get(Outcome, (found.id, viewer.id)),
            "given_to": await room.given_to(session, viewer.id, found.id),
            "contacts": await room.contacts(session, viewer.id, found.id),
            "talk": await _talk(request, session, found),
            "next": await _after(session, viewer.id, found),
            **await waiting.seen(request, session, found),
        }
    return show(
        request,
        "room",
        status,
        topic=topics.meeting(found.id),
        opens_at=found.starts_at - OPENS_BEFORE,
        closes_at=found.ends_at + EXTENSION,
        open=found.open_at(now),
        led="day" in request.query_params,
        there=set(meetings_of(request).there(found.id)),
        people=[{"id": each.id, "name": each.name, "photo": each.photo_url} for each in found.others],
        verdicts=VERDICT_WORDS,
        unsaved=unsaved,
        typed=typed,
        wrong=wrong,
        notes_most=NOTES_MOST,
        **context,
    )


async def _after(session: AsyncSession, viewer_id: str, found: MeetingShown) -> MeetingShown | None:
    """The meeting after this one."""
    ahead = await shown.agenda(session, viewer_id, since=found.ends_at, limit=3)
    return next((each for each in ahead if each.id != found.id), None)


async def _open_chat(request: Request) -> None:
    """Two people talk in their own conversation: what is said in the room is found there again."""

    async def opened(uow: UnitOfWork) -> None:
        found = await my_room(request, uow.session)
        if len(found.others) == 1 and found.partner.name and found.cancelled_at is None:
            await chat_actions.converse(uow, me(request).id, found.partner.id)

    await kernel_of(request).database.write_if_possible(opened)


async def _standing(request: Request, session: AsyncSession, found: MeetingShown) -> Standing | None:
    if len(found.others) != 1:
        return None
    channel_id = await conversation_between(session, direct_key(me(request).id, found.partner.id))
    return await standing(session, me(request).id, channel_id, kernel_of(request).clock.now()) if channel_id else None


async def _talk(request: Request, session: AsyncSession, found: MeetingShown) -> Talk | None:
    mine = await _standing(request, session, found)
    if mine is None:
        return None
    return await talk(request, session, mine, partner=await partner(session, mine.channel_id, mine.me.id))


def _days(request: Request) -> int:
    days = request.path_params["days"]
    if days not in {str(each) for each in FOLLOW_UP_DAYS}:
        raise not_found()
    return int(days)


routes = [
    Route("/meetings/{meeting}/room", enter, name="meeting_room"),
    Route("/meetings/{meeting}/enter", come_in, methods=["POST"], name="come_into_meeting"),
    Route("/meetings/{meeting}/notes", write_notes, methods=["POST"], name="write_meeting_notes"),
    Route("/meetings/{meeting}/messages", say, methods=["POST"], name="say_in_meeting"),
    Route("/meetings/{meeting}/extend", stay_longer, methods=["POST"], name="extend_meeting"),
    Route("/meetings/{meeting}/outcome", conclude, methods=["POST"], name="conclude_meeting"),
    Route("/meetings/{meeting}/contact", share_contact, methods=["POST"], name="share_contact"),
    Route("/meetings/{meeting}/later/{days}", later, name="meeting_later"),
    Route("/meetings/{meeting}/later/{days}", say_later, methods=["POST"], name="say_meeting_later"),
]
