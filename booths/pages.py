"""The programme of a fair: its talks by day and its stands, for everybody; and the desk of those who make it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booths import actions, queries
from booths.actions import Entered, RefusedError
from booths.model import Talk
from booths.queries import TalkShown, days_of
from booths.rules import (
    DAY,
    LONGEST,
    SHORTEST,
    TEXT_MOST,
    TITLE_MOST,
    Speaker,
    When,
    clock_of,
    minutes_of,
    speakers_of,
    typed_as,
)
from booths.shown import names_of, programme_of, subscribed
from directory.organisations import queries as organisations
from directory.organisations.doors import slug_typed
from directory.organisations.jsonld import script
from directory.organisations.namesakes import of_name
from directory.organisations.pages.edit import locale_names
from fairs.doors import Visit, visit
from fairs.model import Fair
from people import text, zones
from people.forms import Form
from people.text import UnacceptableError
from rooms.model import WITH_CALLS, Room
from rooms.queries import closed as closed_rooms
from rooms.queries import with_calls
from rooms.visiting import KINDS
from server.kernel.http import not_found
from server.kernel.ids import is_id
from server.kernel.parts import kernel_of
from web.engines import head_of, speak_as_asked
from web.i18n import LOCALES, N_, translations
from web.render import locale_of, page, redirect
from web.when import date, zone

# A number that is no day of any fair, and what a number looks like: a day that came in front has one below zero.
NO_DAY = 100_000
_NUMBER = re.compile(r"-?[0-9]{1,4}", re.ASCII)
# Where a refusal stands on the form, and its words.
WHY = {
    "no_such_day": ("day", N_("Please choose a day of the fair.")),
    "too_long": ("minutes", N_("A talk takes 5 to 480 minutes, and ends before midnight.")),
    "stage_taken": ("begins", N_("Somebody else speaks on this stage then.")),
    "no_stage": ("room", N_("Please choose a stage.")),
    "full": ("title", N_("The programme is full: it holds 1,000 talks.")),
    "gone": ("organisation", N_("No organisation has this name or address.")),
    "in_use": ("close", N_("Talks are entered for this stage. Give them another one, or take them out, first.")),
    "same_name": ("name", N_("An open room of this fair has this name already.")),
    "no_more_rooms": ("name", N_("A fair has at most 200 rooms.")),
}


async def programme(request: Request) -> Response:
    """The talks by day, and who exhibits."""
    speak_as_asked(request)
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        viewer = here.person.id if here.person else None
        talks = await queries.programme(session, here.fair, viewer)
        speakers = await queries.speakers_of(session, [each.id for each in talks])
        stands = [each for each in await queries.stands(session, here.fair.id, viewer) if each.by]
    home = kernel_of(request).settings.public_url
    return page(
        request,
        "booths/programme.html",
        layout="layouts/app.html" if here.person else "layouts/plain.html",
        fair=here.shown,
        visit=here,
        organiser=here.makes_programme,
        days=_by_day(talks),
        names={each.id: names_of(each, speakers.get(each.id, ())) for each in talks},
        subscribed=subscribed(home, f"{here.shown.path}/programme.ics"),
        stands=stands,
        now=kernel_of(request).clock.now(),
        city=lambda zone: zones.city(zone, locale_of(request)),
        data=script([programme_of(here.fair, talks, home)]),
        **head_of(request, f"{here.shown.path}/programme"),
    )


async def desk(request: Request) -> Response:
    """Where the programme is made."""
    return await _desk(request, Form(None, locale_of(request)))


async def enter(request: Request) -> Response:
    """Put a talk into the programme."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        if entered := await _entered(request, uow.session, here, form):
            try:
                await actions.enter_talk(uow, here.fair, entered, by_id=request.state.person.id)
            except RefusedError as refused:
                form.refuse(*WHY[refused.code])
    return await _desk(request, form, 422) if not form.good else led_back(request, N_("The talk is in the programme."))


async def edit(request: Request) -> Response:
    """The form of a talk."""
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        talk, slug = await _talk(request, session, here)
        said = (await queries.said_of(session, [talk.id]))[talk.id]
        known = {
            "title": talk.title,
            "organisation": slug,
            "room": talk.room_id,
            "day": talk.day,
            "begins": clock_of(talk.begins),
            "minutes": talk.minutes,
            "speakers": typed_as(said.speakers),
            **{f"text.{locale}": text for locale, text in said.texts.items()},
        }
    return await _talk_page(request, here, Form(None, locale_of(request), **known))


async def change(request: Request) -> Response:
    """Change what is said of a talk."""
    form = await Form.of(request)
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        talk, _ = await _talk(request, uow.session, here)
        if entered := await _entered(request, uow.session, here, form):
            try:
                await actions.change_talk(uow, here.fair, talk, entered, by_id=request.state.person.id)
            except RefusedError as refused:
                form.refuse(*WHY[refused.code])
    return (
        await _talk_page(request, here, form, 422) if not form.good else led_back(request, N_("The talk is changed."))
    )


