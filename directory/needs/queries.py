"""Everything that is read about needs, each select for a viewer. What is read about answers is in `threads`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs import rules
from directory.needs.knowing import if_known, is_listed, is_open, knows_owner, may_see, may_stand
from directory.needs.model import Answer, Need, NeedChange, NeedFile, NeedTag, NeedText, Sifting
from directory.needs.seen import Owner, Seen, Wording
from directory.organisations.model import Organisation
from directory.speaking import NOBODY, Viewer
from people.model import Person
from server.kernel.tables import small_letters

# Needs on a page of the list.
PAGE = 20
# Needs of one's own on their page: more than an organisation can have is never shown.
MINE_MOST = rules.NEEDS_MOST
# Entries of a need's history that are shown: years of renewing it.
HISTORY_MOST = 50

_PLAIN = (
    Need.id,
    Need.kind,
    Need.category,
    Need.blind,
    Need.visibility,
    Need.budget_from,
    Need.budget_to,
    Need.currency,
    Need.country,
    Need.region,
    Need.radius_km,
    Need.remote,
    Need.deadline,
    Need.expires_at,
    Need.published_at,
    Need.state,
    Need.updated_at,
)


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; empty means everything. `within` is in days from today."""

    kind: str = ""
    industry: str = ""
    country: str = ""
    within: int = 0
    words: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the kind was chosen."""
        return bool(self.industry or self.country or self.within or self.words)


@dataclass(frozen=True)
class Turned:
    """A need came into another state. `by`: the name of who did it; empty without `by_id` (time did), and for somebody
    who is gone."""

    id: str
    deed: str
    state: str
    at: datetime
    until: datetime | None
    by_id: str | None
    by: str


@dataclass(frozen=True)
class Place:
    """A place in the list of needs. It says all that it takes to go on from it: nothing is looked up by an id that
    somebody made up, so nobody learns from the next page when a need was published that they may not see.

    As text it goes out by `cursors` alone.
    """

    at: datetime
    id: str


async def need(session: AsyncSession, viewer: Viewer, need_id: str) -> Seen | None:
    """A need, as far as the viewer may see it."""
    found = await _seen(session, viewer, _columns(viewer).where(Need.id == need_id, may_see(viewer)))
    return found[0] if found else None


async def listed(
    session: AsyncSession,
    viewer: Viewer,
    wanted: Filter,
    now: datetime,
    *,
    after: Place | None = None,
    limit: int = PAGE,
) -> list[Seen]:
    """A page of the open needs, the latest first. `after` is where the last one of the page before stands."""
    query = _columns(viewer).where(is_listed(viewer, now), *_narrowed(wanted, now), *_below(after))
    return await _seen(session, viewer, query.order_by(Need.published_at.desc(), Need.id.desc()).limit(limit))


async def count(session: AsyncSession, viewer: Viewer, wanted: Filter, now: datetime) -> int:
    """How many open needs there are."""
    query = select(func.count()).select_from(Need).where(is_listed(viewer, now), *_narrowed(wanted, now))
    return await session.scalar(query) or 0


async def own(session: AsyncSession, viewer: Viewer, *, after: int = 0, limit: int = MINE_MOST) -> list[Seen]:
    """The needs of the viewer's organisations, in whatever state, the last changed first; `after` so many."""
    if not viewer.roles:
        return []
    query = _columns(viewer).where(Need.organisation_id.in_(viewer.organisations))
    return await _seen(session, viewer, query.order_by(Need.updated_at.desc(), Need.id).offset(after).limit(limit))


