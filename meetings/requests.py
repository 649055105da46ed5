"""Asking for a meeting, and answering: accept, propose other slots, pass on, decline, withdraw; and expiry.

A request holds no slot. Several may name the same one; the first that is accepted has it, and the others are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairs.cards import cards, not_banned
from fairs.model import Fair, Membership
from meetings.between import between
from meetings.bookings import ConflictError, Wanted, book_held, hold_slot, lock_people
from meetings.events import RequestAnswered, RequestMoved, RequestSent
from meetings.model import Handover, Meeting, Plan, Proposal, Request, Slot
from meetings.queries import plan_of, retreated, slots_by_id
from meetings.rules import PROPOSALS_MOST, REMINDED_BEFORE, Answer, Mode, WhyNot
from meetings.teams.queries import in_one_team, mates_of
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

EXPIRY_JOB = "meetings.expire"
NUDGE_JOB = "meetings.nudge"
TELL_JOB = "meetings.tell"


class RefusedError(Exception):
    """It cannot be asked for, or not answered so. `why`: a WhyNot, or answered, not_your_turn, not_a_colleague,
    taken, not_a_member, team_full, no_slots."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Asking:
    """What somebody asks with. Without slots: any slot will do."""

    ask: str
    offer: str
    slot_ids: Sequence[str] = ()


async def request(
    uow: UnitOfWork, fair: Fair, asking: Asking, *, from_id: str, to_id: str, organisation_id: str | None = None
) -> Request | Meeting:
    """Ask for a meeting; where the fair books openly, it is booked in the first slot named that both have free. With
    `organisation_id` the team of this organisation shares the request.

    Raises RefusedError, and ConflictError when a meeting was to be booked and nobody has time any more.
    """
    slot = await hold_slot(uow, fair, asking.slot_ids[0]) if asking.slot_ids else None
    await lock_people(uow, [from_id, to_id])  # the budget and the pair are judged by what holds at the commit
    found = await between(uow.session, fair, from_id, to_id, uow.clock.now(), look_for_slots=slot is None)
    if found.why or found.plan is None:
        raise RefusedError(found.why or WhyNot.NO_PLAN)
    if found.mode is Mode.OPEN:
        if slot is None:
            raise RefusedError("no_slots")
        wanted = Wanted(fair, found.plan, slot.id, (from_id, to_id), asking.ask, asking.offer)
        return await book_held(uow, wanted, slot, by_id=from_id)
    slots = await _still_there(uow, fair, asking.slot_ids)
    now = uow.clock.now()
    made = Request(
        id=new_id(),
        fair_id=fair.id,
        from_id=from_id,
        to_id=to_id,
        turn_id=to_id,
        organisation_id=organisation_id,
        ask=asking.ask,
        offer=asking.offer,
        any_slot=not slots,
        sent_at=now,
        moved_at=now,
        expires_at=await _due(uow, found.plan, now),
    )
    uow.session.add(made)
    await uow.session.flush()
    _put_on_the_table(uow, made, slots, from_id)
    _watch(uow, made)
    _tell(uow, made, "sent", to_id)
    uow.emit(RequestSent(made.id, from_id, to_id))
    return made


async def accept(uow: UnitOfWork, fair: Fair, asked: Request, slot_id: str, *, by_id: str) -> Meeting:
    """Accept a request in a slot: of those proposed, or any where any will do. Raises RefusedError, ConflictError: also
    "away", where one of the two is not there any more."""
    slot = await hold_slot(uow, fair, slot_id)  # slots, people, requests: as whoever lays a plan, or leaves, does
    people = (asked.from_id, asked.to_id)
    await lock_people(uow, people)
    await _locked(uow, asked, by_id)
    if people != (asked.from_id, asked.to_id):
        raise RefusedError("taken")
    if not asked.any_slot and slot_id not in await proposed(uow, asked.id):
        raise ConflictError("gone")
    await _check_both_there(uow, fair, asked, by_id)
    wanted = Wanted(fair, await _plan(uow, fair), slot_id, people, asked.ask, asked.offer, asked.id)
    meeting = await book_held(uow, wanted, slot, by_id=by_id)
    _answer(uow, asked, Answer.ACCEPTED, by_id)
    return meeting


async def propose(uow: UnitOfWork, fair: Fair, asked: Request, slot_ids: Sequence[str], *, by_id: str) -> None:
    """Propose other slots: now it is the other one's turn, with the whole time to answer. Raises RefusedError, and
    ConflictError("away")."""
    await _locked(uow, asked, by_id)
    await _check_both_there(uow, fair, asked, by_id)
    slots = await _still_there(uow, fair, slot_ids)
    if not slots:
        raise RefusedError("no_slots")
    await uow.session.execute(delete(Proposal).where(Proposal.request_id == asked.id))
    asked.any_slot = False
    _put_on_the_table(uow, asked, slots, by_id)
    await _give_turn(uow, fair, asked, asked.to_id if by_id == asked.from_id else asked.from_id)