async def remove(request: Request) -> Response:
    """Take a talk out of the programme."""
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        talk, _ = await _talk(request, uow.session, here)
        await actions.remove_talk(uow, here.fair, talk, by_id=request.state.person.id)
    return led_back(request, N_("The talk is no longer in the programme."))


async def give_stand(request: Request) -> Response:
    """Say whose a stand is; an empty field: nobody's."""
    form, room_id = await Form.of(request), request.path_params["room"]
    if not is_id(room_id):
        raise not_found()
    field = f"stand-{room_id}"
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        whose = await _organisation(request, uow.session, form, field) if form.typed(field).strip() else None
        if form.good:
            try:
                await actions.give_stand(uow, here.fair, room_id, whose, by_id=request.state.person.id)
            except RefusedError as refused:
                if refused.code == "no_stand":
                    raise not_found() from None
                form.refuse(field, WHY[refused.code][1])
    return await _desk(request, form, 422) if not form.good else led_back(request, N_("It is saved."), "#stands")


async def open_place(request: Request) -> Response:
    """Open a room with calls: a stage, a stand, a meeting room, a lounge."""
    form = await Form.of(request)
    kind, name = form.typed("kind"), form.take("name", named(text.NAME_MOST), "")
    if kind not in WITH_CALLS:
        form.refuse("kind", N_("Please choose what it is."))
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        if form.good:
            try:
                await actions.open_place(uow, here.fair, kind, name)
            except RefusedError as refused:
                form.refuse(*WHY[refused.code])
    return await _desk(request, form, 422) if not form.good else led_back(request, N_("The room is open."), "#rooms")


async def close_place(request: Request) -> Response:
    """Close a room: whoever is in it is out."""
    return await _placed(request, actions.close_place, N_("The room is closed."), by_id=request.state.person.id)


async def reopen_place(request: Request) -> Response:
    """Open a closed room again."""
    return await _placed(request, actions.reopen_place, N_("The room is open."))


async def _placed(request: Request, do: Callable[..., Awaitable[None]], said: str, **more: str) -> Response:
    form, room_id = Form(None, locale_of(request)), request.path_params["room"]
    if not is_id(room_id):
        raise not_found()
    async with kernel_of(request).database.write() as uow:
        here = await visit(request, uow.session)
        try:
            await do(uow, here.fair, room_id, **more)
        except RefusedError as refused:
            if refused.code == "no_room":
                raise not_found() from None
            form.say(WHY[refused.code][1])
    return await _desk(request, form, 422) if not form.good else led_back(request, said, "#rooms")


async def _entered(request: Request, session: AsyncSession, here: Visit, form: Form) -> Entered | None:
    title = form.take("title", named(TITLE_MOST, N_("Please give the talk a title.")), "")
    organisation_id = await _organisation(request, session, form, "organisation")
    begins = minutes_of(form.typed("begins"))
    if begins is None:
        form.refuse("begins", N_("Please write the time like 14:30."))
    if not is_id(form.typed("room")):
        form.refuse("room", WHY["no_stage"][1])
    day, minutes = _number(form.typed("day"), NO_DAY), _number(form.typed("minutes"), 0)
    texts = {locale: form.take(f"text.{locale}", text.paragraphs(TEXT_MOST), "") for locale in LOCALES}
    speakers = form.take("speakers", speakers_of, tuple[Speaker, ...]())
    if not form.good or organisation_id is None or begins is None:
        return None
    return Entered(title, form.typed("room"), organisation_id, When(day, begins, minutes), texts, speakers)


async def _organisation(request: Request, session: AsyncSession, form: Form, field: str) -> str | None:
    """The organisation whose page's address was typed, or its name where no other one has that."""
    slug = form.take(field, slug_typed, "")
    if not slug:
        return None
    found = await organisations.by_slug(session, slug, request.state.person)
    if found and found.removed is None:
        return found.organisation.id
    named = await of_name(session, request.state.person.id, form.typed(field).strip())
    if len(named) == 1:
        return named[0].id
    several = N_("Several organisations have this name. Please choose one of those that are offered.")
    form.refuse(field, several if named else N_("No organisation has this name or address."))
    return None


async def _talk(request: Request, session: AsyncSession, here: Visit) -> tuple[Talk, str]:
    talk_id = request.path_params["talk"]
    found = await queries.talk(session, here.fair.id, talk_id) if is_id(talk_id) else None
    if found is None:
        raise not_found()
    return found


