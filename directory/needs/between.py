"""The go-between of a blind need: who stands between the two sides, and what waits for them.

Everybody who sees a need may know that there is one, and which; it alone knows whose the need is. See decision 0016.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import case, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs.knowing import knows_answerer, may_see, may_stand, still_there
from directory.needs.ladder import SIFTING
from directory.needs.model import Answer, AnswerStep, GoBetween, Need, Sifting
from directory.needs.telling import TO_SIFT
from directory.needs.threads import Offered, products_of
from directory.news.newsroom import tell
from directory.organisations.model import Organisation
from directory.partners.queries import networks_of
from directory.speaking import Viewer, speakers
from people.model import Person
from server.kernel.db import UnitOfWork

# Answers on the go-between's desk at a time: the longest waiting ones; and its latest decisions.
DESK_MOST, DECIDED_MOST = 100, 30
# How long an answer waits before those who speak for the go-between are reminded of it, and before somebody looks
# whether anybody is left who can pass it on.
WATCH_JOB = "needs.watch_sifting"
SILENT = timedelta(days=2)


@dataclass(frozen=True)
class Partner:
    """The institution that stands between."""

    id: str
    name: str
    slug: str


@dataclass(frozen=True)
class Held:
    """An answer that waits on a go-between's desk. Who answered is empty where they asked to be shown together with
    the owner; their kind and country are always there."""

    id: str
    need_id: str
    at: datetime
    text: str
    partner: str
    answerer: str
    answerer_slug: str
    answerer_kind: str
    answerer_country: str
    product: Offered | None = None


@dataclass(frozen=True)
class Decided:
    """What a go-between did with an answer: by whom, when, and with which words. Who answered is empty where they asked
    to be shown together with the owner, also when that has happened since."""

    answer_id: str
    need_id: str
    at: datetime
    kind: str  # passed or returned
    text: str
    by: str
    answerer: str
    answerer_kind: str
    answerer_country: str


async def of_need(session: AsyncSession, viewer: Viewer, need_id: str) -> Partner | None:
    """Who stands between at a need that the viewer may see; None: nobody does."""
    return (await of_needs(session, viewer, [need_id])).get(need_id)


async def of_needs(session: AsyncSession, viewer: Viewer, need_ids: Collection[str]) -> dict[str, Partner]:
    """Who stands between at those of these needs that the viewer may see, and at which somebody does. One query."""
    query = (
        select(GoBetween.need_id, Organisation.id, Organisation.name, Organisation.slug)
        .join(GoBetween, GoBetween.partner_id == Organisation.id)
        .join(Need, Need.id == GoBetween.need_id)
        .where(GoBetween.need_id.in_(need_ids), Need.blind.is_(True), may_see(viewer), may_stand(GoBetween.partner_id))
    )
    return {row[0]: Partner(*row[1:]) for row in await session.execute(query)} if need_ids else {}


async def partners_of(session: AsyncSession, person_id: str, organisation_ids: Sequence[str]) -> list[tuple[str, str]]:
    """The institutions that may stand between at needs of these organisations, to choose from: ids and names."""
    found = [each for id_ in organisation_ids for each in await networks_of(session, person_id, id_)]
    return list({each.id: (each.id, each.name) for each in found}.values())


async def waiting(session: AsyncSession, viewer: Viewer) -> list[Held]:
    """What waits for the institutions that the viewer speaks for, the longest waiting first."""
    partner, known = select(Organisation.name).where(Organisation.id == Sifting.partner_id), knows_answerer()
    hidden = [case((known, column), else_=null()) for column in (Organisation.name, Organisation.slug)]
    query = (
        select(Answer.id, Answer.need_id, Answer.at, AnswerStep.text, partner.correlate(Sifting).scalar_subquery())
        .add_columns(*hidden, Organisation.kind, Organisation.country)
        .add_columns(case((known, Answer.product_id), else_=null()))
        .join(Sifting, Sifting.answer_id == Answer.id)
        .join(Need, Need.id == Answer.need_id)
        .join(Organisation, Organisation.id == Answer.organisation_id)
        .join(AnswerStep, (AnswerStep.answer_id == Answer.id) & (AnswerStep.number == 1))
        .where(Sifting.partner_id.in_(viewer.speaks_for), Answer.state == SIFTING, still_there())
        .where(may_stand(Sifting.partner_id))
        .order_by(Answer.at, Answer.id)
        .limit(DESK_MOST)
    )
    rows = (await session.execute(query)).all() if viewer.speaks_for else []
    products = await products_of(session, [row[-1] for row in rows if row[-1]])
    told = ([*row[:5], *(value or "" for value in row[5:-1])] for row in rows)
    return [replace(Held(*values), product=products.get(row[-1])) for values, row in zip(told, rows, strict=True)]


async def decided(session: AsyncSession, viewer: Viewer) -> list[Decided]:
    """What those who speak for the viewer's institutions have passed on and returned, the latest first."""
    name = case((Answer.blind.is_(False), Organisation.name), else_=null())
    query = (
        select(Answer.id, Answer.need_id, AnswerStep.at, AnswerStep.kind, AnswerStep.text, Person.name, name)
        .add_columns(Organisation.kind, Organisation.country)
        .join(Sifting, Sifting.answer_id == Answer.id)
        .join(Need, Need.id == Answer.need_id)
        .join(Organisation, Organisation.id == Answer.organisation_id)
        .join(AnswerStep, (AnswerStep.answer_id == Answer.id) & AnswerStep.kind.in_(("passed", "returned")))
        .outerjoin(Person, Person.id == AnswerStep.by_id)
        .where(Sifting.partner_id.in_(viewer.speaks_for), still_there(), may_stand(Sifting.partner_id))
        .order_by(AnswerStep.at.desc(), AnswerStep.id)
        .limit(DECIDED_MOST)
    )
    rows = (await session.execute(query)).all() if viewer.speaks_for else []
    return [Decided(*row[:5], *(value or "" for value in row[5:])) for row in rows]


async def stands(session: AsyncSession, answer_id: str) -> bool:
    """Whether the institution that an answer waits for may still stand between."""
    query = select(Sifting.answer_id).join(Answer, Answer.id == Sifting.answer_id).join(Need, Need.id == Answer.need_id)
    return await session.scalar(query.where(Answer.id == answer_id, may_stand(Sifting.partner_id))) is not None


async def partner_for(session: AsyncSession, need_id: str, answerer_id: str) -> str | None:
    """To whom an answer to a need goes first; None: to its owner. A go-between's own answer does."""
    query = select(GoBetween.partner_id).join(Need, Need.id == GoBetween.need_id)
    chosen = GoBetween.need_id == need_id, Need.blind.is_(True), may_stand(GoBetween.partner_id)
    found = await session.scalar(query.where(*chosen))
    return found if found != answerer_id else None


async def hold(uow: UnitOfWork, answer: Answer, partner_id: str) -> None:
    """Have an answer wait for the go-between, and tell those who speak for it."""
    uow.session.add(Sifting(answer_id=answer.id, partner_id=partner_id))
    told = await speakers(uow.session, partner_id)
    await tell(uow, told, TO_SIFT, answer.need_id, f"{TO_SIFT}:{answer.id}")
    watch_later(uow, answer.id)


def watch_later(uow: UnitOfWork, answer_id: str) -> None:
    """Look after an answer that waits, when it has waited for long."""
    at = uow.clock.now() + SILENT
    uow.enqueue(WATCH_JOB, {"answer_id": answer_id}, at=at, key=f"{WATCH_JOB}:{answer_id}:{at.isoformat()}")
