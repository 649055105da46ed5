"""Leaving one's card at a stand: a page of its own, which says what is given, and to whom."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from booths import queries as stands
from booths.cards import actions, queries
from booths.cards.model import VisitingCard
from booths.cards.rules import ABOUT_MOST, PHONE_MOST, RefusedError, Said, phone_number
from booths.queries import Exhibitor
from directory.organisations.model import Member
from fairs.doors import Visit, visit
from people import text
from people.addresses import readable
from people.forms import Form
from people.limits import may
from people.model import Person
from rooms.model import BOOTH, Room
from rooms.queries import with_calls
from server.kernel.http import not_found
from server.kernel.parts import kernel_of
from web.i18n import N_, translations
from web.render import locale_of, page, redirect

# Cards of one person: whoever walks along the stands leaves one in some minutes.
CARDS = "60 per hour"
# From where one comes, and is led back to.
ROOM, ORGANISATION, OWN = "room", "organisation", "cards"
PRIVATE = {"cache-control": "no-store"}
OTHERS = N_("This stand belongs to somebody else by now. Please look again to whom you give your card.")
WHY = {
    "own": N_("You belong to this organisation yourself."),
    "full": N_("You have left 100 cards at this fair. Take one back first."),
}


@dataclass(frozen=True)
class Place:
    """A stand, whose it is, and who comes."""

    here: Visit
    room: Room
    by: Exhibitor
    person: Person

    @property
    def room_path(self) -> str:
        """The stand's room."""
        return f"{self.here.shown.path}/rooms/{self.room.slug}"

    def back(self, where: str) -> str:
        """Where somebody came from; the room where nothing says."""
        return {ORGANISATION: f"/o/{self.by.slug}", OWN: "/cards"}.get(where, self.room_path)


async def show(request: Request) -> Response:
    """The form: a new card, or the one that is there."""
    async with kernel_of(request).database.read() as session:
        place = await _place(request, session)
        if await session.get(Member, (place.by.id, place.person.id)) is not None:
            return RedirectResponse(f"/o/{place.by.slug}/cards", 303)
        left = await _left(session, place)
    said = {"email": "yes" if left.email else "", "phone": left.phone, "about": left.about} if left else {}
    back = request.query_params.get("from", ROOM)
    return _page(request, place, left, Form(None, locale_of(request), **said, back=back))


async def leave(request: Request) -> Response:
    """Leave the card, or change it."""
    form = await Form.of(request)
    phone = form.take("phone", phone_number, "")
    about = form.take("about", text.paragraphs(ABOUT_MOST), "")
    if form.good:
        await may(request, "card", CARDS)
    said = Said(form.typed("email") == "yes", phone, about)
    new = False
    async with kernel_of(request).database.write() as uow:
        place = await _place(request, uow.session)
        if form.typed("to") != place.by.id:
            form.say(OTHERS)
        if form.good:
            try:
                new = await actions.leave(uow, place.here.fair, place.room, place.by.id, said, by_id=place.person.id)
            except RefusedError as refused:
                _refuse(form, refused)
        left = None if form.good else await _left(uow.session, place)
    if not form.good:
        return _page(request, place, left, form, 422)
    told = (
        N_("Your card is left at the stand. You can take it back at any time.") if new else N_("Your card is changed.")
    )
    return redirect(place.back(form.typed("back")), said=translations(locale_of(request)).gettext(told))


def _refuse(form: Form, refused: RefusedError) -> None:
    if refused.code not in WHY:
        raise not_found() from refused
    form.say(WHY[refused.code])


async def _place(request: Request, session: AsyncSession) -> Place:
    """The stand that an address names, for who has a role in its fair; whose it is, they may know."""
    here, slug = await visit(request, session), request.path_params["room"]
    if here.person is None or not here.roles:
        raise not_found()  # who runs the platform passes the door, and is at no fair by that
    for room in await with_calls(session, here.fair.id):
        if room.slug == slug and room.kind == BOOTH:
            by = await stands.exhibitor(session, room.id, here.person.id)
            if by is not None:
                return Place(here, room, by, here.person)
    raise not_found()


async def _left(session: AsyncSession, place: Place) -> VisitingCard | None:
    return await queries.of_guest(session, place.here.fair.id, place.by.id, place.person.id, held=False)


def _page(request: Request, place: Place, left: VisitingCard | None, form: Form, status: int = 200) -> Response:
    where = form["back"]
    return page(
        request,
        "booths/cards/leave.html",
        status,
        headers=PRIVATE,
        fair=place.here.shown,
        room=place.room,
        by=place.by,
        left=left,
        form=form,
        back=place.back(where),
        where=where,
        path=f"{place.room_path}/card",
        email=readable(place.person.email or ""),
        about_most=ABOUT_MOST,
        phone_most=PHONE_MOST,
    )


routes = [
    Route("/fairs/{fair}/rooms/{room}/card", show, name="card_at_stand"),
    Route("/fairs/{fair}/rooms/{room}/card", leave, methods=["POST"], name="leave_card"),
]