async def _desk(request: Request, form: Form, status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        here = await visit(request, session)
        talks = await queries.all_talks(session, here.fair, request.state.person.id)
        stands = await queries.stands(session, here.fair.id, request.state.person.id)
        stages = await queries.stages(session, here.fair.id)
        rooms, closed = await with_calls(session, here.fair.id), await closed_rooms(session, here.fair.id)
        exhibiting = await queries.exhibiting(session, here.fair.id, request.state.person.id)
    outside = [each for each in talks if each.when.day not in days_of(here.fair)]
    words = translations(locale_of(request))
    return page(
        request,
        "booths/desk.html",
        status,
        fair=here.shown,
        form=form,
        days=_by_day([each for each in talks if each not in outside]),
        outside=outside,
        stands=stands,
        rooms=[(each, KINDS[each.kind]) for each in rooms],
        closed=[(each, KINDS[each.kind]) for each in closed],
        kinds=[(kind, words.gettext(KINDS[kind])) for kind in WITH_CALLS],
        choices=_choices(request, here.fair, stages),
        exhibiting=exhibiting,
    )


async def _talk_page(request: Request, here: Visit, form: Form, status: int = 200) -> Response:
    async with kernel_of(request).database.read() as session:
        stages = await queries.stages(session, here.fair.id)
        exhibiting = await queries.exhibiting(session, here.fair.id, request.state.person.id)
    talk_id = request.path_params["talk"]
    return page(
        request,
        "booths/talk.html",
        status,
        fair=here.shown,
        form=form,
        talk_id=talk_id,
        choices=_choices(request, here.fair, stages),
        exhibiting=exhibiting,
    )


def _choices(request: Request, fair: Fair, stages: Sequence[Room]) -> dict[str, object]:
    """What the form of a talk offers, and of the days first the one that is not over."""
    locale = locale_of(request)
    today = kernel_of(request).clock.now().astimezone(zone(fair.time_zone)).date()
    return {
        "first_day": (min(max(today, fair.starts_on), fair.ends_on) - fair.counted_from).days,
        "stages": [(each.id, each.name) for each in stages],
        "fair_days": _days(fair, locale),
        "title_most": TITLE_MOST,
        "text_most": TEXT_MOST,
        "locale_names": locale_names(locale),
        "name_most": text.NAME_MOST,
        "shortest": SHORTEST,
        "longest": LONGEST,
    }


def _by_day(talks: Sequence[TalkShown]) -> list[list[TalkShown]]:
    return [list(those) for _day, those in groupby(talks, key=lambda each: each.when.day)]


def _days(fair: Fair, locale: str) -> list[tuple[int, str]]:
    """The days of a fair by their numbers: Monday, 14 September."""
    noons = {
        number: When(number, DAY // 2, 0).moments(fair.counted_from, fair.time_zone)[0] for number in days_of(fair)
    }
    return [(number, date(noon, fair.time_zone, locale, style="day").striptags()) for number, noon in noons.items()]


def named(most: int, otherwise: str = N_("Please give it a name.")) -> text.Rule[str]:
    """The rule of a name or a title: one line of at most so many characters, some of which can be read out."""

    def rule(typed: str) -> str:
        clean = text.one_line(most)(typed)
        if not any(character.isalnum() for character in clean):
            raise UnacceptableError(otherwise)
        return clean

    return rule


def _number(typed: str, none: int) -> int:
    """A small number, also below zero; `none` for what is none."""
    return int(typed) if _NUMBER.fullmatch(typed) else none


def led_back(request: Request, said: str, at: str = "") -> Response:
    """Lead back to where the programme is made, to one part of it where it is said; `said` is a message id."""
    words = translations(locale_of(request)).gettext(said)
    return redirect(f"/fairs/{request.path_params['fair']}/programme/desk{at}", said=words)


routes = [
    Route("/fairs/{fair}/programme", programme, name="programme"),
    Route("/fairs/{fair}/programme/desk", desk, name="programme_desk"),
    Route("/fairs/{fair}/programme/talks", enter, methods=["POST"], name="enter_talk"),
    Route("/fairs/{fair}/programme/talks/{talk}", edit, name="talk"),
    Route("/fairs/{fair}/programme/talks/{talk}", change, methods=["POST"], name="change_talk"),
    Route("/fairs/{fair}/programme/talks/{talk}/remove", remove, methods=["POST"], name="remove_talk"),
    Route("/fairs/{fair}/programme/stands/{room}", give_stand, methods=["POST"], name="give_stand"),
    Route("/fairs/{fair}/programme/rooms", open_place, methods=["POST"], name="open_place"),
    Route("/fairs/{fair}/programme/rooms/{room}/close", close_place, methods=["POST"], name="close_place"),
    Route("/fairs/{fair}/programme/rooms/{room}/reopen", reopen_place, methods=["POST"], name="reopen_place"),
]