async def hand_over(uow: UnitOfWork, fair: Fair, asked: Request, colleague_id: str, *, by_id: str) -> None:
    """Pass a request on to somebody of the same organisation at the fair; what a team shares, any of them passes on.
    Raises RefusedError."""
    await _lock_with_receiver(uow, asked)
    if by_id != asked.to_id and not await _shared(uow, asked, [by_id, colleague_id]):
        raise RefusedError("not_your_turn")
    if colleague_id not in {each.id for each in await colleagues(uow.session, fair.id, by_id)}:
        raise RefusedError("not_a_colleague")
    await _pass_on(uow, fair, asked, colleague_id, by_id)


async def take_over(uow: UnitOfWork, fair: Fair, asked: Request, *, by_id: str, seen_id: str) -> None:
    """Take over a request that one's team shares, from the colleague with whom one saw it. Raises RefusedError("taken")
    where another colleague was faster."""
    await _lock_with_receiver(uow, asked)
    if asked.to_id != seen_id or asked.to_id == by_id:
        raise RefusedError("taken")
    if not await _shared(uow, asked, [by_id]):
        raise RefusedError("not_a_colleague")
    before = asked.to_id
    await _pass_on(uow, fair, asked, by_id, by_id)
    _tell(uow, asked, "taken", before)


async def decline(uow: UnitOfWork, asked: Request, *, by_id: str, reason: str) -> None:
    """Say no, and why. Raises RefusedError."""
    await _locked(uow, asked, by_id)
    _answer(uow, asked, Answer.DECLINED, by_id, reason)
    _tell(uow, asked, "declined", asked.from_id if by_id == asked.to_id else asked.to_id)


async def withdraw(uow: UnitOfWork, asked: Request, *, by_id: str) -> None:
    """Take one's own request back, whoever's turn it is. Raises RefusedError."""
    await _lock(uow, asked)
    if by_id != asked.from_id:
        raise RefusedError("not_your_turn")
    _answer(uow, asked, Answer.WITHDRAWN, by_id)


async def expire(uow: UnitOfWork, asked: Request) -> bool:
    """End a request whose time is over; whether it was so. It is nobody's answer, and the budget is free again."""
    await uow.session.refresh(asked, with_for_update=True)
    if asked.answered_at is not None or uow.clock.now() < asked.expires_at:
        return False
    _answer(uow, asked, Answer.EXPIRED, None)
    return True


async def abandon(uow: UnitOfWork, asked: Request, *, by_id: str) -> None:
    """End a request that is locked, since one of the two is not there any more; whoever asks is told, and has it free
    for somebody else."""
    _answer(uow, asked, Answer.WITHDRAWN, by_id)
    if by_id != asked.from_id:
        _tell(uow, asked, "gone", asked.from_id)


async def proposed(uow: UnitOfWork, request_id: str) -> list[str]:
    """The ids of the slots on the table."""
    return list(await uow.session.scalars(select(Proposal.slot_id).where(Proposal.request_id == request_id)))


async def colleagues(session: AsyncSession, fair_id: str, person_id: str) -> Sequence[Person]:
    """Who is at the fair for the same organisation, by name: by what they write in their profiles, or as a team."""
    me = await session.get_one(Person, person_id)
    here = select(Membership.person_id).where(Membership.fair_id == fair_id, not_banned())
    same = or_(
        Person.id.in_(mates_of(fair_id, person_id)),
        (Person.organisation == me.organisation) & (Person.organisation != ""),
    )
    query = (
        select(Person)
        .where(Person.id.in_(here), same)
        .where(Person.id != person_id, Person.erased_at.is_(None))
        .order_by(Person.name)
        .limit(50)
    )
    return (await session.scalars(query)).all()


async def _lock_with_receiver(uow: UnitOfWork, asked: Request) -> None:
    """As `_lock`, for what the receiving side does with it. Raises RefusedError("not_your_turn") as well."""
    await _lock(uow, asked)
    if asked.turn_id != asked.to_id:
        raise RefusedError("not_your_turn")


async def _check_both_there(uow: UnitOfWork, fair: Fair, asked: Request, by_id: str) -> None:
    """Whoever left the fair, or was shut out, meets nobody there; nor is anybody met who takes no meetings any more."""
    other_id = asked.from_id if by_id == asked.to_id else asked.to_id
    here = await cards(uow.session, fair.id, [by_id, other_id])
    if by_id not in here or other_id not in here or not here[other_id].name:
        raise ConflictError("away")
    if await retreated(uow.session, fair.id, [other_id]):
        raise ConflictError("away")


async def _shared(uow: UnitOfWork, asked: Request, person_ids: Sequence[str]) -> bool:
    """Whether these people are of the team that shares a request."""
    if asked.organisation_id is None:
        return False
    return await in_one_team(uow.session, asked.fair_id, person_ids, asked.organisation_id)


