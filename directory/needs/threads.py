"""Everything that is read about answers: each select for a viewer, who is on one of the two sides.

What one side may not know of the other one yet does not leave the database, see `knowing`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from directory.needs.knowing import has_reached_owner, knows_answerer, knows_owner, still_there
from directory.needs.ladder import ANSWERER, ASKED, LADDER, NOT_OVER, OWNER, WAITING, NotNowError, state_after
from directory.needs.model import Answer, AnswerStep, Need
from directory.organisations.model import Organisation
from directory.products.model import Product, ProductText
from directory.speaking import Viewer
from people.model import Person

# Answers on one page: as many as one looks at in one go.
PAGE = 50


@dataclass(frozen=True)
class Party:
    """An organisation on one side of an answer."""

    id: str
    name: str
    slug: str
    logo_small: str | None


@dataclass(frozen=True)
class Offered:
    """The product that hangs on an answer, with its name by language."""

    id: str
    slug: str
    names: Mapping[str, str]

    def name(self, locale: str) -> str:
        """Its name for a reader of this language."""
        return self.names.get(locale) or next((name for name in self.names.values() if name), "")


@dataclass(frozen=True)
class Taken:
    """A step as a viewer sees it. `by` is a person's name, for the own side alone."""

    kind: str
    side: str
    text: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Thread:
    """An answer as one side sees it. `other` is None as long as this side may not know the other one;
    `other_kind` and `other_country` are what the owner may know of an answerer in any case."""

    id: str
    need_id: str
    side: str
    may_act: bool
    state: str
    blind: bool  # the answerer's side asked to be shown together with the owner
    need_blind: bool
    at: datetime
    moved_at: datetime
    own: Party
    other: Party | None
    other_kind: str
    other_country: str
    product: Offered | None
    steps: tuple[Taken, ...]
    partner_id: str | None  # the other person, once both are to talk

    @property
    def reason(self) -> str:
        """What the answerer wrote at first."""
        return self.steps[0].text if self.steps else ""

    @property
    def taken(self) -> list[str]:
        """The kinds of steps so far."""
        return [step.kind for step in self.steps]

    @property
    def waits(self) -> bool:
        """Whether it is this side's turn."""
        return self.state == (WAITING if self.side == OWNER else ASKED)

    @property
    def over(self) -> bool:
        """Whether nothing more can happen here."""
        return self.state not in NOT_OVER

    @property
    def revealed(self) -> bool:
        """Whether both sides know each other by a step."""
        return "revealed" in self.taken or "accepted" in self.taken

    @property
    def possible(self) -> list[str]:
        """The steps that this side can take now."""
        if not self.may_act:
            return []
        kinds = [kind for kind in LADDER if _can(self.state, self.taken, kind, self.side)]
        hidden = self.need_blind or self.blind
        return [kind for kind in kinds if kind != "revealed" or hidden]


def _can(state: str, taken: Sequence[str], kind: str, side: str) -> bool:
    try:
        state_after(state, taken, kind, side)
    except NotNowError:
        return False
    return True


_OWNER, _ANSWERER = aliased(Organisation), aliased(Organisation)


async def thread(session: AsyncSession, viewer: Viewer, answer_id: str) -> Thread | None:
    """An answer, for a viewer on one of its sides."""
    found = await _threads(session, viewer, _query(viewer).where(Answer.id == answer_id))
    return found[0] if found else None


async def of_need(
    session: AsyncSession, viewer: Viewer, need_id: str, *, after: int = 0, limit: int = PAGE
) -> list[Thread]:
    """The answers to a need, for its owner's side: those that wait first, then the latest; `after` so many."""
    mine = Need.id == need_id, Need.organisation_id.in_(viewer.organisations)
    order = case({WAITING: 0, ASKED: 1}, value=Answer.state, else_=2)
    query = _query(viewer).where(*mine).order_by(order, Answer.moved_at.desc(), Answer.id)
    return await _threads(session, viewer, query.offset(after).limit(limit))


async def given(session: AsyncSession, viewer: Viewer, *, after: int = 0, limit: int = PAGE) -> list[Thread]:
    """The answers of the viewer's organisations, the last moved first; `after` so many."""
    mine = Answer.organisation_id.in_(viewer.organisations)
    query = _query(viewer).where(mine).order_by(Answer.moved_at.desc(), Answer.id)
    return await _threads(session, viewer, query.offset(after).limit(limit))


async def by_age(
    session: AsyncSession, viewer: Viewer, *, need_id: str = "", after: str | None = None, limit: int = PAGE
) -> list[Thread]:
    """The answers to a need of the viewer's organisations, or those that these have given; the newest first, `after`
    the one with this id: an order that nothing moves."""
    to_theirs = Need.id == need_id, Need.organisation_id.in_(viewer.organisations)
    mine = to_theirs if need_id else (Answer.organisation_id.in_(viewer.organisations),)
    query = _query(viewer).where(*mine, *([Answer.id < after] if after else []))
    return await _threads(session, viewer, query.order_by(Answer.id.desc()).limit(limit))


async def waiting(session: AsyncSession, viewer: Viewer, limit: int = 20) -> list[Thread]:
    """The answers in which it is the turn of the viewer's organisations, the longest waiting first."""
    acting = viewer.speaks_for
    owner = and_(Need.organisation_id.in_(acting), Answer.state == WAITING)
    answerer = and_(Answer.organisation_id.in_(acting), Answer.state == ASKED)
    query = _query(viewer).where(or_(owner, answerer)).order_by(Answer.moved_at, Answer.id).limit(limit)
    return await _threads(session, viewer, query) if acting else []


