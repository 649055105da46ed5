"""Everything that is read about stands and talks, each for a viewer: fairs are public, organisations are for some."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from booths.model import Stand, Talk, TalkRemoval, TalkSpeaker, TalkText
from booths.rules import TALKS_MOST, Speaker, When
from directory.organisations.model import Member, Organisation
from directory.organisations.queries import visible_to
from directory.organisations.rules import in_locale
from fairs.model import Fair, Membership
from fairs.queries import LATEST_ZONE
from fairs.rules import Phase, phase
from rooms.model import BOOTH, STAGE, Room, is_open

# Organisations that a field offers before anything is typed into it.
EXHIBITING_MOST = 200
# Of one organisation, talks that are looked through for those to come; and stands that its page names.
KNOWN_MOST, STANDS_MOST = 200, 5


@dataclass(frozen=True)
class Exhibitor:
    """The organisation behind a stand or a talk, as far as the viewer may see it."""

    id: str
    slug: str
    name: str
    logo_small: str | None

    @property
    def logo(self) -> str:
        """Where the browser gets its mark; empty for none."""
        return f"/pictures/{self.logo_small}" if self.logo_small else ""


@dataclass(frozen=True)
class TalkShown:
    """A talk in the programme of a fair."""

    id: str
    title: str
    stage: str
    room_slug: str
    when: When
    starts_at: datetime
    ends_at: datetime
    by: Exhibitor | None  # None: not for this viewer
    sequence: int
    changed_at: datetime


@dataclass(frozen=True)
class Said:
    """What a talk is about, by language (Markdown, not yet safe), and who speaks."""

    texts: Mapping[str, str] = field(default_factory=dict)
    speakers: Sequence[Speaker] = ()

    def text(self, locale: str) -> tuple[str, str]:
        """What it is about in a reader's language, else in the other one, with the language that it is in."""
        return in_locale(self.texts, locale)


@dataclass(frozen=True)
class StandShown:
    """A stand of a fair; `by` None: nobody's yet, or not for this viewer."""

    room_id: str
    name: str
    room_slug: str
    by: Exhibitor | None


@dataclass(frozen=True)
class Place:
    """A room: its name, and that in addresses."""

    name: str
    slug: str


@dataclass(frozen=True)
class Upcoming:
    """What an organisation does at fairs that are not over: its stands by their rooms' names, and its talks by time."""

    stands: Sequence[tuple[Fair, Place]]
    talks: Sequence[tuple[Fair, TalkShown]]


async def programme(
    session: AsyncSession, fair: Fair, person_id: str | None, room_id: str | None = None
) -> list[TalkShown]:
    """The talks of a fair, or of one of its stages, in their order; what lies outside its days is left out. One
    query."""
    return [talk for talk in await all_talks(session, fair, person_id, room_id) if talk.when.day in days_of(fair)]


async def all_talks(
    session: AsyncSession, fair: Fair, person_id: str | None, room_id: str | None = None
) -> list[TalkShown]:
    """The same with those that lie outside the fair's days, as it became shorter: for its organisers."""
    query = (
        select(Talk, *_ROOM, *_EXHIBITOR)
        .join(Room, Room.id == Talk.room_id)
        .outerjoin(Organisation, (Organisation.id == Talk.organisation_id) & visible_to(person_id))
        .where(Talk.fair_id == fair.id)
        .order_by(Talk.day, Talk.begins, Room.name, Talk.id)
    )
    if room_id is not None:
        query = query.where(Talk.room_id == room_id)
    return [_talk(row, fair) for row in await session.execute(query)]


async def one_talk(session: AsyncSession, fair: Fair, talk_id: str, person_id: str | None) -> TalkShown | None:
    """One of the talks in the programme of a fair."""
    found = await talks_by_id(session, [talk_id], person_id)
    return next((talk for where, talk in found if where.id == fair.id), None)


async def talks_by_id(
    session: AsyncSession, ids: Collection[str], person_id: str | None
) -> list[tuple[Fair, TalkShown]]:
    """Those of these talks that are in a programme, each with its fair. One query."""
    query = (
        select(Talk, Fair, *_ROOM, *_EXHIBITOR)
        .join(Room, Room.id == Talk.room_id)
        .join(Fair, Fair.id == Talk.fair_id)
        .outerjoin(Organisation, (Organisation.id == Talk.organisation_id) & visible_to(person_id))
        .where(Talk.id.in_(ids))
    )
    found = [(row.Fair, _talk(row, row.Fair)) for row in await session.execute(query)]
    return [(fair, talk) for fair, talk in found if talk.when.day in days_of(fair)]


