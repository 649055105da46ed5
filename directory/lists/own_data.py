"""What somebody keeps about organisations: handed out, erased; and where it goes when two organisations become one."""

from typing import Any

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.lists.model import Bookmark, Label, Note, Shortlist, ShortlistEntry
from directory.organisations.model import Organisation
from server.kernel.db import UnitOfWork


async def collect(session: AsyncSession, person_id: str) -> dict[str, Any]:
    """Somebody's bookmarks, lists, words and notes, private ones and those that they share."""
    return {
        "bookmarks": await _rows(session, Bookmark.person_id == person_id, Bookmark, Bookmark.at),
        "lists": [
            {
                "name": each.name,
                "created_at": each.created_at,
                "organisations": await _rows(session, ShortlistEntry.shortlist_id == each.id, ShortlistEntry),
            }
            for each in await session.scalars(select(Shortlist).where(Shortlist.by_id == person_id))
        ],
        "words": await _rows(session, Label.by_id == person_id, Label, Label.word, Label.at),
        "notes": await _rows(session, Note.by_id == person_id, Note, Note.text, Note.at, Note.edited_at),
    }


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget what somebody kept. A list that colleagues share stays theirs, without a trace of who began it."""
    session = uow.session
    private = select(Shortlist.id).where(Shortlist.by_id == person_id, Shortlist.team_id.is_(None))
    await session.execute(delete(ShortlistEntry).where(ShortlistEntry.shortlist_id.in_(private)))
    await session.execute(delete(Shortlist).where(Shortlist.by_id == person_id, Shortlist.team_id.is_(None)))
    for kept in (Bookmark.person_id, Label.by_id, Note.by_id):
        await session.execute(delete(kept.class_).where(kept == person_id))


async def carry(uow: UnitOfWork, from_id: str, into_id: str) -> None:
    """Let everything that was kept about one organisation, or shared by its people, belong to another one.

    What is kept about both already is kept once.
    """
    session = uow.session
    other_mark, other_entry = aliased(Bookmark), aliased(ShortlistEntry)
    twice = and_(other_mark.person_id == Bookmark.person_id, other_mark.organisation_id == into_id)
    await session.execute(delete(Bookmark).where(Bookmark.organisation_id == from_id, exists().where(twice)))
    twice = and_(other_entry.shortlist_id == ShortlistEntry.shortlist_id, other_entry.organisation_id == into_id)
    on_both = ShortlistEntry.organisation_id == from_id, exists().where(twice)
    await session.execute(delete(ShortlistEntry).where(*on_both))
    for about in (Bookmark, ShortlistEntry, Label, Note):
        moved = update(about).where(about.organisation_id == from_id).values(organisation_id=into_id)
        await session.execute(moved)
    for shared in (Shortlist, Label, Note):
        await session.execute(update(shared).where(shared.team_id == from_id).values(team_id=into_id))


async def _rows(session: AsyncSession, mine: Any, kept: Any, *columns: Any) -> list[dict[str, Any]]:
    named = Organisation.name.label("organisation")
    query = select(named, *columns).select_from(kept).join(Organisation, Organisation.id == kept.organisation_id)
    return [dict(row) for row in (await session.execute(query.where(mine))).mappings()]
