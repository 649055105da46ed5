"""What can be found of fairs: the fairs themselves, by everybody, and people, by those who share a fair with them."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.search.changes import rows_after, touched
from directory.search.documents import Behind, Card, Document, Kind, Mark, Viewer, Wording
from fairs.cards import not_banned, photo_url
from fairs.events import FairCreated, FairRevised, MemberBanned, MemberJoined, MemberLeft, MemberUnbanned
from fairs.model import Fair, Membership
from fairs.shown import FairShown
from people.events import PersonErased, ProfileChanged
from people.model import Person
from server.kernel.clock import Clock
from server.kernel.parts import Kernel

# How well a profile is filled decides among people who fit alike; each of these is a part of it.
_FILLED = ("organisation", "position", "seeks", "offers", "photo")


class FairSource:
    """Fairs, found by everybody."""

    kind: Kind = "event"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """Fairs in the order of their making; what changes later is told beside."""
        return await rows_after(session, Fair.created_at, Fair.id, after, limit)

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """These fairs."""
        return [
            Document(
                kind="event",
                id=fair.id,
                path=f"/fairs/{fair.slug}",
                wordings={"": Wording(fair.name, fair.tagline)},
                updated_at=fair.created_at,
            )
            for fair in await session.scalars(select(Fair).where(Fair.id.in_(ids)))
        ]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """These fairs, which everybody may see."""
        now = self._clock.now()
        fairs = [FairShown.of(each, now, viewer.locale) for each in await _fairs(session, ids)]
        return {
            fair.id: Card(
                "event", fair.id, fair.path, fair.name, line=fair.tagline, facts=(fair.days,), starts_at=fair.starts_at
            )
            for fair in fairs
        }

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """Nothing: what is indexed of a fair stands on its card."""
        return {}

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """None of their own: fairs are public."""
        return ()


class PersonSource:
    """People, found by those who share a fair with them."""

    kind: Kind = "person"

    async def changed(self, session: AsyncSession, after: Mark | None, limit: int) -> Sequence[Mark]:
        """People in the order of their coming; what changes later is told beside."""
        return await rows_after(session, Person.created_at, Person.id, after, limit)

    async def documents(self, session: AsyncSession, ids: Collection[str]) -> Sequence[Document]:
        """Those of these people who are at some fair. An erased account is nobody."""
        people = await session.scalars(select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None)))
        fairs = await _fairs_of(session, ids)
        return [_document(person, fairs[person.id]) for person in people if fairs.get(person.id)]

    async def cards(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Card]:
        """Those of these people with whom the viewer shares a fair now. One query."""
        if viewer.person_id is None:
            return {}
        query = select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None))
        if not viewer.admin:
            query = query.where(or_(Person.id == viewer.person_id, _shares_a_fair(viewer.person_id)))
        return {person.id: _card(person) for person in await session.scalars(query)}

    async def behind(self, session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> Mapping[str, Behind]:
        """Nothing: what is indexed of a person stands on their card."""
        return {}

    async def audiences(self, session: AsyncSession, viewer: Viewer) -> Collection[str]:
        """The fairs of the viewer; an administrator finds the people of all."""
        query = select(Membership.fair_id).where(Membership.person_id == viewer.person_id, not_banned())
        if viewer.admin:
            query = select(Fair.id)
        return [f"fair:{id_}" for id_ in set(await session.scalars(query))]


def listen(kernel: Kernel, ring: Callable[[], None]) -> None:
    """Have the index hear of people who come, go or change; `ring` wakes it."""

    async def person_changed(
        happened: MemberJoined | MemberLeft | MemberBanned | MemberUnbanned | ProfileChanged | PersonErased,
    ) -> None:
        async with kernel.database.write() as uow:
            await touched(uow, "person", [happened.person_id])
        ring()

    async def fair_created(_happened: FairCreated) -> None:
        ring()

    async def fair_revised(happened: FairRevised) -> None:
        async with kernel.database.write() as uow:
            await touched(uow, "event", [happened.fair_id])
        ring()

    kernel.events.on(MemberJoined, person_changed)
    kernel.events.on(MemberLeft, person_changed)
    kernel.events.on(MemberBanned, person_changed)
    kernel.events.on(MemberUnbanned, person_changed)
    kernel.events.on(ProfileChanged, person_changed)
    kernel.events.on(PersonErased, person_changed)
    kernel.events.on(FairCreated, fair_created)
    kernel.events.on(FairRevised, fair_revised)


async def _fairs(session: AsyncSession, ids: Collection[str]) -> Sequence[Fair]:
    return (await session.scalars(select(Fair).where(Fair.id.in_(ids)))).all()


async def _fairs_of(session: AsyncSession, person_ids: Collection[str]) -> dict[str, set[str]]:
    query = select(Membership.person_id, Membership.fair_id).where(Membership.person_id.in_(person_ids), not_banned())
    found: dict[str, set[str]] = {}
    for person_id, fair_id in await session.execute(query):
        found.setdefault(person_id, set()).add(fair_id)
    return found


def _shares_a_fair(viewer_id: str) -> ColumnElement[bool]:
    mine, theirs = aliased(Membership), aliased(Membership)
    return exists().where(
        mine.person_id == viewer_id,
        theirs.fair_id == mine.fair_id,
        theirs.person_id == Person.id,
        not_banned(mine),
        not_banned(theirs),
    )


def _document(person: Person, fair_ids: Collection[str]) -> Document:
    filled = sum(bool(getattr(person, each)) for each in _FILLED)
    return Document(
        kind="person",
        id=person.id,
        path=f"/people/{person.id}",
        wordings={"": Wording(person.name, _line(person), f"{person.seeks} {person.offers}".strip())},
        updated_at=person.created_at,
        tags={"language": person.languages},
        audiences=[f"fair:{id_}" for id_ in fair_ids],
        boost=filled / len(_FILLED),
    )


def _card(person: Person) -> Card:
    return Card(
        kind="person",
        id=person.id,
        path=f"/people/{person.id}",
        name=person.name,
        line=_line(person),
        text=f"{person.seeks} {person.offers}".strip(),
        picture=photo_url(person.photo_small) or "",
    )


def _line(person: Person) -> str:
    return ", ".join(each for each in (person.position, person.organisation) if each)
