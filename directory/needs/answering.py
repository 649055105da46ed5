"""Saying "this is us", and every step after it, up to the conversation. Who may is decided here."""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select

from directory.needs import between, ladder
from directory.needs.actions import RefusedError
from directory.needs.events import AnswerAccepted, AnswerMoved, NeedAnswered
from directory.needs.knowing import is_open, may_see
from directory.needs.ladder import ANSWERER, OWNER, NotNowError
from directory.needs.model import Answer, AnswerStep, Need
from directory.needs.telling import tell_answerer, tell_owner
from directory.organisations.model import Member
from directory.products.model import Product, ProductRemoval
from directory.speaking import SPEAKING, may_speak, viewer_of
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

# What makes the conversation of an accepted answer, if the listener that hears of it first could not.
INTRODUCE_JOB = "directory.introduce"


@dataclass(frozen=True)
class Reply:
    """What somebody says with an answer or a step. `cid` is the sender's own id: saying it twice says it once."""

    cid: str
    text: str = ""
    reason: str = ""  # one of ladder.REASONS, for a refusal


async def answer(
    uow: UnitOfWork,
    need_id: str,
    said: Reply,
    *,
    organisation_id: str,
    by_id: str,
    product_id: str | None = None,
    blind: bool = False,
) -> Answer:
    """Say "this is us" for an organisation. The same `cid` again gives the answer that is there.

    Raises RefusedError: not_there (no such need for this person), over (it takes no answers), not_yours (the
    organisation), own_need, answered_already, no_product.
    """
    if (known := await _given_before(uow, said, by_id)) is not None:
        return known
    try:
        need_is_blind = await _open_need(uow, need_id, organisation_id, by_id)
    except RefusedError:  # twice at once: the other one came first, while this one waited
        if (known := await _given_before(uow, said, by_id)) is not None:
            return known
        raise
    if product_id is not None and not await _is_product(uow, product_id, organisation_id):
        raise RefusedError("no_product")
    now, partner_id = uow.clock.now(), await between.partner_for(uow.session, need_id, organisation_id)
    made = Answer(
        id=str(uuid4()),
        need_id=need_id,
        organisation_id=organisation_id,
        person_id=by_id,
        cid=said.cid,
        product_id=product_id,
        blind=blind and need_is_blind,  # who knows whose need it is shows themselves, too
        at=now,
        state=ladder.SIFTING if partner_id else ladder.WAITING,
        moved_at=now,
    )
    uow.session.add(made)
    await uow.session.flush()
    record(uow, made, 1, "answered", said, by_id)
    uow.emit(NeedAnswered(need_id, made.id))
    if partner_id:
        await between.hold(uow, made, partner_id)
    else:
        await tell_owner(uow, made, "answered", f"answered:{made.id}")
    return made


async def _given_before(uow: UnitOfWork, said: Reply, by_id: str) -> Answer | None:
    return await uow.session.scalar(select(Answer).where(Answer.person_id == by_id, Answer.cid == said.cid))


async def step(uow: UnitOfWork, answer_id: str, kind: str, said: Reply, *, by_id: str) -> Answer:
    """Ask, reply, reveal, accept, decline or withdraw. The same `cid` again changes nothing.

    Raises RefusedError: not_there, not_yours, over, already, too_many, nobody (no person is left to talk with).
    """
    found = await uow.session.get(Answer, answer_id, with_for_update=True)
    if found is None:
        raise RefusedError("not_there")
    if await taken_before(uow, by_id, said.cid):
        return found
    side = await _side(uow, found, by_id)
    taken = await _taken(uow, answer_id)
    try:
        state = ladder.state_after(found.state, taken, kind, side)
    except NotNowError as refused:
        raise RefusedError(refused.code) from refused
    partner = await _speaker(uow, found) if kind == "accepted" else None
    held = found.state == ladder.SIFTING
    found.state, found.moved_at = state, uow.clock.now()
    record(uow, found, len(taken) + 1, kind, said, by_id, partner)
    uow.emit(AnswerMoved(found.need_id, found.id, kind))
    if not held:  # else the owner has not heard of it
        told = tell_answerer if side == OWNER else tell_owner
        await told(uow, found, kind, f"{kind}:{found.id}:{len(taken) + 1}")
    if partner is not None:
        await _introduce(uow, found, by_id, partner)
    return found