async def said_of(session: AsyncSession, ids: Collection[str]) -> dict[str, Said]:
    """What these talks are about and who speaks, by talk; everybody may know. Two queries."""
    texts: dict[str, dict[str, str]] = {}
    for each in await session.scalars(select(TalkText).where(TalkText.talk_id.in_(ids))) if ids else ():
        texts.setdefault(each.talk_id, {})[each.locale] = each.text
    speakers = await speakers_of(session, ids)
    return {id_: Said(texts.get(id_, {}), speakers.get(id_, ())) for id_ in ids}


async def speakers_of(session: AsyncSession, ids: Collection[str]) -> dict[str, list[Speaker]]:
    """Who speaks, by talk, in their order. One query."""
    found: dict[str, list[Speaker]] = {}
    query = select(TalkSpeaker).where(TalkSpeaker.talk_id.in_(ids)).order_by(TalkSpeaker.position)
    for each in await session.scalars(query) if ids else ():
        found.setdefault(each.talk_id, []).append(Speaker(each.name, each.line))
    return found


async def taken_out(session: AsyncSession, fair: Fair) -> list[TalkRemoval]:
    """The talks that were taken out of the programme of a fair: for calendars, which have to be told."""
    query = select(TalkRemoval).where(TalkRemoval.fair_id == fair.id).order_by(TalkRemoval.at, TalkRemoval.talk_id)
    return list(await session.scalars(query.limit(TALKS_MOST)))


async def one_taken_out(session: AsyncSession, fair: Fair, talk_id: str) -> TalkRemoval | None:
    """One of them."""
    found = await session.get(TalkRemoval, talk_id)
    return found if found and found.fair_id == fair.id else None


async def listed_talks(session: AsyncSession, offset: int, limit: int) -> list[tuple[Fair, Talk]]:
    """Talks with their fairs in the order of their making, for the sitemap."""
    query = select(Fair, Talk).join(Talk, Talk.fair_id == Fair.id).order_by(Talk.id).offset(offset).limit(limit)
    return [(row.Fair, row.Talk) for row in await session.execute(query)]


async def listed_fairs(session: AsyncSession, offset: int, limit: int) -> list[str]:
    """The names of fairs in addresses, in the order of their making, for the sitemap."""
    return list(await session.scalars(select(Fair.slug).order_by(Fair.id).offset(offset).limit(limit)))


async def count_all_fairs(session: AsyncSession) -> int:
    """How many fairs there are."""
    return await session.scalar(select(func.count()).select_from(Fair)) or 0


async def count_all_talks(session: AsyncSession) -> int:
    """How many talks there are, at all fairs."""
    return await session.scalar(select(func.count()).select_from(Talk)) or 0


async def talk(session: AsyncSession, fair_id: str, talk_id: str) -> tuple[Talk, str] | None:
    """A talk of a fair, with the name in addresses of who speaks: for its organisers."""
    query = select(Talk, Organisation.slug).join(Organisation, Organisation.id == Talk.organisation_id)
    row = (await session.execute(query.where(Talk.fair_id == fair_id, Talk.id == talk_id))).one_or_none()
    return (row[0], row[1]) if row else None


async def on_stage(session: AsyncSession, room_id: str, but: str | None) -> list[When]:
    """When a stage is taken, by other talks than this one."""
    rows = await session.execute(select(Talk.id, Talk.day, Talk.begins, Talk.minutes).where(Talk.room_id == room_id))
    return [When(day, begins, minutes) for id, day, begins, minutes in rows if id != but]


async def talks_to_come(session: AsyncSession, fair: Fair, room_id: str, now: datetime) -> int:
    """How many talks of a room are not over, with those outside the fair's days."""
    query = select(Talk.day, Talk.begins, Talk.minutes).where(Talk.room_id == room_id)
    moments = [When(*row).moments(fair.counted_from, fair.time_zone) for row in await session.execute(query)]
    return sum(ends_at > now for _starts_at, ends_at in moments)


async def count_talks(session: AsyncSession, fair_id: str) -> int:
    """How many talks a fair has."""
    return await session.scalar(select(func.count()).select_from(Talk).where(Talk.fair_id == fair_id)) or 0


async def stages(session: AsyncSession, fair_id: str) -> Sequence[Room]:
    """The stages of a fair that are open, by name."""
    query = select(Room).where(Room.fair_id == fair_id, Room.kind == STAGE, is_open()).order_by(Room.name, Room.id)
    return (await session.scalars(query)).all()