async def _pass_on(uow: UnitOfWork, fair: Fair, asked: Request, colleague_id: str, by_id: str) -> None:
    reachable = await between(uow.session, fair, asked.from_id, colleague_id, uow.clock.now())
    if reachable.why not in (None, WhyNot.BUDGET):
        raise RefusedError(reachable.why)
    before, now = asked.to_id, uow.clock.now()
    uow.session.add(Handover(id=new_id(), request_id=asked.id, from_id=before, to_id=colleague_id, at=now, by_id=by_id))
    asked.to_id = colleague_id
    await _give_turn(uow, fair, asked, colleague_id, also=before, quiet=colleague_id == by_id)


async def _plan(uow: UnitOfWork, fair: Fair) -> Plan:
    plan = await plan_of(uow.session, fair.id)
    if plan is None:
        raise RefusedError(WhyNot.NO_PLAN)
    return plan


async def _still_there(uow: UnitOfWork, fair: Fair, slot_ids: Sequence[str]) -> list[str]:
    """Of these slots, those ahead that the plan has; at most as many as may be proposed."""
    found = await slots_by_id(uow.session, fair.id, list(slot_ids)[:PROPOSALS_MOST])
    return [each.id for each in found if each.starts_at > uow.clock.now()]


def _put_on_the_table(uow: UnitOfWork, asked: Request, slot_ids: Sequence[str], by_id: str) -> None:
    uow.session.add_all(Proposal(request_id=asked.id, slot_id=each, by_id=by_id) for each in slot_ids)


async def _give_turn(
    uow: UnitOfWork, fair: Fair, asked: Request, turn_id: str, *, also: str = "", quiet: bool = False
) -> None:
    plan = await _plan(uow, fair)
    asked.turn_id, asked.moved_at = turn_id, uow.clock.now()
    asked.expires_at = await _due(uow, plan, asked.moved_at)
    _watch(uow, asked)
    if not quiet:  # whoever took it themselves knows
        _tell(uow, asked, "sent" if also else "moved", turn_id)
    concerned = frozenset({asked.from_id, asked.to_id, also} - {""})
    uow.emit(RequestMoved(asked.id, concerned, turn_id))


async def _due(uow: UnitOfWork, plan: Plan, now: datetime) -> datetime:
    """Until when an answer is awaited: once the fair's last time has begun, none could lead to a meeting."""
    ahead = Slot.fair_id == plan.fair_id, Slot.withdrawn_at.is_(None), Slot.starts_at > now
    last = await uow.session.scalar(select(func.max(Slot.starts_at)).where(*ahead))
    within = now + timedelta(hours=plan.answer_within)
    return min(within, last) if last else within


def _watch(uow: UnitOfWork, asked: Request) -> None:
    """Have it brought to mind, and ended in time. A later turn makes these jobs' keys, and their effect, void."""
    turn = {"request_id": asked.id, "moved_at": asked.moved_at.isoformat()}
    key = f"{asked.id}:{asked.moved_at.isoformat()}"
    uow.enqueue(EXPIRY_JOB, turn, at=asked.expires_at, key=f"{EXPIRY_JOB}:{key}")
    nudge_at = max(asked.moved_at, asked.expires_at - REMINDED_BEFORE)
    if asked.expires_at - asked.moved_at > REMINDED_BEFORE:
        uow.enqueue(NUDGE_JOB, turn, at=nudge_at, key=f"{NUDGE_JOB}:{key}")


def _tell(uow: UnitOfWork, asked: Request, what: str, to_id: str) -> None:
    """Have a mail written about it: what needs rendering is no work for a transaction that holds locks."""
    uow.enqueue(TELL_JOB, {"request_id": asked.id, "what": what, "to_id": to_id})


def _answer(uow: UnitOfWork, asked: Request, answer: Answer, by_id: str | None, reason: str = "") -> None:
    asked.answered_at, asked.answered_by_id, asked.answer, asked.reason = uow.clock.now(), by_id, answer, reason
    uow.emit(RequestAnswered(asked.id, frozenset({asked.from_id, asked.to_id}), answer))


async def _lock(uow: UnitOfWork, asked: Request) -> None:
    """Nobody else answers until the commit. Raises RefusedError("answered") where somebody did, or time is over."""
    # FOR NO KEY UPDATE: a plan that is laid meanwhile puts other times on the table, which point at it.
    await uow.session.refresh(asked, with_for_update={"key_share": True})
    if asked.answered_at is not None or uow.clock.now() >= asked.expires_at:
        raise RefusedError("answered")


async def _locked(uow: UnitOfWork, asked: Request, by_id: str) -> None:
    await _lock(uow, asked)
    if by_id != asked.turn_id:
        raise RefusedError("not_your_turn")
