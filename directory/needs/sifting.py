"""What the owner of a blind need and the go-between do: choose one, let it go, pass an answer on, return it."""

from sqlalchemy import select

from directory.needs import ladder
from directory.needs.actions import RefusedError, mine
from directory.needs.answering import Reply, count_steps, record, taken_before
from directory.needs.events import AnswerMoved
from directory.needs.ladder import BETWEEN, SIFTING, NotNowError
from directory.needs.model import Answer, GoBetween, Sifting
from directory.needs.telling import tell_answerer, tell_owner
from directory.partners.queries import networks_of
from directory.speaking import may_speak
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


async def choose(uow: UnitOfWork, need_id: str, partner_id: str | None, *, by_id: str) -> None:
    """Have answers go to a partner institution first from now on, or to nobody (None). What waits for one that is let
    go comes to the owner at once.

    Raises RefusedError: not_yours, not_blind, not_in_network (the owner does not belong to this institution's).
    """
    need = await mine(uow, need_id, by_id)
    if partner_id is not None and not need.blind:
        raise RefusedError("not_blind")
    networks = {each.id for each in await networks_of(uow.session, by_id, need.organisation_id)}
    if partner_id is not None and partner_id not in networks:
        raise RefusedError("not_in_network")
    before = await uow.session.get(GoBetween, need_id)
    if before is not None and before.partner_id == partner_id:
        return
    if before is not None:
        await uow.session.delete(before)
        await uow.session.flush()
        await _let_through(uow, need_id, by_id)
    if partner_id is not None:
        uow.session.add(GoBetween(need_id=need_id, partner_id=partner_id, since=uow.clock.now(), by_id=by_id))


async def sift(uow: UnitOfWork, answer_id: str, kind: str, said: Reply, *, by_id: str) -> None:
    """Pass an answer on, or return it. The same `cid` again changes nothing.

    Raises RefusedError: not_there (also for who does not speak for the go-between), over.
    """
    found = await uow.session.get(Answer, answer_id, with_for_update=True)
    held = await uow.session.get(Sifting, answer_id)
    if found is None or held is None or not await may_speak(uow.session, held.partner_id, by_id):
        raise RefusedError("not_there")
    if not await taken_before(uow, by_id, said.cid):
        await _take(uow, found, held, kind, said, by_id)


async def _let_through(uow: UnitOfWork, need_id: str, by_id: str) -> None:
    waits = select(Answer, Sifting).join(Sifting, Sifting.answer_id == Answer.id)
    rows = await uow.session.execute(waits.where(Answer.need_id == need_id, Answer.state == SIFTING))
    for found, held in rows.all():
        await _take(uow, found, held, "passed", Reply(new_id()), by_id)


async def _take(uow: UnitOfWork, found: Answer, held: Sifting, kind: str, said: Reply, by_id: str) -> None:
    number = await count_steps(uow, found.id) + 1
    try:
        found.state = ladder.state_after(found.state, (), kind, BETWEEN)
    except NotNowError as refused:
        raise RefusedError(refused.code) from refused
    now = uow.clock.now()
    found.moved_at = now
    held.passed_at = now if kind == "passed" else None
    record(uow, found, number, kind, said, by_id)
    uow.emit(AnswerMoved(found.need_id, found.id, kind))
    await uow.session.flush()
    await tell_answerer(uow, found, kind, f"{kind}:{found.id}:{number}")
    if kind == "passed":
        await tell_owner(uow, found, "answered", f"answered:{found.id}")
