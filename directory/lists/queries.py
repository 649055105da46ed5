"""Everything that is read of lists, words and notes: each for a viewer, who sees their own and those of their teams."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.lists.model import Bookmark, Label, Note, Shortlist, ShortlistEntry
from directory.lists.rules import LISTS_MOST, NOTES_MOST
from directory.organisations.model import Member, Organisation
from directory.organisations.queries import present
from people.model import Person
from server.kernel.tables import small_letters

Shareable = type[Shortlist] | type[Label] | type[Note]


@dataclass(frozen=True)
class ListShown:
    """A list as the page of all lists shows it."""

    id: str
    name: str
    team: str  # the name of the organisation that shares it; empty: private
    count: int
    has: bool = False  # whether the organisation that was asked about is on it


@dataclass(frozen=True)
class NoteShown:
    """A note, with the name of who wrote it (empty: erased) and of the organisation that shares it."""

    id: str
    text: str
    by_id: str
    by_name: str
    team: str
    at: datetime
    edited_at: datetime | None


@dataclass(frozen=True)
class Entry:
    """An organisation on a list."""

    id: str
    slug: str
    name: str
    kind: str
    logo_small: str | None
    place: str
    country: str
    website: str
    at: datetime


def visible_to(person_id: str, kept: Shareable) -> ColumnElement[bool]:
    """The condition that somebody may see a row: it is their own private one, or one of a team that they belong to."""
    of_team = exists().where(Member.organisation_id == kept.team_id, Member.person_id == person_id)
    return or_(and_(kept.team_id.is_(None), kept.by_id == person_id), of_team)


async def is_bookmarked(session: AsyncSession, person_id: str, organisation_id: str) -> bool:
    """Whether somebody has bookmarked an organisation."""
    return await session.get(Bookmark, (person_id, organisation_id)) is not None


async def bookmark_count(session: AsyncSession, person_id: str) -> int:
    """How many organisations somebody has bookmarked that are still there."""
    return await _count(session, _bookmarked(person_id))


async def lists(session: AsyncSession, person_id: str, having: str = "") -> list[ListShown]:
    """The lists that somebody sees, by name, each with its number of organisations; `having`: an organisation's id."""
    query = _lists(person_id, having).order_by(func.lower(Shortlist.name), Shortlist.id).limit(LISTS_MOST * 2)
    return [ListShown(*row) for row in await session.execute(query)]


async def list_shown(session: AsyncSession, person_id: str, list_id: str) -> ListShown | None:
    """The same of one list; None: there is none that they see."""
    row = (await session.execute(_lists(person_id).where(Shortlist.id == list_id))).first()
    return ListShown(*row) if row else None


def _lists(person_id: str, having: str = "") -> Select[str, str, str, int, bool]:
    on_it = exists().where(ShortlistEntry.shortlist_id == Shortlist.id, ShortlistEntry.organisation_id == having)
    entries = (
        select(func.count())
        .select_from(ShortlistEntry)
        .join(Organisation, Organisation.id == ShortlistEntry.organisation_id)
        .where(ShortlistEntry.shortlist_id == Shortlist.id, present())
    )
    team = func.coalesce(Organisation.name, "")
    return (
        select(Shortlist.id, Shortlist.name, team, func.coalesce(entries.scalar_subquery(), 0), on_it)
        .outerjoin(Organisation, Organisation.id == Shortlist.team_id)
        .where(visible_to(person_id, Shortlist))
    )


async def shortlist(session: AsyncSession, person_id: str, list_id: str) -> Shortlist | None:
    """A list that somebody may see."""
    return await session.scalar(select(Shortlist).where(Shortlist.id == list_id, visible_to(person_id, Shortlist)))


async def entries(
    session: AsyncSession, list_id: str, *, word: str = "", person_id: str, limit: int, after: int = 0
) -> list[Entry]:
    """A page of a list that the viewer may see, by name; `word`: only those on which the viewer sees this label."""
    query = _entries().join(ShortlistEntry, ShortlistEntry.organisation_id == Organisation.id)
    query = query.add_columns(ShortlistEntry.at).where(ShortlistEntry.shortlist_id == list_id)
    return await _page(session, query, word, person_id, limit, after)


async def bookmarks(
    session: AsyncSession, person_id: str, *, word: str = "", limit: int, after: int = 0
) -> list[Entry]:
    """A page of somebody's bookmarks, by name."""
    query = _entries().join(Bookmark, Bookmark.organisation_id == Organisation.id)
    query = query.add_columns(Bookmark.at).where(Bookmark.person_id == person_id)
    return await _page(session, query, word, person_id, limit, after)


async def labels_on(session: AsyncSession, person_id: str, organisation_ids: Collection[str]) -> dict[str, list[str]]:
    """The words that somebody sees on each of these organisations, in alphabetical order. One query."""
    query = (
        select(Label.organisation_id, Label.word)
        .where(Label.organisation_id.in_(organisation_ids), visible_to(person_id, Label))
        .order_by(func.lower(Label.word))
    )
    found: dict[str, list[str]] = {}
    for organisation_id, word in await session.execute(query):
        words = found.setdefault(organisation_id, [])
        if word not in words:
            words.append(word)
    return found


