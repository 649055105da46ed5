"""Making what is on at a fair, for programs of its organisers: the same rules as at the desk of its programme."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from booths import actions, queries
from booths.actions import Entered, RefusedError
from booths.api import GivenSpeakers, GivenTalkTexts, Stand, Talk, fair_of
from booths.pages import WHY, named
from booths.queries import Said
from booths.rules import TEXT_MOST, TITLE_MOST, When, listed
from directory.api import answering, taking
from directory.api.declared import VERSION, Call, Operation
from directory.api.ruling import by_rules, ruled, text_fields
from directory.api.shapes.common import PageOf
from directory.api.shapes.values import Given, GivenId, Id, Moment, Shown, left_out, up_to
from directory.organisations import queries as organisations
from fairs.model import Fair
from fairs.queries import roles_in
from people.text import paragraphs
from server.kernel.access import Access
from server.kernel.db import UnitOfWork
from server.kernel.http import ProblemError, not_found
from web.i18n import LOCALES, N_, translations
from web.render import locale_of

Title = Annotated[str, up_to(TITLE_MOST, 1)]
_PEOPLE = N_("The people who speak, in their order; none of them needs an account.")
# Where the body has what the form of a talk calls otherwise.
_AT = {"day": "/starts_at", "begins": "/starts_at", "minutes": "/ends_at", "room": "/stage", "close": ""}


class Stage(Shown):
    """A stage of a fair."""

    id: Id
    name: str


class StagePage(PageOf[Stage]):
    """The open stages of a fair by name: they are one page."""


class TalkNew(Given):
    """A talk to put into the programme."""

    title: Title
    organisation: GivenId = Field(description=N_("Who speaks."))
    stage: GivenId = Field(description=N_("The id of a stage of the fair."))
    starts_at: Moment = Field(description=N_("On a whole minute, on a day of the fair in the fair's own zone."))
    ends_at: Moment = Field(description=N_("5 to 480 minutes later, and before midnight there."))
    texts: GivenTalkTexts = left_out()
    speakers: GivenSpeakers = Field([], description=_PEOPLE)


class TalkChange(Given):
    """What changes about a talk; what is left out stays."""

    title: Title = left_out()
    organisation: GivenId = left_out()
    stage: GivenId = left_out()
    starts_at: Moment = left_out()
    ends_at: Moment = left_out()
    texts: GivenTalkTexts = left_out()
    speakers: GivenSpeakers = Field(default_factory=lambda: [], description=_PEOPLE)


class StandChange(Given):
    """Whose a stand is."""

    organisation: GivenId | None = Field(description=N_("Whose it is; null: nobody's."))


async def stages(call: Call) -> Response:
    """The open stages of a fair."""
    async with call.kernel.database.read() as session:
        fair = await own(call, session)
        found = await queries.stages(session, fair.id)
    return answering.whole(call, [Stage(id=each.id, name=each.name) for each in found])


async def one(call: Call) -> Response:
    """One talk."""
    async with call.kernel.database.read() as session:
        fair = await fair_of(call, session)
        found = await queries.one_talk(session, fair, call.named("talk"), call.person_id)
        if found is None:
            raise not_found()
        said = await queries.said_of(session, [found.id])
    return answering.record(call, Talk.of(found, said[found.id], fair, call.site))


async def enter(call: Call) -> Response:
    """Put a talk into the programme."""
    given: TalkNew = call.body
    async with changing(call) as (uow, fair):
        whose = await _organisation(call, uow.session, given.organisation)
        when = _when(call, fair, given.starts_at, given.ends_at)
        entered = Entered(_title(call, given.title), given.stage, whose, when, **_said_in(call, given, Said()))
        made = await actions.enter_talk(uow, fair, entered, by_id=call.by_id)
        shown = await _fresh(call, uow, fair, made.id)
    return answering.record(call, shown, 201, f"{VERSION}/fairs/{fair.id}/talks/{shown.id}")


async def change(call: Call) -> Response:
    """Change what is said of a talk."""
    given: TalkChange = call.body
    said = given.model_fields_set
    async with changing(call) as (uow, fair):
        found = await queries.talk(uow.session, fair.id, call.named("talk"))
        if found is None:
            raise not_found()
        talk = found[0]
        answering.check_match(call.request, await _fresh(call, uow, fair, talk.id))
        starts_at, ends_at = When(talk.day, talk.begins, talk.minutes).moments(fair.counted_from, fair.time_zone)
        entered = Entered(
            _title(call, given.title) if "title" in said else talk.title,
            given.stage if "stage" in said else talk.room_id,
            await _organisation(call, uow.session, given.organisation)
            if "organisation" in said
            else talk.organisation_id,
            _when(
                call,
                fair,
                given.starts_at if "starts_at" in said else starts_at,
                given.ends_at if "ends_at" in said else ends_at,
            ),
            **_said_in(call, given, (await queries.said_of(uow.session, [talk.id]))[talk.id]),
        )
        await actions.change_talk(uow, fair, talk, entered, by_id=call.by_id)
        shown = await _fresh(call, uow, fair, talk.id)
    return answering.record(call, shown)


async def remove(call: Call) -> Response:
    """Take a talk out of the programme."""
    async with changing(call) as (uow, fair):
        found = await queries.talk(uow.session, fair.id, call.named("talk"))
        if found is None:
            raise not_found()
        await actions.remove_talk(uow, fair, found[0], by_id=call.by_id)
    return Response(status_code=204)


async def give_stand(call: Call) -> Response:
    """Say whose a stand is."""
    given: StandChange = call.body
    stand = call.named("stand")
    async with changing(call) as (uow, fair):
        whose = await _organisation(call, uow.session, given.organisation) if given.organisation else None
        await actions.give_stand(uow, fair, stand, whose, by_id=call.by_id)
        await uow.session.flush()
        held = await queries.stands(uow.session, fair.id, call.person_id)
        shown = next(Stand.of(each, call.site) for each in held if each.room_id == stand)
    return answering.record(call, shown)


@asynccontextmanager
async def changing(call: Call) -> AsyncIterator[tuple[UnitOfWork, Fair]]:
    """A unit of work for who makes the programme. Raises ProblemError 404, 403, and 409 for what the rules refuse."""
    try:
        async with call.kernel.database.write() as uow:
            fair = await own(call, uow.session)
            # Its days stay what they are until the commit: a moment is a place in them.
            await uow.session.refresh(fair, with_for_update=True)
            yield uow, fair
    except RefusedError as refused:
        if refused.code in ("no_stand", "no_room"):
            raise not_found() from None
        field, why = WHY[refused.code]
        detail = translations(locale_of(call.request)).gettext(why)
        raise taking.refused([(_AT.get(field, f"/{field}"), detail)], 409, refused.code) from None


async def own(call: Call, session: AsyncSession) -> Fair:
    """The fair of the path, for who makes its programme: who runs it, or the platform."""
    fair = await fair_of(call, session)
    if not (call.person.admin or "organiser" in await roles_in(session, fair.slug, call.by_id)):
        raise ProblemError(403, "forbidden", "You do not run this fair.")
    return fair


async def _organisation(call: Call, session: AsyncSession, organisation_id: str) -> str:
    """An organisation that the organiser may see. Raises RefusedError("gone")."""
    found = await organisations.by_id(session, organisation_id, call.person)
    if found is None or found.removed is not None:
        raise RefusedError("gone")
    return found.organisation.id


async def _fresh(call: Call, uow: UnitOfWork, fair: Fair, talk_id: str) -> Talk:
    """A talk as it stands in the transaction, also one after the fair's last day."""
    await uow.session.flush()
    talks = await queries.all_talks(uow.session, fair, call.person_id)
    said = await queries.said_of(uow.session, [talk_id])
    return next(Talk.of(each, said[talk_id], fair, call.site) for each in talks if each.id == talk_id)