async def by_ids(session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> dict[str, Seen]:
    """Those of these needs that the viewer may see, by id."""
    query = _columns(viewer).where(Need.id.in_(ids), may_see(viewer))
    return {each.id: each for each in await _seen(session, viewer, query)} if ids else {}


async def stood_between(session: AsyncSession, viewer: Viewer, ids: Collection[str]) -> set[str]:
    """Those of these needs whose answers come, or came, to an institution first for which the viewer speaks."""
    if not viewer.speaks_for:
        return set()
    query = select(Answer.need_id).join(Sifting, Sifting.answer_id == Answer.id).join(Need, Need.id == Answer.need_id)
    mine = Sifting.partner_id.in_(viewer.speaks_for), may_stand(Sifting.partner_id)
    return set(await session.scalars(query.where(Answer.need_id.in_(ids), *mine)))


async def of_organisation(
    session: AsyncSession, viewer: Viewer, organisation_id: str, now: datetime, limit: int = 12
) -> list[Seen]:
    """The open needs that an organisation shows on its page: never a blind one, whoever looks."""
    shown = Need.organisation_id == organisation_id, Need.blind.is_(False), is_listed(viewer, now)
    query = _columns(viewer).where(*shown).order_by(Need.published_at.desc(), Need.id.desc()).limit(limit)
    return await _seen(session, viewer, query)


async def history(session: AsyncSession, viewer: Viewer, need_id: str, limit: int = HISTORY_MOST) -> list[Turned]:
    """What was done to a need of the viewer's organisations, the latest first; nothing of others'."""
    if not viewer.roles:
        return []
    columns = NeedChange.id, NeedChange.deed, NeedChange.state, NeedChange.at, NeedChange.until
    query = select(*columns, NeedChange.by_id, func.coalesce(Person.name, "").label("name"))
    query = query.join(Need, Need.id == NeedChange.need_id).outerjoin(Person, Person.id == NeedChange.by_id)
    mine = NeedChange.need_id == need_id, Need.organisation_id.in_(viewer.organisations)
    rows = await session.execute(query.where(*mine).order_by(NeedChange.at.desc(), NeedChange.id.desc()).limit(limit))
    return [Turned(*row) for row in rows]


async def files(session: AsyncSession, viewer: Viewer, need_id: str) -> list[NeedFile]:
    """The files of a need, for those who may see them: of a blind one only who knows whose it is."""
    query = select(NeedFile).join(Need, Need.id == NeedFile.need_id)
    shown = and_(Need.id == need_id, may_see(viewer), knows_owner(viewer))
    return list(await session.scalars(query.where(shown).order_by(NeedFile.added_at, NeedFile.id)))


async def file_count(session: AsyncSession, viewer: Viewer, need_id: str) -> int:
    """How many files a need has, whether or not the viewer gets them."""
    query = select(func.count()).select_from(NeedFile).join(Need, Need.id == NeedFile.need_id)
    return await session.scalar(query.where(Need.id == need_id, may_see(viewer))) or 0


async def count_on(session: AsyncSession, organisation_ids: Select[str], now: datetime) -> int:
    """How many open needs these organisations have: without blind ones, since a single organisation would be told by
    that. See `directory.organisations.parts.Count`."""
    here = Need.organisation_id.in_(organisation_ids), Need.blind.is_(False), is_open(now)
    return await session.scalar(select(func.count()).select_from(Need).where(*here)) or 0


async def countries(session: AsyncSession, viewer: Viewer, now: datetime) -> list[str]:
    """The countries that open needs are in."""
    query = select(Need.country).distinct().where(is_listed(viewer, now), Need.country != "")
    return sorted(await session.scalars(query))


async def industries(session: AsyncSession, viewer: Viewer, now: datetime) -> list[str]:
    """The industries that open needs are about."""
    query = select(NeedTag.code).distinct().join(Need, Need.id == NeedTag.need_id)
    return sorted(await session.scalars(query.where(NeedTag.kind == "industry", is_listed(viewer, now))))


def _columns(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Without an account everybody gets the same, so this is built once: it takes longer than its rows."""
    return _STRANGERS_COLUMNS if viewer == NOBODY else _columns_for(viewer)


def _columns_for(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    owner = (Organisation.id, Organisation.name, Organisation.slug, Organisation.logo_small)
    known = [if_known(viewer, column).label(f"owner_{column.key}") for column in owner]
    place = if_known(viewer, Need.place, "")
    query = select(*_PLAIN, place, *known, Need.organisation_id.in_(viewer.organisations).label("mine"))
    return query.join(Organisation, Organisation.id == Need.organisation_id)


_STRANGERS_COLUMNS = _columns_for(NOBODY)


async def _seen(session: AsyncSession, viewer: Viewer, query: Select[*tuple[Any, ...]]) -> list[Seen]:
    rows = (await session.execute(query)).all()
    ids = [row.id for row in rows]
    texts, tags = await _texts(session, ids), await _tags(session, ids)
    return [_one(row, viewer, texts.get(row.id, {}), tags.get(row.id, ())) for row in rows]


def _one(row: Row[*tuple[Any, ...]], viewer: Viewer, texts: Mapping[str, Wording], tags: Sequence[NeedTag]) -> Seen:
    owner = Owner(row.owner_id, row.owner_name, row.owner_slug, row.owner_logo_small) if row.owner_id else None
    return Seen(
        **{column.key: getattr(row, column.key) for column in _PLAIN},
        place=row.place,
        owner=owner,
        mine=bool(row.mine),
        may_edit=bool(row.mine and owner and viewer.may_act_for(owner.id)),
        texts=texts,
        industries=tuple(tag.code for tag in tags if tag.kind == "industry"),
        technologies=tuple(tag.code for tag in tags if tag.kind == "technology"),
    )


async def _texts(session: AsyncSession, ids: Collection[str]) -> dict[str, dict[str, Wording]]:
    found: dict[str, dict[str, Wording]] = {}
    for each in await session.scalars(select(NeedText).where(NeedText.need_id.in_(ids))) if ids else ():
        said = Wording(each.title, each.text, each.gets, each.shown_as)
        found.setdefault(each.need_id, {})[each.locale] = said
    return found


async def _tags(session: AsyncSession, ids: Collection[str]) -> dict[str, list[NeedTag]]:
    found: dict[str, list[NeedTag]] = {}
    query = select(NeedTag).where(NeedTag.need_id.in_(ids)).order_by(NeedTag.code)
    for each in await session.scalars(query) if ids else ():
        found.setdefault(each.need_id, []).append(each)
    return found


def _narrowed(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.kind:
        conditions.append(Need.kind == wanted.kind)
    if wanted.country:
        conditions.append(or_(Need.country == wanted.country, Need.remote.is_(True)))
    if wanted.within:
        conditions.append(and_(Need.deadline.is_not(None), Need.deadline <= _day(now, wanted.within)))
    if wanted.industry:
        tagged = NeedTag.need_id == Need.id, NeedTag.kind == "industry", NeedTag.code == wanted.industry
        conditions.append(select(NeedTag.need_id).where(*tagged).exists())
    conditions += [_says(word) for word in wanted.words.split()[:6]]
    return conditions


def _says(word: str) -> ColumnElement[bool]:
    """A word stands somewhere in a need, in any of its languages, in any case."""
    parts = (NeedText.title, NeedText.text, NeedText.gets, NeedText.shown_as)
    said = or_(*(small_letters(part, word).contains(word.lower(), autoescape=True) for part in parts))
    return select(NeedText.need_id).where(NeedText.need_id == Need.id, said).exists()


def _day(now: datetime, days: int) -> date:
    return (now + timedelta(days=days)).date()


def _below(after: Place | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    return [or_(Need.published_at < after.at, and_(Need.published_at == after.at, Need.id < after.id))]
