"""Searches that people keep, and what is new in them: each result is told once, in the product and in a daily mail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.search.asking import Asked
from directory.search.events import SearchLookedAt
from directory.search.finding import Found
from directory.search.model import SavedSearch, SearchAlert
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

# Searches that one person keeps, and characters of a name.
MOST = 50
NAME_MOST = 80
# Alerts of one search that are shown, and that come in one mail.
SHOWN = 20
# Mails come at most so often.
MAIL_EVERY = timedelta(hours=24)


class TooManyError(Exception):
    """Somebody keeps as many searches as one can."""


@dataclass(frozen=True)
class Kept:
    """A search that somebody keeps, and how much is new in it."""

    search: SavedSearch
    new: int

    @property
    def asked(self) -> Asked:
        """The question."""
        return Asked.from_json(self.search.asked)


async def save(uow: UnitOfWork, person_id: str, name: str, asked: Asked, *, alerts: bool, mails: bool) -> SavedSearch:
    """Keep a search; the same question again is the same search, with the new name. Raises TooManyError."""
    question = asked.but(sort="best").as_json()
    mine = list(await uow.session.scalars(select(SavedSearch).where(SavedSearch.person_id == person_id)))
    kept = next((one for one in mine if one.asked == question), None)
    if kept is None:
        if len(mine) >= MOST:
            raise TooManyError
        now = uow.clock.now()
        kept = SavedSearch(id=new_id(), person_id=person_id, asked=question, created_at=now, looked_at=now)
        uow.session.add(kept)
    kept.name, kept.alerts, kept.mails = name[:NAME_MOST], alerts, alerts and mails
    return kept


async def change(uow: UnitOfWork, person_id: str, search_id: str, *, alerts: bool, mails: bool) -> bool:
    """Turn alerts on or off; what came in between is not told later. False: it is not theirs, or there is none."""
    kept = await _own(uow.session, person_id, search_id)
    if kept is None:
        return False
    if alerts and not kept.alerts:
        kept.looked_at = uow.clock.now()
    kept.alerts, kept.mails = alerts, alerts and mails
    return True


async def remove(uow: UnitOfWork, person_id: str, search_id: str) -> bool:
    """Keep it no longer. False: it is not theirs, or there is none."""
    if await _own(uow.session, person_id, search_id) is None:
        return False
    await _forget(uow, [search_id])
    return True


async def of_person(session: AsyncSession, person_id: str) -> list[Kept]:
    """The searches that somebody keeps, the newest first, and how much is new in each."""
    unseen = func.count(SearchAlert.document_id).filter(SearchAlert.seen_at.is_(None))
    query = (
        select(SavedSearch, unseen.label("new"))
        .outerjoin(SearchAlert, SearchAlert.saved_search_id == SavedSearch.id)
        .where(SavedSearch.person_id == person_id)
        .group_by(SavedSearch.id)
        .order_by(SavedSearch.created_at.desc(), SavedSearch.id)
    )
    return [Kept(row.SavedSearch, row.new) for row in await session.execute(query)]


async def new_in(session: AsyncSession, search_ids: Collection[str]) -> Mapping[str, Sequence[Found]]:
    """What is new in these searches and was not looked at yet, the latest first, by search: `SHOWN` of each."""
    latest = SearchAlert.found_at.desc(), SearchAlert.document_id
    place = func.row_number().over(partition_by=SearchAlert.saved_search_id, order_by=latest)
    unseen = select(SearchAlert, place.label("place")).where(
        SearchAlert.saved_search_id.in_(search_ids), SearchAlert.seen_at.is_(None)
    )
    first = unseen.subquery()
    query = select(aliased(SearchAlert, first)).where(first.c.place <= SHOWN).order_by(first.c.place)
    found: dict[str, list[Found]] = {}
    for each in await session.scalars(query):
        found.setdefault(each.saved_search_id, []).append((each.kind, each.document_id))  # type: ignore[arg-type]
    return found


async def seen(uow: UnitOfWork, person_id: str, search_id: str) -> SavedSearch | None:
    """Somebody has looked at what is new in a search of theirs; the search."""
    kept = await _own(uow.session, person_id, search_id)
    if kept is not None:
        unseen = update(SearchAlert).where(SearchAlert.saved_search_id == search_id, SearchAlert.seen_at.is_(None))
        await uow.session.execute(unseen.values(seen_at=uow.clock.now()))
        uow.emit(SearchLookedAt(person_id, search_id))
    return kept


async def with_alerts(session: AsyncSession, after: str, limit: int) -> Sequence[SavedSearch]:
    """Searches with alerts by id, lot by lot."""
    query = select(SavedSearch).where(SavedSearch.alerts, SavedSearch.id > after)
    return (await session.scalars(query.order_by(SavedSearch.id).limit(limit))).all()


async def note(uow: UnitOfWork, search_id: str, found: Sequence[Found], looked_at: datetime) -> int:
    """Write down what is new in a search, each result once for all time; how many there were that nobody knew of."""
    known = await _known(uow.session, search_id, found)
    fresh = [each for each in dict.fromkeys(found) if each not in known]
    uow.session.add_all(
        SearchAlert(saved_search_id=search_id, kind=kind, document_id=id_, found_at=uow.clock.now())
        for kind, id_ in fresh
    )
    await uow.session.execute(update(SavedSearch).where(SavedSearch.id == search_id).values(looked_at=looked_at))
    return len(fresh)


async def take_for_mail(uow: UnitOfWork, person_id: str) -> Mapping[str, Sequence[Found]]:
    """What a mail to somebody tells, by search: marked as told in the same transaction that sends it."""
    now = uow.clock.now()
    mine = select(SavedSearch.id).where(SavedSearch.person_id == person_id, SavedSearch.mails)
    query = select(SearchAlert).where(
        SearchAlert.saved_search_id.in_(mine), SearchAlert.mailed_at.is_(None), SearchAlert.seen_at.is_(None)
    )
    found: dict[str, list[Found]] = {}
    for each in await uow.session.scalars(query.order_by(SearchAlert.found_at, SearchAlert.document_id)):
        each.mailed_at = now
        found.setdefault(each.saved_search_id, []).append((each.kind, each.document_id))  # type: ignore[arg-type]
    await uow.session.execute(update(SavedSearch).where(SavedSearch.id.in_(found)).values(mailed_at=now))
    return found


async def due_for_mail(session: AsyncSession, now: datetime) -> list[str]:
    """Ids of people who have something new, and got no mail about it within `MAIL_EVERY`."""
    waiting = (
        select(SavedSearch.person_id)
        .join(SearchAlert, SearchAlert.saved_search_id == SavedSearch.id)
        .where(SavedSearch.mails, SearchAlert.mailed_at.is_(None), SearchAlert.seen_at.is_(None))
    )
    lately = select(SavedSearch.person_id).where(SavedSearch.mailed_at > now - MAIL_EVERY)
    query = waiting.where(SavedSearch.person_id.not_in(lately)).distinct().order_by(SavedSearch.person_id)
    return list(await session.scalars(query))


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """The searches that somebody keeps, and what was told about them."""
    kept = await of_person(session, person_id)
    told = select(SearchAlert).where(SearchAlert.saved_search_id.in_([each.search.id for each in kept]))
    return {
        "saved_searches": [
            {"name": each.search.name, "address": each.asked.path, "created_at": each.search.created_at}
            | {"alerts": each.search.alerts, "mails": each.search.mails}
            for each in kept
        ],
        "alerts": [
            {"search": each.saved_search_id, "kind": each.kind, "id": each.document_id, "found_at": each.found_at}
            for each in await session.scalars(told)
        ],
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget the searches of somebody, and what was told about them."""
    mine = await uow.session.scalars(select(SavedSearch.id).where(SavedSearch.person_id == person_id))
    await _forget(uow, list(mine))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Have what was told about an organisation be about the one into which it is merged; what was told about both is
    told once."""
    about = SearchAlert.kind == "organisation", SearchAlert.document_id == from_id
    other = aliased(SearchAlert)
    same = other.saved_search_id == SearchAlert.saved_search_id, other.kind == "organisation"
    twice = exists().where(*same, other.document_id == into_id)
    unfetched = {"synchronize_session": False}
    await uow.session.execute(delete(SearchAlert).where(*about, twice), execution_options=unfetched)
    moved = update(SearchAlert).where(*about).values(document_id=into_id)
    await uow.session.execute(moved, execution_options=unfetched)


async def _forget(uow: UnitOfWork, search_ids: Collection[str]) -> None:
    await uow.session.execute(delete(SearchAlert).where(SearchAlert.saved_search_id.in_(search_ids)))
    await uow.session.execute(delete(SavedSearch).where(SavedSearch.id.in_(search_ids)))


async def _own(session: AsyncSession, person_id: str, search_id: str) -> SavedSearch | None:
    mine = SavedSearch.id == search_id, SavedSearch.person_id == person_id
    return await session.scalar(select(SavedSearch).where(*mine).with_for_update())


async def _known(session: AsyncSession, search_id: str, found: Sequence[Found]) -> set[Found]:
    ids = [id_ for _, id_ in found]
    query = select(SearchAlert).where(SearchAlert.saved_search_id == search_id, SearchAlert.document_id.in_(ids))
    return {(each.kind, each.document_id) for each in await session.scalars(query)}  # type: ignore[misc]
