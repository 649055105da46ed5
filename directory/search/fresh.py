"""What is new in the searches that somebody keeps, as they may see it now."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from directory.search import saved
from directory.search.documents import Card, Viewer
from directory.search.parts import Search
from directory.search.saved import Kept


async def with_new(
    search: Search, session: AsyncSession, viewer: Viewer, kept: Sequence[Kept]
) -> list[tuple[Kept, list[Card]]]:
    """Searches, each with the first cards of what is new in it. What has gone since is new no more: it counts in those
    alone of which there is more than that."""
    new = await saved.new_in(session, [each.search.id for each in kept])
    known = await search.cards(session, viewer, [one for some in new.values() for one in some])
    cards = {id_: [known[one] for one in some if one in known] for id_, some in new.items()}
    found = [(each, cards.get(each.search.id, [])) for each in kept]
    return [(each if each.new > saved.SHOWN else replace(each, new=len(some)), some) for each, some in found]
