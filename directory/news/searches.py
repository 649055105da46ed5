"""News about the searches that people keep: that something is new in one, once until they look at it. Mails about it
are the search's own, see `directory.search.alerts`."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from directory.news.newsroom import Line, has_unseen, see, tell
from directory.search import saved
from directory.search.events import SearchLookedAt
from directory.search.model import SavedSearch
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.parts import Kernel
from web.i18n import N_, translations

FOUND = "search.found"
_SAID = N_("New in your search “%(name)s”")


async def tell_found(uow: UnitOfWork, kept: SavedSearch) -> None:
    """Tell somebody that something is new in a search of theirs, unless they know that already."""
    if not await has_unseen(uow.session, kept.person_id, kept.id):
        key = f"{FOUND}:{kept.id}:{uow.clock.now().isoformat()}"
        await tell(uow, [kept.person_id], FOUND, kept.id, key, mails=False)


async def put_into_words(
    session: AsyncSession, person: Person, asked: Collection[tuple[str, str]], locale: str
) -> Mapping[tuple[str, str], Line]:
    """News about the searches of one reader; what they keep no longer is missing."""
    names = {each.search.id: each.search.name for each in await saved.of_person(session, person.id)}
    text = translations(locale).gettext(_SAID)
    return {
        (kind, subject): Line(text % {"name": names[subject]}, "/discover/saved")
        for kind, subject in asked
        if subject in names
    }


def listen(kernel: Kernel) -> None:
    """Have what somebody looked at be no news any more."""

    async def looked(happened: SearchLookedAt) -> None:
        async with kernel.database.write() as uow:
            await see(uow, happened.person_id, [happened.search_id])

    kernel.events.on(SearchLookedAt, looked)
