"""Where stands and talks join in."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from booths import own_data, queries, telling
from booths.actions import carry
from booths.section import bring
from booths.shown import path_of
from directory.news.newsroom import Newsroom
from directory.organisations.pages.engines import Listed, Path, Paths, Sitemap
from directory.organisations.parts import Organisations
from people.own_data import OwnData


def join(data: OwnData, organisations: Organisations, newsroom: Newsroom, sitemap: Sitemap) -> None:
    """Tell everybody about stands and talks. Called at the start. What is on soon stands first on a page."""
    organisations.sections.insert(0, bring)
    organisations.carriers.append(carry)
    data.register("programme", own_data.collect, own_data.erase)
    newsroom.register(telling.NEWS_KINDS, telling.put_into_words)
    sitemap.add(Listed("fairs", queries.count_all_fairs, _fairs("")))
    sitemap.add(Listed("programmes", queries.count_all_fairs, _fairs("/programme")))
    sitemap.add(Listed("talks", queries.count_all_talks, _paths))


def _fairs(page: str) -> Paths:
    async def paths(session: AsyncSession, offset: int, limit: int) -> list[Path]:
        return [(f"/fairs/{slug}{page}", None) for slug in await queries.listed_fairs(session, offset, limit)]

    return paths


async def _paths(session: AsyncSession, offset: int, limit: int) -> list[tuple[str, datetime]]:
    found = await queries.listed_talks(session, offset, limit)
    return [(path_of(fair, talk.id), talk.changed_at) for fair, talk in found if talk.day in queries.days_of(fair)]
