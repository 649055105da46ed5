"""What the owner of a blind need and the go-between do: choose one, let it go, pass an answer on, return it."""

from sqlalchemy import ColumnElement, delete, select

from directory.needs import ladder
from directory.needs.actions import RefusedError, mine
from directory.needs.answering import Reply, count_steps, record, taken_before
from directory.needs.between import stands
from directory.needs.events import AnswerMoved
from directory.needs.knowing import may_stand
from directory.needs.ladder import BETWEEN, SIFTING, WAITING, NotNowError
from directory.needs.model import Answer, GoBetween, Need, Sifting
from directory.needs.telling import SIFT_LATE, tell_answerer, tell_owner
from directory.news.newsroom import tell
from directory.partners.queries import networks_of
from directory.speaking import may_speak, speakers
from people.forms import Form
from server.kernel.db import UnitOfWork
from server.kernel.ids import is_id, new_id


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
        await _release(uow, Answer.need_id == need_id, by_id)
    if partner_id is not None:
        uow.session.add(GoBetween(need_id=need_id, partner_id=partner_id, since=uow.clock.now(), by_id=by_id))


async def take_choice(uow: UnitOfWork, need_id: str, form: Form, *, by_id: str) -> None:
    """Carry out what a need's form says about the go-between: whoever writes without a name may choose one, a need with
    a name has none. A form that does not speak about it changes nothing. Raises RefusedError as `choose`."""
    blind = form.typed("blind") == "yes"
    if blind and "between" not in form:
        return
    partner_id = form.typed("between") if blind else ""
    if partner_id and not is_id(partner_id):
        raise RefusedError("not_in_network")
    await choose(uow, need_id, partner_id or None, by_id=by_id)


async def end_where_gone(uow: UnitOfWork, partner_id: str, *, by_id: str | None) -> None:
    """Have an institution stand between no longer where it may not any more: it was removed, or the owner has left its
    network. What waits there comes to the owners."""
    ended = (GoBetween.partner_id == partner_id, GoBetween.need_id == Need.id, ~may_stand(GoBetween.partner_id))
    await uow.session.execute(delete(GoBetween).where(select(Need.id).where(*ended).exists()))
    waits = (Sifting.partner_id == partner_id, Need.id == Answer.need_id, ~may_stand(Sifting.partner_id))
    held = select(Answer.id).join(Sifting, Sifting.answer_id == Answer.id).join(Need, Need.id == Answer.need_id)
    await _release(uow, Answer.id.in_(list(await uow.session.scalars(held.where(*waits)))), by_id)


async def sift(uow: UnitOfWork, answer_id: str, kind: str, said: Reply, *, by_id: str) -> None:
    """Pass an answer on, or return it. The same `cid` again changes nothing.

    Raises RefusedError: not_there (also for who does not speak for the go-between), over.
    """
    found = await uow.session.get(Answer, answer_id, with_for_update=True)
    held = await uow.session.get(Sifting, answer_id)
    if found is None or held is None or not await may_speak(uow.session, held.partner_id, by_id):
        raise RefusedError("not_there")
    if not await stands(uow.session, answer_id):
        raise RefusedError("not_there")
    if not await taken_before(uow, by_id, said.cid):
        await _take(uow, found, held, kind, said, by_id)


async def watch(uow: UnitOfWork, answer_id: str) -> bool:
    """Look after an answer that waits for a go-between: remind those who speak for it, once; where nobody does any
    more, or may, it comes to the owner. Whether it waits on."""
    found = await uow.session.get(Answer, answer_id, with_for_update=True)
    held = await uow.session.get(Sifting, answer_id)
    if found is None or held is None or found.state != SIFTING:
        return False
    told = await speakers(uow.session, held.partner_id)
    if not told or not await stands(uow.session, answer_id):
        await _release(uow, Answer.id == answer_id, None)
        return False
    if held.reminded_at is None:
        held.reminded_at = uow.clock.now()
        await tell(uow, told, SIFT_LATE, found.need_id, f"{SIFT_LATE}:{answer_id}")
    return True


async def _release(uow: UnitOfWork, which: ColumnElement[bool], by_id: str | None) -> None:
    """Have answers that wait for a go-between come to the owner."""
    waits = select(Answer, Sifting).join(Sifting, Sifting.answer_id == Answer.id)
    waits = waits.where(which, Answer.state == SIFTING).order_by(Answer.id).with_for_update(of=Answer)
    # What a go-between decides at this moment is decided: the lock shows it.
    for found, held in (await uow.session.execute(waits.execution_options(populate_existing=True))).all():
        await _take(uow, found, held, "released", Reply(new_id()), by_id)


async def _take(uow: UnitOfWork, found: Answer, held: Sifting, kind: str, said: Reply, by_id: str | None) -> None:
    number = await count_steps(uow, found.id) + 1
    try:
        found.state = ladder.state_after(found.state, (), kind, BETWEEN)
    except NotNowError as refused:
        raise RefusedError(refused.code) from refused
    now = uow.clock.now()
    found.moved_at = now
    held.passed_at = now if found.state == WAITING else None
    record(uow, found, number, kind, said, by_id)
    uow.emit(AnswerMoved(found.need_id, found.id, kind))
    await uow.session.flush()
    await tell_answerer(uow, found, kind, f"{kind}:{found.id}:{number}")
    if found.state == WAITING:
        await tell_owner(uow, found, "answered", f"answered:{found.id}")