async def labels_by_scope(session: AsyncSession, person_id: str, organisation_id: str) -> dict[str | None, list[str]]:
    """The words that somebody sees on an organisation, in alphabetical order: by the team that shares them (None: their
    own)."""
    query = select(Label.team_id, Label.word).where(Label.organisation_id == organisation_id)
    found: dict[str | None, list[str]] = {}
    for team_id, word in await session.execute(
        query.where(visible_to(person_id, Label)).order_by(func.lower(Label.word))
    ):
        found.setdefault(team_id, []).append(word)
    return found


async def label_rows(
    session: AsyncSession, person_id: str, organisation_id: str, team_id: str | None
) -> Sequence[Label]:
    """The words on an organisation that somebody shares with a team (None: keeps private)."""
    scope = Label.team_id == team_id if team_id else and_(Label.team_id.is_(None), Label.by_id == person_id)
    query = select(Label).where(Label.organisation_id == organisation_id, scope, visible_to(person_id, Label))
    return (await session.scalars(query.order_by(func.lower(Label.word)))).all()


async def words_of(session: AsyncSession, person_id: str, limit: int = 60) -> list[str]:
    """The words that somebody has seen most often, to choose from."""
    query = select(Label.word).where(visible_to(person_id, Label)).group_by(Label.word)
    return list(await session.scalars(query.order_by(func.count().desc(), Label.word).limit(limit)))


async def notes(session: AsyncSession, person_id: str, organisation_id: str) -> list[NoteShown]:
    """What somebody sees written down about an organisation, the latest first."""
    query = _notes(person_id).where(Note.organisation_id == organisation_id)
    rows = await session.execute(query.order_by(Note.at.desc(), Note.id.desc()).limit(NOTES_MOST))
    return [NoteShown(*row) for row in rows]


async def own_note_shown(session: AsyncSession, person_id: str, note_id: str) -> NoteShown | None:
    """The same of one note of somebody's own; None: there is none that they still see."""
    row = (await session.execute(_notes(person_id).where(Note.id == note_id, Note.by_id == person_id))).first()
    return NoteShown(*row) if row else None


def _notes(person_id: str) -> Select[*tuple[Any, ...]]:
    columns = Note.id, Note.text, Note.by_id, Person.name, func.coalesce(Organisation.name, ""), Note.at, Note.edited_at
    return (
        select(*columns)
        .join(Person, Person.id == Note.by_id)
        .outerjoin(Organisation, Organisation.id == Note.team_id)
        .where(visible_to(person_id, Note))
    )


async def note_count(session: AsyncSession, person_id: str, organisation_id: str) -> int:
    """How many notes somebody sees about an organisation."""
    about = Note.organisation_id == organisation_id, visible_to(person_id, Note)
    return await session.scalar(select(func.count()).select_from(Note).where(*about)) or 0


async def note(session: AsyncSession, person_id: str, note_id: str) -> Note | None:
    """A note of somebody's own that they still see."""
    mine = Note.id == note_id, Note.by_id == person_id, visible_to(person_id, Note)
    return await session.scalar(select(Note).where(*mine))


async def notes_on(session: AsyncSession, person_id: str, organisation_ids: Collection[str]) -> dict[str, list[str]]:
    """The texts of the notes that somebody sees on each of these organisations, for an export. One query."""
    query = select(Note.organisation_id, Note.text).where(
        Note.organisation_id.in_(organisation_ids), visible_to(person_id, Note)
    )
    found: dict[str, list[str]] = {}
    for organisation_id, text in await session.execute(query.order_by(Note.at)):
        found.setdefault(organisation_id, []).append(text)
    return found


def _entries() -> Select[*tuple[Any, ...]]:
    return select(
        Organisation.id,
        Organisation.slug,
        Organisation.name,
        Organisation.kind,
        Organisation.logo_small,
        Organisation.place,
        Organisation.country,
        Organisation.website,
    ).where(present())


async def _page(
    session: AsyncSession, query: Select[*tuple[Any, ...]], word: str, person_id: str, limit: int, after: int
) -> list[Entry]:
    if word:
        on_it = Label.organisation_id == Organisation.id, small_letters(Label.word, word) == word.lower()
        query = query.where(exists().where(*on_it, visible_to(person_id, Label)))
    query = query.order_by(func.lower(Organisation.name), Organisation.id).limit(limit).offset(after)
    return [Entry(*row) for row in await session.execute(query)]


def _bookmarked(person_id: str) -> Select[str]:
    query = select(Organisation.id).join(Bookmark, Bookmark.organisation_id == Organisation.id)
    return query.where(Bookmark.person_id == person_id, present())


async def _count(session: AsyncSession, query: Select[str]) -> int:
    return await session.scalar(select(func.count()).select_from(query.subquery())) or 0
