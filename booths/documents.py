"""What can be found of events: fairs, and the talks in their programmes, by everybody."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booths.actions import follow_fair
from booths.events import ProgrammeChanged
from booths.model import Talk
from booths.queries import Said, days_of, said_of, talks_by_id
from booths.shown import path_of
from directory.search.changes import rows_after, touched
from directory.search.documents import Behind, Card, Document, Kind, Mark, Viewer, Wording
from fairs.documents import FairSource
from fairs.events import FairRevised
from fairs.model import Fair
from server.kernel.parts import Kernel
from web.when import date


class EventSource(FairSource):
    """Fairs and talks. Whose a talk is stands on its card, for those who may know, and is not indexed with it: an
    organisation may be shown to members alone at any time."""

    kind: Kind = "event"

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """Fairs and talks in the order of their making; what changes later is told beside."""
        talks = await rows_after(session, Talk.made_at, Talk.id, after, limit)
        return sorted([*await super().changed(session, after, limit), *talks])[:limit]

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These fairs and talks; those outside a fair's days are left out."""
        query = select(Talk, Fair).join(Fair, Fair.id == Talk.fair_id).where(Talk.id.in_(ids))
        rows = [(talk, fair) for talk, fair in await session.execute(query) if talk.day in days_of(fair)]
        said = await said_of(session, [talk.id for talk, _ in rows])
        talks = [_document(talk, fair, said[talk.id]) for talk, fair in rows]
        return [*await super().documents(session, ids), *talks]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """The same, which everybody may see."""
        found = await talks_by_id(session, ids, viewer.person_id)
        talks = {
            talk.id: Card(
                "event",
                talk.id,
                path_of(fair, talk.id),
                talk.title,
                line=fair.name,
                by=talk.by.name if talk.by else "",
                facts=(date(talk.starts_at, fair.time_zone, viewer.locale, style="day").striptags(), talk.stage),
                starts_at=talk.starts_at,
            )
            for fair, talk in found
        }
        return {**await super().cards(session, viewer, ids), **talks}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """What talks are about, in both languages, and who speaks."""
        said = await said_of(session, ids)
        return {id_: Behind(list(one.texts.values()), words_of(one)) for id_, one in said.items()}


def _document(talk: Talk, fair: Fair, said: Said) -> Document:
    about = {locale: Wording(talk.title, fair.name, markdown=text) for locale, text in said.texts.items()}
    return Document(
        kind="event",
        id=talk.id,
        path=path_of(fair, talk.id),
        wordings=about or {"": Wording(talk.title, fair.name)},
        updated_at=talk.made_at,
        words=words_of(said),
    )


def words_of(said: Said) -> list[str]:
    """What else a talk is found by: the people who speak."""
    return [text for each in said.speakers for text in (each.name, each.line) if text]


def listen(kernel: Kernel, ring: Callable[[], None]) -> None:
    """Have the index hear of programmes that change, and of fairs that are on other days; `ring` wakes it."""

    async def programme_changed(_happened: ProgrammeChanged) -> None:
        ring()

    async def fair_revised(happened: FairRevised) -> None:
        async with kernel.database.write() as uow:
            await touched(uow, "event", await follow_fair(uow, happened.fair_id))
        ring()

    kernel.events.on(ProgrammeChanged, programme_changed)
    kernel.events.on(FairRevised, fair_revised)
