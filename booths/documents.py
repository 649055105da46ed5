"""What can be found of events: fairs, and the talks in their programmes, by everybody."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from booths.events import ProgrammeChanged
from booths.model import Talk
from booths.queries import days_of, talks_by_id
from booths.shown import path_of
from directory.search.changes import made, touched
from directory.search.documents import Card, Document, Kind, Mark, Viewer, Wording
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
        talks = await made(session, Talk.made_at, Talk.id, after, limit)
        return sorted([*await super().changed(session, after, limit), *talks])[:limit]

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These fairs and talks; those after a fair's last day are left out."""
        query = select(Talk, Fair).join(Fair, Fair.id == Talk.fair_id).where(Talk.id.in_(ids))
        talks = [
            Document(
                kind="event",
                id=talk.id,
                path=path_of(fair, talk.id),
                wordings={"": Wording(talk.title, fair.name)},
                updated_at=talk.made_at,
            )
            for talk, fair in await session.execute(query)
            if talk.day < days_of(fair)
        ]
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
            )
            for fair, talk in found
        }
        return {**await super().cards(session, viewer, ids), **talks}


def listen(kernel: Kernel, ring: Callable[[], None]) -> None:
    """Have the index hear of programmes that change, and of fairs that are on other days; `ring` wakes it."""

    async def programme_changed(_happened: ProgrammeChanged) -> None:
        ring()

    async def fair_revised(happened: FairRevised) -> None:
        async with kernel.database.write() as uow:
            talks = await uow.session.scalars(select(Talk.id).where(Talk.fair_id == happened.fair_id))
            await touched(uow, "event", talks.all())
        ring()

    kernel.events.on(ProgrammeChanged, programme_changed)
    kernel.events.on(FairRevised, fair_revised)