def _said_in(call: Call, given: TalkNew | TalkChange, before: Said) -> dict[str, Any]:
    """What a talk is about and who speaks, with what was left out as it was. Raises ProblemError 409."""
    texts: Mapping[str, str] = by_rules(call, text_fields(given), _TEXTS)
    found = {locale: texts.get(f"text.{locale}", before.texts.get(locale, "")) for locale in LOCALES}
    people = [(each.name, each.line) for each in given.speakers]
    named = "speakers" in given.model_fields_set
    return {"texts": found, "speakers": ruled(call, "/speakers", lambda: listed(people)) if named else before.speakers}


_TEXTS = {f"text.{locale}": paragraphs(TEXT_MOST) for locale in LOCALES}


def _title(call: Call, title: str) -> str:
    return ruled(call, "/title", lambda: named(TITLE_MOST)(title))


def _when(call: Call, fair: Fair, starts_at: datetime, ends_at: datetime) -> When:
    """A talk's place in the fair, of moments. Raises RefusedError for what is none, see `booths.rules.wrong_with`."""
    try:
        local = starts_at.astimezone(ZoneInfo(fair.time_zone))
    except OverflowError:  # the first or the last hours of the calendar
        raise RefusedError("no_such_day") from None
    length = (ends_at - starts_at).total_seconds()
    day = (local.date() - fair.counted_from).days
    when = When(day, local.hour * 60 + local.minute, int(length // 60))
    if day not in queries.days_of(fair):
        raise RefusedError("no_such_day")
    # Seconds, and the hour that a change of clocks gives twice, have no place in a programme.
    if length % 60 or when.moments(fair.counted_from, fair.time_zone)[0] != starts_at:
        raise taking.refused([("/starts_at", _said(call, _WHOLE))], 409, "no_such_time")
    return when


_WHOLE = N_("A talk begins and ends on a whole minute, of an hour that its day has once.")


def _said(call: Call, text: str) -> str:
    return translations(locale_of(call.request)).gettext(text)


operations = [
    Operation("GET", "/fairs/{id}/stages", "list_stages", Access.API_FAIRS, N_("The stages of a fair that you run"),
              stages, StagePage, refusals=(403,)),
    Operation("POST", "/fairs/{id}/talks", "enter_talk", Access.API_FAIRS, N_("Put a talk into the programme"), enter,
              Talk, body=TalkNew, status=201, refusals=(403, 409),
              about=N_("For who runs the fair. A stage is given once at a time.")),
    Operation("GET", "/fairs/{id}/talks/{talk}", "get_talk", Access.API, N_("One talk"), one, Talk),
    Operation("PATCH", "/fairs/{id}/talks/{talk}", "change_talk", Access.API_FAIRS,
              N_("Change what is said of a talk"), change, Talk, body=TalkChange, refusals=(403, 409, 412)),
    Operation("DELETE", "/fairs/{id}/talks/{talk}", "remove_talk", Access.API_FAIRS,
              N_("Take a talk out of the programme"), remove, status=204, refusals=(403,)),
    Operation("PUT", "/fairs/{id}/stands/{stand}", "give_stand", Access.API_FAIRS, N_("Say whose a stand is"),
              give_stand, Stand, body=StandChange, refusals=(403, 409)),
]  # fmt: skip