async def _open_need(uow: UnitOfWork, need_id: str, organisation_id: str, by_id: str) -> bool:
    """Check that somebody may answer a need for an organisation, which does so once at a time. Whether it is blind."""
    viewer, now = await viewer_of(uow.session, by_id), uow.clock.now()
    row = (
        await uow.session.execute(
            select(Need.id, Need.organisation_id, Need.blind, is_open(now).label("open")).where(
                Need.id == need_id, may_see(viewer)
            )
        )
    ).first()
    if row is None:
        raise RefusedError("not_there")
    if row.organisation_id in viewer.organisations:
        raise RefusedError("own_need")
    if not viewer.may_act_for(organisation_id):
        raise RefusedError("not_yours")
    if not row.open:
        raise RefusedError("over")
    # Two people of an organisation answer at once: the second one waits here, and finds the first one's answer.
    await uow.session.execute(select(Need.id).where(Need.id == need_id).with_for_update())
    there = select(Answer.id).where(Answer.need_id == need_id, Answer.organisation_id == organisation_id)
    if await uow.session.scalar(there) is not None:
        raise RefusedError("answered_already")
    return bool(row.blind)


async def _is_product(uow: UnitOfWork, product_id: str, organisation_id: str) -> bool:
    gone = select(ProductRemoval.product_id).where(ProductRemoval.product_id == Product.id).exists()
    query = select(Product.id).where(Product.id == product_id, Product.organisation_id == organisation_id, ~gone)
    return await uow.session.scalar(query) is not None


async def taken_before(uow: UnitOfWork, by_id: str, cid: str) -> bool:
    """Whether somebody has taken this very step already."""
    query = select(AnswerStep.id).where(AnswerStep.by_id == by_id, AnswerStep.cid == cid)
    return await uow.session.scalar(query) is not None


async def _side(uow: UnitOfWork, found: Answer, by_id: str) -> str:
    """On which side of an answer somebody acts. Raises RefusedError: not_there for who is on none."""
    owner_id = await uow.session.scalar(select(Need.organisation_id).where(Need.id == found.need_id))
    if owner_id and await may_speak(uow.session, owner_id, by_id):
        return OWNER
    if await may_speak(uow.session, found.organisation_id, by_id):
        return ANSWERER
    raise RefusedError("not_there")


async def _taken(uow: UnitOfWork, answer_id: str) -> list[str]:
    query = select(AnswerStep.kind).where(AnswerStep.answer_id == answer_id).order_by(AnswerStep.number)
    return list(await uow.session.scalars(query))


async def count_steps(uow: UnitOfWork, answer_id: str) -> int:
    """How many steps an answer has taken."""
    return len(await _taken(uow, answer_id))


async def _speaker(uow: UnitOfWork, found: Answer) -> str:
    """Who talks for the answerer: who answered, if they still may, else who has been there the longest."""
    query = (
        select(Member.person_id)
        .join(Person, Person.id == Member.person_id)
        .where(Member.organisation_id == found.organisation_id, Member.role.in_(SPEAKING), Person.erased_at.is_(None))
        .order_by((Member.person_id == found.person_id).desc(), Member.since, Member.person_id)
    )
    speaker = await uow.session.scalar(query.limit(1))
    if speaker is None:
        raise RefusedError("nobody")
    return speaker


async def _introduce(uow: UnitOfWork, found: Answer, owner_id: str, answerer_id: str) -> None:
    first = select(AnswerStep.text).where(AnswerStep.answer_id == found.id, AnswerStep.number == 1)
    opening = await uow.session.scalar(first) or ""
    uow.emit(AnswerAccepted(found.need_id, found.id, owner_id, answerer_id, opening))
    payload = {"about": f"answer:{found.id}", "asker": answerer_id, "owner": owner_id, "opening": opening}
    uow.enqueue(INTRODUCE_JOB, payload, key=f"{INTRODUCE_JOB}:answer:{found.id}")


def record(
    uow: UnitOfWork, found: Answer, number: int, kind: str, said: Reply, by_id: str | None, with_id: str | None = None
) -> None:
    """Write down a step of an answer; without `by_id` nobody took it."""
    uow.session.add(
        AnswerStep(
            id=new_id(),
            answer_id=found.id,
            number=number,
            kind=kind,
            text=said.text,
            reason=said.reason,
            by_id=by_id,
            with_id=with_id,
            cid=said.cid,
            at=uow.clock.now(),
        )
    )