async def own_answer(session: AsyncSession, viewer: Viewer, need_id: str) -> Thread | None:
    """What an organisation of the viewer has answered to a need."""
    mine = Answer.need_id == need_id, Answer.organisation_id.in_(viewer.organisations)
    found = await _threads(session, viewer, _query(viewer).where(*mine).order_by(Answer.at).limit(1))
    return found[0] if found else None


async def counts(session: AsyncSession, viewer: Viewer, need_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """How many answers needs of the viewer's organisations have, and how many of them wait for the owner. One query."""
    waits = func.count(Answer.id).filter(Answer.state == WAITING)
    query = select(Answer.need_id, func.count(Answer.id), waits).join(Need, Need.id == Answer.need_id)
    mine = Need.id.in_(need_ids), Need.organisation_id.in_(viewer.organisations), has_reached_owner()
    found = await session.execute(query.where(*mine).group_by(Answer.need_id)) if need_ids and viewer.roles else ()
    return {need_id: (all_, waiting_) for need_id, all_, waiting_ in found}


def _query(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    ids = viewer.organisations
    owns, answered = Need.organisation_id.in_(ids), Answer.organisation_id.in_(ids)
    owner_known, answerer_known = or_(owns, knows_owner(viewer)), or_(answered, knows_answerer())
    return (
        select(
            Answer.id,
            Answer.need_id,
            Answer.state,
            Answer.blind,
            Answer.at,
            Answer.moved_at,
            Need.blind.label("need_blind"),
            owns.label("owns"),
            *_party(_OWNER, owner_known, "owner"),
            *_party(_ANSWERER, answerer_known, "answerer"),
            _ANSWERER.kind.label("answerer_kind"),
            _ANSWERER.country.label("answerer_country"),
            case((answerer_known, Answer.product_id), else_=null()).label("product_id"),
        )
        .join(Need, Need.id == Answer.need_id)
        .join(_OWNER, _OWNER.id == Need.organisation_id)
        .join(_ANSWERER, _ANSWERER.id == Answer.organisation_id)
        .where(or_(and_(owns, has_reached_owner()), answered), still_there())
    )


def _party(table: Any, known: ColumnElement[bool], prefix: str) -> list[Any]:
    columns = table.id, table.name, table.slug, table.logo_small
    return [case((known, column), else_=null()).label(f"{prefix}_{column.key}") for column in columns]


async def _threads(session: AsyncSession, viewer: Viewer, query: Select[*tuple[Any, ...]]) -> list[Thread]:
    rows = (await session.execute(query)).all()
    steps = await _steps(session, [row.id for row in rows])
    products = await products_of(session, [row.product_id for row in rows if row.product_id])
    return [_one(row, viewer, steps.get(row.id, []), products.get(row.product_id)) for row in rows]


def _one(
    row: Row[*tuple[Any, ...]], viewer: Viewer, steps: Sequence[Row[*tuple[Any, ...]]], product: Offered | None
) -> Thread:
    side = OWNER if row.owns else ANSWERER
    owner, answerer = _named(row, "owner"), _named(row, "answerer")
    own, other = (owner, answerer) if side == OWNER else (answerer, owner)
    assert own is not None  # everybody knows their own organisation
    return Thread(
        id=row.id,
        need_id=row.need_id,
        side=side,
        may_act=viewer.may_act_for(own.id),
        state=row.state,
        blind=row.blind,
        need_blind=row.need_blind,
        at=row.at,
        moved_at=row.moved_at,
        own=own,
        other=other,
        other_kind=row.answerer_kind if side == OWNER else "",
        other_country=row.answerer_country if side == OWNER else "",
        product=product,
        steps=tuple(_taken(step, side) for step in steps),
        partner_id=_partner(steps, viewer),
    )


def _named(row: Row[*tuple[Any, ...]], prefix: str) -> Party | None:
    values = [getattr(row, f"{prefix}_{part}") for part in ("id", "name", "slug", "logo_small")]
    return Party(*values) if values[0] else None


def _taken(step: Row[*tuple[Any, ...]], side: str) -> Taken:
    by_side = ANSWERER if step.kind == "answered" else LADDER[step.kind].by
    return Taken(step.kind, by_side, step.text, step.reason, step.at, step.name or "" if by_side == side else "")


def _partner(steps: Sequence[Row[*tuple[Any, ...]]], viewer: Viewer) -> str | None:
    """The other one of the two people who talk, if the viewer is one of them."""
    accepted = next((step for step in steps if step.kind == "accepted"), None)
    if accepted is None:
        return None
    pair = (accepted.by_id, accepted.with_id)
    return next((other for one, other in (pair, pair[::-1]) if one == viewer.person_id), None)


async def _steps(session: AsyncSession, ids: Collection[str]) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    found: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    columns = [getattr(AnswerStep, part) for part in ("answer_id", "kind", "text", "reason", "at", "by_id", "with_id")]
    query = select(*columns, Person.name).outerjoin(Person, Person.id == AnswerStep.by_id)
    query = query.where(AnswerStep.answer_id.in_(ids)).order_by(AnswerStep.answer_id, AnswerStep.number)
    for row in await session.execute(query) if ids else ():
        found.setdefault(row.answer_id, []).append(row)
    return found


async def products_of(session: AsyncSession, ids: Collection[str]) -> dict[str | None, Offered]:
    """Products that hang on answers, by id, for those who may know whose they are."""
    query = (
        select(Product.id, Product.slug, ProductText.locale, ProductText.name)
        .join(ProductText, ProductText.product_id == Product.id)
        .where(Product.id.in_(ids))
    )
    names: dict[tuple[str, str], dict[str, str]] = {}
    for row in await session.execute(query) if ids else ():
        names.setdefault((row.id, row.slug), {})[row.locale] = row.name
    return {id_: Offered(id_, slug, said) for (id_, slug), said in names.items()}
