"""What people do with requests for contact. Who may is decided here: a request is found by its id alone."""

from dataclasses import dataclass

from sqlalchemy import select

from directory.contacts import queries, rules
from directory.contacts.events import ContactAccepted, ContactDeclined, ContactRequested
from directory.contacts.model import ContactReply, ContactRequest
from directory.news.newsroom import tell
from directory.organisations.model import Organisation, Removal
from directory.speaking import may_speak, speakers
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id

INTRODUCE_JOB = "directory.introduce"  # the same as of accepted answers


class RefusedError(Exception):
    """A rule says no. `code` is stable: not_there, not_yours, spent, waits, too_early, nobody, answered,
    expired, own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Wish:
    """What one organisation asks of another, and what it offers. `cid` is the sender's own id: twice is once."""

    cid: str
    asks: str
    offers: str


async def ask(uow: UnitOfWork, wish: Wish, *, from_id: str, to_id: str, by_id: str) -> ContactRequest:
    """Ask an organisation for contact. The same `cid` again gives the request that is there.

    Raises RefusedError: not_there (no such organisation), not_yours, waits (one is unanswered), too_early (it was
    refused lately), spent (the budget), nobody (nobody there could answer).
    """
    if (known := await _sent_before(uow, wish, by_id)) is not None:
        return known
    if not await may_speak(uow.session, from_id, by_id):
        raise RefusedError("not_yours")
    # Two people of an organisation ask at once: the second one waits here, and spends what is left then.
    await uow.session.execute(select(Organisation.id).where(Organisation.id == from_id).with_for_update())
    if (known := await _sent_before(uow, wish, by_id)) is not None:  # twice at once: the other one came first
        return known
    await _may_ask(uow, from_id, to_id)
    made = ContactRequest(
        id=new_id(),
        from_id=from_id,
        to_id=to_id,
        person_id=by_id,
        cid=wish.cid,
        asks=wish.asks,
        offers=wish.offers,
        at=uow.clock.now(),
    )
    uow.session.add(made)
    await uow.session.flush()
    uow.emit(ContactRequested(made.id))
    await tell(uow, await speakers(uow.session, to_id), "contact.asked", made.id, f"contact:{made.id}")
    return made


async def _sent_before(uow: UnitOfWork, wish: Wish, by_id: str) -> ContactRequest | None:
    same = ContactRequest.person_id == by_id, ContactRequest.cid == wish.cid
    return await uow.session.scalar(select(ContactRequest).where(*same))


async def accept(uow: UnitOfWork, request_id: str, *, by_id: str) -> None:
    """Say yes: the two people can talk. Saying it again changes nothing. Raises RefusedError: not_there, answered,
    expired, nobody (who asked is gone), own (they asked it themselves)."""
    request = await _mine(uow, request_id, by_id)
    asker = await uow.session.get(Person, request.person_id)
    if asker is None or asker.erased_at is not None:
        raise RefusedError("nobody")
    if asker.id == by_id:
        raise RefusedError("own")
    if await _reply(uow, request, rules.ACCEPTED, by_id):
        opening = f"{request.asks}\n\n{request.offers}"
        uow.emit(ContactAccepted(request.id, request.person_id, by_id, opening))
        payload = {"about": f"contact:{request.id}", "asker": request.person_id, "owner": by_id, "opening": opening}
        uow.enqueue(INTRODUCE_JOB, payload, key=f"{INTRODUCE_JOB}:contact:{request.id}")


async def decline(uow: UnitOfWork, request_id: str, *, by_id: str, reason: str, text: str = "") -> None:
    """Say no, with a prepared reason or own words. Raises RefusedError: not_there, answered, expired."""
    request = await _mine(uow, request_id, by_id)
    if await _reply(uow, request, rules.DECLINED, by_id, reason, text):
        uow.emit(ContactDeclined(request.id))


async def mark_not_relevant(uow: UnitOfWork, request_id: str, *, by_id: str) -> None:
    """Say that a request should not have been sent: it costs its sender. Raises RefusedError: not_there, answered,
    expired."""
    request = await _mine(uow, request_id, by_id)
    if await _reply(uow, request, rules.NOT_RELEVANT, by_id):
        uow.emit(ContactDeclined(request.id))


async def _may_ask(uow: UnitOfWork, from_id: str, to_id: str) -> None:
    there = await uow.session.get(Organisation, to_id)
    if there is None or await uow.session.get(Removal, to_id) is not None or from_id == to_id:
        raise RefusedError("not_there")
    now = uow.clock.now()
    last = await queries.last_sent(uow.session, from_id, to_id)
    if not rules.may_ask_again(last, now):
        raise RefusedError("waits" if last and last.state in (rules.WAITING, rules.ACCEPTED) else "too_early")
    if not (await queries.budget(uow.session, from_id, now)).open:
        raise RefusedError("spent")
    if not await speakers(uow.session, to_id):
        raise RefusedError("nobody")


async def _mine(uow: UnitOfWork, request_id: str, by_id: str) -> ContactRequest:
    """A request to an organisation for which somebody may speak, locked until the commit."""
    request = await uow.session.get(ContactRequest, request_id, with_for_update=True)
    if request is None or not await may_speak(uow.session, request.to_id, by_id):
        raise RefusedError("not_there")
    return request


async def _reply(
    uow: UnitOfWork, request: ContactRequest, kind: str, by_id: str, reason: str = "", text: str = ""
) -> bool:
    """Note the answer. False: the same one is there already. Raises RefusedError: answered, when it is another one;
    expired, when there is none and it would come too late."""
    there = await uow.session.get(ContactReply, request.id)
    if there is not None:
        if there.kind != kind:
            raise RefusedError("answered")
        return False
    now = uow.clock.now()
    if rules.is_over(request.at, now):
        raise RefusedError("expired")
    after = round((now - request.at).total_seconds())
    reply = ContactReply(
        request_id=request.id, kind=kind, reason=reason, text=text, by_id=by_id, at=now, after_seconds=max(0, after)
    )
    uow.session.add(reply)
    await tell(uow, [request.person_id], f"contact.{kind}", request.id, f"contact:{kind}:{request.id}")
    return True
