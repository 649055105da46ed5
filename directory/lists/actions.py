"""What people keep about organisations. Every action is for a viewer: what one does not see, one cannot change."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.lists import queries
from directory.lists.model import Bookmark, Label, Note, Shortlist, ShortlistEntry
from directory.lists.rules import ENTRIES_MOST, LISTS_MOST, NOTES_MOST, RefusedError, differences
from directory.organisations.model import Member, Organisation
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.once import note_once


@dataclass(frozen=True)
class Scope:
    """Whose something is: a person's own (team_id None), or shared with the people of an organisation of theirs."""

    person_id: str
    team_id: str | None = None


async def bookmark(uow: UnitOfWork, person_id: str, organisation_id: str) -> None:
    """Want to find an organisation again; once more changes nothing."""
    mark = {"person_id": person_id, "organisation_id": organisation_id, "at": uow.clock.now()}
    await note_once(uow, Bookmark, mark)


async def forget_bookmark(uow: UnitOfWork, person_id: str, organisation_id: str) -> None:
    """Take a bookmark away, where there is one."""
    mine = Bookmark.person_id == person_id, Bookmark.organisation_id == organisation_id
    await uow.session.execute(delete(Bookmark).where(*mine))


async def start_list(uow: UnitOfWork, scope: Scope, list_id: str, name: str) -> None:
    """Begin a list under an id that the page gave: sent twice, it is one list.

    Raises RefusedError: not_your_team, too_many.
    """
    await _check_team(uow.session, scope)
    if await uow.session.get(Shortlist, list_id) is not None:
        return
    mine = select(func.count()).select_from(Shortlist).where(Shortlist.by_id == scope.person_id)
    if (await uow.session.scalar(mine) or 0) >= LISTS_MOST:
        raise RefusedError("too_many")
    begun = {"name": name, "by_id": scope.person_id, "team_id": scope.team_id, "created_at": uow.clock.now()}
    await note_once(uow, Shortlist, {"id": list_id, **begun})


async def change_list(uow: UnitOfWork, scope: Scope, list_id: str, name: str) -> None:
    """Call a list otherwise, or share it with others. Whose team it was, keeps it only where the scope says so.

    Raises RefusedError: not_there, not_your_team; not_yours (only who began it changes with whom it is shared).
    """
    found = await _list(uow.session, scope.person_id, list_id)
    if found.team_id != scope.team_id:
        if found.by_id != scope.person_id:
            raise RefusedError("not_yours")
        await _check_team(uow.session, scope)
    found.name, found.team_id = name, scope.team_id


async def remove_list(uow: UnitOfWork, person_id: str, list_id: str) -> None:
    """Throw a list away; the organisations on it stay. Raises RefusedError: not_there, not_yours."""
    found = await _list(uow.session, person_id, list_id)
    if found.by_id != person_id:
        raise RefusedError("not_yours")
    await uow.session.execute(delete(ShortlistEntry).where(ShortlistEntry.shortlist_id == list_id))
    await uow.session.delete(found)


async def put_on_list(uow: UnitOfWork, person_id: str, list_id: str, organisation_id: str) -> None:
    """Put an organisation on a list; once more changes nothing. Raises RefusedError: not_there, too_many."""
    await _list(uow.session, person_id, list_id)
    if await uow.session.get(ShortlistEntry, (list_id, organisation_id)) is not None:
        return
    held = select(func.count()).select_from(ShortlistEntry).where(ShortlistEntry.shortlist_id == list_id)
    if (await uow.session.scalar(held) or 0) >= ENTRIES_MOST:
        raise RefusedError("too_many")
    entry = ShortlistEntry(shortlist_id=list_id, organisation_id=organisation_id, by_id=person_id, at=uow.clock.now())
    uow.session.add(entry)


async def take_off_list(uow: UnitOfWork, person_id: str, list_id: str, organisation_id: str) -> None:
    """Take an organisation off a list, where it is on it. Raises RefusedError: not_there."""
    await _list(uow.session, person_id, list_id)
    entry = ShortlistEntry.shortlist_id == list_id, ShortlistEntry.organisation_id == organisation_id
    await uow.session.execute(delete(ShortlistEntry).where(*entry))


async def set_labels(uow: UnitOfWork, scope: Scope, organisation_id: str, words: Collection[str]) -> None:
    """Have exactly these words of a scope on an organisation. Raises RefusedError: not_your_team."""
    await _check_team(uow.session, scope)
    # Held until the commit: a form sent twice in one moment finds its words there.
    one = select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    await uow.session.execute(one)
    held = await queries.label_rows(uow.session, scope.person_id, organisation_id, scope.team_id)
    come, go = differences([row.word for row in held], words)
    for row in held:
        if row.word in go:
            await uow.session.delete(row)
    uow.session.add_all(
        Label(
            id=new_id(),
            organisation_id=organisation_id,
            word=word,
            by_id=scope.person_id,
            team_id=scope.team_id,
            at=uow.clock.now(),
        )
        for word in come
    )


async def write_note(uow: UnitOfWork, scope: Scope, note_id: str, organisation_id: str, text: str) -> None:
    """Write something down, under an id that the page gave: sent twice, it is one note.

    Raises RefusedError: not_your_team, too_many.
    """
    await _check_team(uow.session, scope)
    if await uow.session.get(Note, note_id) is not None:
        return
    if await queries.note_count(uow.session, scope.person_id, organisation_id) >= NOTES_MOST:
        raise RefusedError("too_many")
    written = {
        "id": note_id,
        "organisation_id": organisation_id,
        "text": text,
        "by_id": scope.person_id,
        "team_id": scope.team_id,
        "at": uow.clock.now(),
        "edited_at": None,
    }
    await note_once(uow, Note, written)


async def change_note(uow: UnitOfWork, person_id: str, note_id: str, text: str) -> None:
    """Put one's own note otherwise. Raises RefusedError: not_there."""
    found = await queries.note(uow.session, person_id, note_id)
    if found is None:
        raise RefusedError("not_there")
    if found.text != text:
        found.text, found.edited_at = text, uow.clock.now()


async def remove_note(uow: UnitOfWork, person_id: str, note_id: str) -> None:
    """Throw one's own note away. Raises RefusedError: not_there."""
    found = await queries.note(uow.session, person_id, note_id)
    if found is None:
        raise RefusedError("not_there")
    await uow.session.delete(found)


async def _list(session: AsyncSession, person_id: str, list_id: str) -> Shortlist:
    """A list that somebody sees, held until the commit: two who put something on it count it one after the other."""
    found = await queries.shortlist(session, person_id, list_id)
    if found is None:
        raise RefusedError("not_there")
    await session.refresh(found, with_for_update=True)
    return found


async def _check_team(session: AsyncSession, scope: Scope) -> None:
    if scope.team_id and await session.get(Member, (scope.team_id, scope.person_id)) is None:
        raise RefusedError("not_your_team")
