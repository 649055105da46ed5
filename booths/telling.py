"""What those who speak for an organisation are told when a stand at a fair is given to it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from booths.model import Stand
from directory.news import newsroom
from directory.news.newsroom import Line
from directory.organisations.model import Organisation
from directory.speaking import speakers, viewer_of
from fairs.model import Fair, Membership
from fairs.queries import not_shut_out
from people.model import Person
from rooms.model import Room
from server.kernel.db import UnitOfWork
from web.i18n import N_, translations

KIND = "stand.given"
NEWS_KINDS = (KIND,)
_SAID = N_("%(name)s has the stand “%(stand)s” at %(fair)s")


async def tell_of(uow: UnitOfWork, room_id: str, organisation_id: str, *, by_id: str) -> None:
    """Tell of a stand that was given, once for each organisation that gets it; whoever gave it knows."""
    people = [each for each in await speakers(uow.session, organisation_id) if each != by_id]
    await newsroom.tell(uow, people, KIND, room_id, f"{KIND}:{room_id}:{organisation_id}")


async def seeing(
    session: AsyncSession, person_id: str, room_id: str
) -> Callable[[UnitOfWork], Awaitable[object]] | None:
    """What notes that whoever is at the stand has seen it; None for those who were told nothing."""
    unseen = await newsroom.has_unseen(session, person_id, room_id)
    return partial(newsroom.see, person_id=person_id, subjects=[room_id]) if unseen else None


async def put_into_words(
    session: AsyncSession, person: Person, asked: Collection[tuple[str, str]], locale: str
) -> Mapping[tuple[str, str], Line]:
    """News about stands for one reader, of those that are still their organisation's, at fairs from which they are not
    shut out. Who is not in yet is led to the fair's page, where one joins: rooms are there for members. Two queries for
    all."""
    own = (await viewer_of(session, person.id)).organisations
    inside = exists().where(Membership.fair_id == Fair.id, Membership.person_id == person.id)
    columns = Stand.room_id, Organisation.name, Room.name, Room.slug, Fair.name, Fair.slug, inside
    query = select(*columns).join(Organisation, Organisation.id == Stand.organisation_id)
    query = query.join(Room, Room.id == Stand.room_id).join(Fair, Fair.id == Room.fair_id)
    query = query.where(Stand.room_id.in_([room_id for _kind, room_id in asked]), Stand.organisation_id.in_(own))
    query = query.where(not_shut_out(person.id))
    text = translations(locale).gettext(_SAID)
    return {
        (KIND, room_id): Line(
            text % {"name": name, "stand": stand, "fair": fair},
            f"/fairs/{at}/rooms/{slug}" if is_in else f"/fairs/{at}",
        )
        for room_id, name, stand, slug, fair, at, is_in in await session.execute(query)
    }