async def stands(session: AsyncSession, fair_id: str, person_id: str | None) -> list[StandShown]:
    """The stands of a fair that are open, by name. One query."""
    query = (
        select(Room.id, *_ROOM, *_EXHIBITOR)
        .outerjoin(Stand, Stand.room_id == Room.id)
        .outerjoin(Organisation, (Organisation.id == Stand.organisation_id) & visible_to(person_id))
        .where(Room.fair_id == fair_id, Room.kind == BOOTH, is_open())
        .order_by(Room.name, Room.id)
    )
    return [StandShown(row.id, row.room, row.room_slug, _exhibitor(row)) for row in await session.execute(query)]


async def exhibitor(session: AsyncSession, room_id: str, person_id: str | None) -> Exhibitor | None:
    """Whose stand a room is; None: nobody's, or not for this viewer."""
    query = select(*_EXHIBITOR).join(Stand, Stand.organisation_id == Organisation.id)
    row = (await session.execute(query.where(Stand.room_id == room_id, visible_to(person_id)))).one_or_none()
    return _exhibitor(row) if row else None


async def exhibiting(session: AsyncSession, fair_id: str, person_id: str) -> list[tuple[str, str]]:
    """The organisations of a fair's exhibitors, by name: their slugs and names. For who makes its programme."""
    theirs = select(Member.organisation_id).join(Membership, Membership.person_id == Member.person_id)
    theirs = theirs.where(Membership.fair_id == fair_id, Membership.role == "exhibitor")
    query = select(Organisation.slug, Organisation.name).where(Organisation.id.in_(theirs), visible_to(person_id))
    rows = await session.execute(query.order_by(func.lower(Organisation.name), Organisation.id).limit(EXHIBITING_MOST))
    return [(row.slug, row.name) for row in rows]


async def upcoming(session: AsyncSession, organisation_id: str, now: datetime) -> Upcoming:
    """What an organisation that the viewer may see does at fairs that are not over. Two queries, built once: the page
    of every organisation asks."""
    asked = {"organisation": organisation_id, "since": (now - LATEST_ZONE).date()}
    held = [(row.Fair, Place(row.room, row.room_slug)) for row in await session.execute(_stands_to_come(), asked)]
    talks = [(row.Fair, _talk(row, row.Fair)) for row in await session.execute(_talks_to_come(), asked)]
    still = [(fair, each) for fair, each in talks if each.ends_at > now and each.when.day in days_of(fair)]
    return Upcoming(
        [(fair, room) for fair, room in held if _not_over(fair, now)],
        sorted(still, key=lambda pair: (pair[1].starts_at, pair[1].id)),
    )


def days_of(fair: Fair) -> range:
    """The numbers of a fair's days, see `When`."""
    first, last = ((day - fair.counted_from).days for day in (fair.starts_on, fair.ends_on))
    return range(first, last + 1)


_ROOM = Room.name.label("room"), Room.slug.label("room_slug")
_EXHIBITOR = (
    Organisation.id.label("by_id"),
    Organisation.slug.label("by_slug"),
    Organisation.name.label("by_name"),
    Organisation.logo_small.label("by_logo"),
)


@lru_cache(1)
def _stands_to_come() -> Select[*tuple[Any, ...]]:
    mine = Stand.organisation_id == bindparam("organisation"), Fair.ends_on >= bindparam("since")
    query = select(Fair, *_ROOM).select_from(Stand).join(Room, Room.id == Stand.room_id)
    query = query.join(Fair, Fair.id == Room.fair_id).where(*mine)
    return query.order_by(Fair.starts_on, Fair.id, Room.name).limit(STANDS_MOST)


@lru_cache(1)
def _talks_to_come() -> Select[*tuple[Any, ...]]:
    mine = Talk.organisation_id == bindparam("organisation"), Fair.ends_on >= bindparam("since")
    query = select(Talk, Fair, *_ROOM).join(Room, Room.id == Talk.room_id).join(Fair, Fair.id == Talk.fair_id)
    return query.where(*mine).order_by(Fair.starts_on, Talk.day, Talk.begins, Talk.id).limit(KNOWN_MOST)


def _talk(row: Row[*tuple[Any, ...]], fair: Fair) -> TalkShown:
    kept: Talk = row.Talk
    when = When(kept.day, kept.begins, kept.minutes)
    moments = when.moments(fair.counted_from, fair.time_zone)
    whose = _exhibitor(row)
    return TalkShown(
        kept.id, kept.title, row.room, row.room_slug, when, *moments, whose, kept.sequence, kept.changed_at
    )


def _exhibitor(row: Row[*tuple[Any, ...]]) -> Exhibitor | None:
    named = row._mapping
    if named.get("by_id") is None:
        return None
    return Exhibitor(named["by_id"], named["by_slug"], named["by_name"], named["by_logo"])


def _not_over(fair: Fair, now: datetime) -> bool:
    return phase(fair.starts_on, fair.ends_on, now, fair.time_zone) is not Phase.OVER
