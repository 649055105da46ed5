"""Wishes: said by people themselves, or brought in by the organiser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import Card, cards, not_banned
from fairs.model import Fair, Membership
from matching.plans.model import MOST_WEIGHT, Kind
from matching.plans.tables import read_rows
from meetings.model import Plan
from meetings.naming import members_by_email
from meetings.timetable.model import MeetingWish
from people.addresses import normalise
from people.model import Person
from people.text import UnacceptableError
from server.kernel.db import UnitOfWork
from server.kernel.tables import named_like
from web.i18n import N_

# What one person may wish: enough for a fair's days, and few enough that each of them means something.
OWN_MOST = 30
# People who are offered for a name that was typed.
FOUND_MOST = 10
# Rows of an organiser's file.
ROWS_MOST = 50_000
FILE_MOST = 5 * 1024 * 1024
# What somebody's own “must” weighs beside a “would like”: a must that nobody may break is the organiser's to give.
OWN_WEIGHT = {Kind.MUST: 5.0, Kind.LIKE: 1.0, Kind.NEVER: 0.0}


@dataclass(frozen=True)
class Line:
    """A wish in an organiser's file, by mail addresses."""

    of: str
    whom: str
    kind: Kind
    weight: float


async def wish(uow: UnitOfWork, fair: Fair, *, of_id: str, whom_id: str, kind: Kind | None) -> None:
    """Say whom one would like to meet; None takes it back. Raises UnacceptableError beyond `OWN_MOST`, and when wishes
    are closed."""
    plan = await uow.session.get(Plan, fair.id)
    if plan is not None and closed(plan, uow.clock.now()):
        raise UnacceptableError(N_("Wishes for the timetable are closed."))
    await uow.session.execute(select(Person.id).where(Person.id == of_id).with_for_update(key_share=True))
    mine = MeetingWish.fair_id == fair.id, MeetingWish.of_id == of_id, MeetingWish.organiser.is_(False)
    await uow.session.execute(delete(MeetingWish).where(*mine, MeetingWish.whom_id == whom_id))
    if kind is None:
        return
    if (await uow.session.scalar(select(func.count()).select_from(MeetingWish).where(*mine)) or 0) >= OWN_MOST:
        raise UnacceptableError(N_("You have said as many wishes as there can be: %(most)s."), most=OWN_MOST)
    row = MeetingWish(fair_id=fair.id, of_id=of_id, whom_id=whom_id, organiser=False, kind=kind, by_id=of_id)
    row.weight, row.at = OWN_WEIGHT[kind], uow.clock.now()
    uow.session.add(row)


async def own_wish(session: AsyncSession, fair_id: str, of_id: str, whom_id: str) -> str:
    """What somebody said about somebody; empty for nothing."""
    found = await session.get(MeetingWish, (fair_id, of_id, whom_id, False))
    return found.kind if found else ""


@dataclass(frozen=True)
class Own:
    """One of somebody's wishes, and whom it is about."""

    card: Card
    kind: str


@dataclass(frozen=True)
class Counts:
    """How many wishes people have said themselves, and how many people."""

    people: int
    must: int
    like: int
    never: int


def closed(plan: Plan, now: datetime) -> bool:
    """Whether people's own wishes are taken no more."""
    return plan.wishes_until is not None and plan.wishes_until <= now


async def own_wishes(session: AsyncSession, fair_id: str, of_id: str) -> list[Own]:
    """What somebody said themselves, the strongest first, by name; about people who are still at the fair."""
    query = select(MeetingWish.whom_id, MeetingWish.kind).where(
        MeetingWish.fair_id == fair_id, MeetingWish.of_id == of_id, MeetingWish.organiser.is_(False)
    )
    kinds = {whom: kind for whom, kind in await session.execute(query)}
    order = [kind.value for kind in Kind]
    found = [Own(card, kinds[id]) for id, card in (await cards(session, fair_id, kinds)).items()]
    return sorted(found, key=lambda each: (order.index(each.kind), each.card.name.casefold()))


async def members_named(session: AsyncSession, fair_id: str, name: str, but: Sequence[str]) -> list[Card]:
    """A few people of a fair whose name holds this text, apart from some."""
    inside = select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())
    wanted = named_like(Person.name, name), Person.id.in_(inside), Person.id.not_in(but)
    ids = await session.scalars(select(Person.id).where(*wanted).order_by(Person.name).limit(FOUND_MOST))
    found = await cards(session, fair_id, ids.all())
    return sorted(found.values(), key=lambda card: card.name.casefold())


async def counts(session: AsyncSession, fair_id: str) -> Counts:
    """How many wishes were said; for the organiser, who sees no single “rather not”."""
    own = MeetingWish.fair_id == fair_id, MeetingWish.organiser.is_(False)
    by_kind = select(MeetingWish.kind, func.count()).where(*own).group_by(MeetingWish.kind)
    found: dict[str, int] = {kind: count for kind, count in await session.execute(by_kind)}
    people = await session.scalar(select(func.count(MeetingWish.of_id.distinct())).where(*own))
    return Counts(people or 0, *(found.get(kind, 0) for kind in Kind))


def read_wishes(content: bytes) -> list[Line]:
    """The wishes in a CSV file with the columns of, whom, and where wanted kind and weight. Raises BadInputError."""
    return [_line(row) for row in read_rows(content, "wishes", ROWS_MOST)]


def _line(row: Mapping[str, str]) -> Line:
    try:
        kind, weight = Kind(row.get("kind", "like").lower()), float(row.get("weight", "1").replace(",", "."))
    except ValueError:
        raise UnacceptableError(
            N_("The line of %(of)s needs a kind (must, like, never) and a number as its weight."), of=row["of"][:80]
        ) from None
    if not 0 <= weight <= MOST_WEIGHT:
        raise UnacceptableError(N_("A weight must be from 0 to %(most)s."), most=int(MOST_WEIGHT))
    return Line(normalise(row["of"]), normalise(row["whom"]), kind, weight)


async def bring(uow: UnitOfWork, fair: Fair, lines: Sequence[Line], *, by_id: str) -> int:
    """Take these as the organiser's wishes, instead of those from before; how many. Raises UnacceptableError."""
    ids = await _ids(uow, fair, lines)
    await uow.session.execute(
        delete(MeetingWish).where(MeetingWish.fair_id == fair.id, MeetingWish.organiser.is_(True))
    )
    common = {"fair_id": fair.id, "organiser": True, "at": uow.clock.now(), "by_id": by_id}
    rows = {
        (ids[each.of], ids[each.whom]): {
            **common, "of_id": ids[each.of], "whom_id": ids[each.whom], "kind": each.kind.value, "weight": each.weight
        }
        for each in lines
    }  # fmt: skip
    if rows:
        await uow.session.execute(insert(MeetingWish), list(rows.values()))
    return len(rows)


async def _ids(uow: UnitOfWork, fair: Fair, lines: Sequence[Line]) -> dict[str, str]:
    names = sorted({name for each in lines for name in (each.of, each.whom)})
    ids = await members_by_email(uow.session, fair.id, names)
    if unknown := [name for name in names if name not in ids]:
        raise UnacceptableError(N_("Not at this fair: %(names)s"), names=", ".join(unknown[:5]))
    if any(each.of == each.whom for each in lines):
        raise UnacceptableError(N_("Somebody is to meet themselves."))
    return ids
