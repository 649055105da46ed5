"""Fairs and what is on at them, for programs: what everybody may read, as in the programme."""

from typing import Annotated, Self

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from booths import queries
from booths.queries import Exhibitor, Said, StandShown, TalkShown
from booths.rules import SPEAKERS_MOST, TEXT_MOST
from booths.shown import path_of
from directory.api import answering
from directory.api.declared import Call, Operation
from directory.api.shapes.common import GivenInBoth, InBoth, PageOf
from directory.api.shapes.values import Address, Day, Given, Id, Moment, Shown, left_out, up_to
from fairs.model import Fair as FairRow
from fairs.queries import all_fairs
from people.text import LINE_MOST, NAME_MOST
from server.kernel.access import Access
from server.kernel.http import not_found
from web.i18n import LOCALES, N_

_WHOSE = N_("Whose it is; null: you may not know.")


class Fair(Shown):
    """A fair."""

    id: Id
    page: Address = Field(description=N_("Its page, for people."))
    name: str
    tagline: str
    starts_on: Day = Field(description=N_("The first day, in the fair's own zone."))
    ends_on: Day = Field(description=N_("The last day, in the fair's own zone."))
    time_zone: str = Field(description=N_("Its IANA name, such as Europe/Berlin."))

    @classmethod
    def of(cls, row: FairRow, site: str) -> Self:
        """A fair; `site` is our own address."""
        plain = "id", "name", "tagline", "starts_on", "ends_on", "time_zone"
        return cls(page=f"{site}/fairs/{row.slug}", **{name: getattr(row, name) for name in plain})


class FairPage(PageOf[Fair]):
    """All fairs, the newest first: they are one page."""


class AtFair(Shown):
    """The organisation behind a stand or a talk."""

    id: Id
    name: str
    page: Address


class TalkText(Shown):
    """What a talk is about, in one language."""

    text: str = Field(description=N_("Markdown as it was typed: make it safe before you show it."))


class TalkTexts(InBoth[TalkText]):
    """The same in both languages."""


class Speaker(Shown):
    """Somebody who speaks."""

    name: str
    line: str = Field(description=N_("Who they are, on one line; may be empty."))


class GivenTalkText(Given):
    """What a talk is about, in one language; what is left out stays."""

    text: Annotated[str, up_to(TEXT_MOST)] = left_out()


class GivenTalkTexts(GivenInBoth[GivenTalkText]):
    """The same in one language or both; what is left out stays."""


class GivenSpeaker(Given):
    """Somebody who speaks."""

    name: Annotated[str, up_to(NAME_MOST, 1)]
    line: Annotated[str, up_to(LINE_MOST)] = ""


GivenSpeakers = Annotated[list[GivenSpeaker], Field(max_length=SPEAKERS_MOST)]


class Talk(Shown):
    """A talk in the programme of a fair."""

    id: Id
    page: Address = Field(description=N_("Its page, for people."))
    title: str
    stage: str
    starts_at: Moment
    ends_at: Moment
    organisation: AtFair | None = Field(description=_WHOSE)
    speakers: list[Speaker]
    texts: TalkTexts

    @classmethod
    def of(cls, one: TalkShown, said: Said, fair: FairRow, site: str) -> Self:
        """A talk as its viewer sees it."""
        plain = {name: getattr(one, name) for name in ("id", "title", "stage", "starts_at", "ends_at")}
        texts = {locale: TalkText(text=said.texts.get(locale, "")) for locale in sorted(LOCALES)}
        return cls(
            page=site + path_of(fair, one.id),
            organisation=_behind(one.by, site),
            speakers=[Speaker(name=each.name, line=each.line) for each in said.speakers],
            texts=TalkTexts(**texts),
            **plain,
        )


class TalkPage(PageOf[Talk]):
    """The talks of a fair in their order: they are one page."""


class Stand(Shown):
    """A stand of a fair."""

    id: Id
    name: str
    organisation: AtFair | None = Field(description=N_("Whose it is; null: nobody's yet, or you may not know."))

    @classmethod
    def of(cls, one: StandShown, site: str) -> Self:
        """A stand as its viewer sees it."""
        return cls(id=one.room_id, name=one.name, organisation=_behind(one.by, site))


class StandPage(PageOf[Stand]):
    """The stands of a fair by name: they are one page."""


async def many(call: Call) -> Response:
    """All fairs."""
    async with call.kernel.database.read() as session:
        found = await all_fairs(session)
    return answering.whole(call, [Fair.of(each, call.site) for each in found])


async def one(call: Call) -> Response:
    """One fair."""
    async with call.kernel.database.read() as session:
        return answering.record(call, Fair.of(await fair_of(call, session), call.site))


async def talks(call: Call) -> Response:
    """The talks of a fair."""
    async with call.kernel.database.read() as session:
        fair = await fair_of(call, session)
        found = await queries.programme(session, fair, call.person_id)
        said = await queries.said_of(session, [each.id for each in found])
    return answering.whole(call, [Talk.of(each, said[each.id], fair, call.site) for each in found])


async def stands(call: Call) -> Response:
    """The stands of a fair."""
    async with call.kernel.database.read() as session:
        found = await queries.stands(session, (await fair_of(call, session)).id, call.person_id)
    return answering.whole(call, [Stand.of(each, call.site) for each in found])


async def fair_of(call: Call, session: AsyncSession) -> FairRow:
    """The fair of the path. Raises ProblemError 404."""
    found = await session.get(FairRow, call.id)
    if found is None:
        raise not_found()
    return found


def _behind(by: Exhibitor | None, site: str) -> AtFair | None:
    return AtFair(id=by.id, name=by.name, page=f"{site}/o/{by.slug}") if by else None


operations = [
    Operation("GET", "/fairs", "list_fairs", Access.API, N_("Fairs, the newest first"), many, FairPage),
    Operation("GET", "/fairs/{id}", "get_fair", Access.API, N_("One fair"), one, Fair),
    Operation("GET", "/fairs/{id}/talks", "list_talks", Access.API, N_("The talks of a fair"), talks, TalkPage),
    Operation("GET", "/fairs/{id}/stands", "list_stands", Access.API, N_("The stands of a fair"), stands, StandPage),
]
