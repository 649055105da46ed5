"""What people do with needs of their organisations. Who may is decided here: a need is found by its id alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.needs import rules
from directory.needs.events import NeedChanged, NeedPublished
from directory.needs.model import Need, NeedChange, NeedFile, NeedTag, NeedText
from directory.needs.seen import Wording
from directory.needs.telling import ENDING
from directory.news.newsroom import settle
from directory.organisations.model import Organisation
from directory.speaking import may_speak
from people.model import Person
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.kept import drop

REMIND_JOB, EXPIRE_JOB = "needs.remind", "needs.expire"
# Bytes and number of attachments.
FILE_MOST, FILES_MOST = 10 * 1024 * 1024, 6


class RefusedError(Exception):
    """A rule says no. `code` is stable: not_yours, not_now, too_many, over, day_chosen, tells_who, seen_already."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.what = what  # for tells_who: what says whose it is


@dataclass(frozen=True)
class Draft:
    """A need as somebody wrote it, checked field by field."""

    kind: str
    category: str
    blind: bool
    visibility: str
    texts: Mapping[str, Wording]
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    budget_from: int | None = None
    budget_to: int | None = None
    currency: str = ""
    country: str = ""
    region: str = ""
    place: str = ""
    radius_km: int | None = None
    remote: bool = False
    deadline: date | None = None

    def columns(self) -> dict[str, Any]:
        """Its values for the table of needs."""
        names = "kind category blind visibility budget_from budget_to currency country region place radius_km remote"
        return {name: getattr(self, name) for name in names.split()} | {"deadline": self.deadline}


async def write(uow: UnitOfWork, draft: Draft, *, organisation_id: str, by_id: str) -> Need:
    """Make a draft. Raises RefusedError: not_yours, too_many, tells_who."""
    await _may_act(uow.session, organisation_id, by_id)
    living = select(func.count()).select_from(Need).where(Need.organisation_id == organisation_id)
    if (await uow.session.scalar(living.where(Need.state.in_(rules.STATES[:3]))) or 0) >= rules.NEEDS_MOST:
        raise RefusedError("too_many")
    await _check_blind(uow.session, draft, organisation_id, by_id)
    now = uow.clock.now()
    need = Need(
        id=str(uuid4()),
        organisation_id=organisation_id,
        state=rules.DRAFT,
        author_id=by_id,
        created_at=now,
        updated_at=now,
        **draft.columns(),
    )
    uow.session.add(need)
    await uow.session.flush()
    await _say(uow, need.id, draft)
    _note(uow, need, "write", by_id)
    return need


async def rewrite(uow: UnitOfWork, need_id: str, draft: Draft, *, by_id: str) -> Need:
    """Change what is said. A changed deadline of an open need moves its end.

    Raises RefusedError: not_yours, tells_who, over (the deadline is), seen_already (it cannot become blind any more).
    """
    need = await mine(uow, need_id, by_id)
    if draft.blind and not need.blind and need.published_at is not None:
        raise RefusedError("seen_already")
    await _check_blind(uow.session, draft, need.organisation_id, by_id)
    moved = draft.deadline != need.deadline
    for column, value in draft.columns().items():
        setattr(need, column, value)
    await _say(uow, need.id, draft)
    if need.state == rules.OPEN and moved:
        _open_until(uow, need)
        await settle(uow, ENDING, need.id)
    _touch(uow, need)
    return need


async def turn(uow: UnitOfWork, need_id: str, deed: str, *, by_id: str) -> Need:
    """Publish, pause, resume, renew, fulfil or reopen a need.

    Raises RefusedError: not_yours, not_now, over, day_chosen (only another day would move its end).
    """
    need = await mine(uow, need_id, by_id)
    await _turn(uow, need, deed, by_id)
    return need


async def expire(uow: UnitOfWork, need_id: str) -> None:
    """Note that the time of a need is over; nothing happens where it is not."""
    need = await uow.session.get(Need, need_id, with_for_update=True)
    over = need is not None and need.expires_at is not None and need.expires_at <= uow.clock.now()
    if need is not None and over and rules.after(need.state, "expire"):
        await _turn(uow, need, "expire", None)


async def attach(uow: UnitOfWork, need_id: str, *, name: str, file: str, mime: str, size: int, by_id: str) -> NeedFile:
    """Hang a kept file on a need. Raises RefusedError: not_yours, too_many."""
    need = await mine(uow, need_id, by_id)
    held = select(func.count()).select_from(NeedFile).where(NeedFile.need_id == need.id)
    if (await uow.session.scalar(held) or 0) >= FILES_MOST:
        raise RefusedError("too_many")
    made = NeedFile(
        id=str(uuid4()),
        need_id=need.id,
        name=name,
        file=file,
        mime=mime,
        bytes=size,
        added_at=uow.clock.now(),
        added_by_id=by_id,
    )
    uow.session.add(made)
    _touch(uow, need)
    return made


async def detach(uow: UnitOfWork, need_id: str, file_id: str, *, by_id: str) -> None:
    """Take a file away from a need; one that is gone is no error. Raises RefusedError: not_yours."""
    need = await mine(uow, need_id, by_id)
    found = await uow.session.scalar(select(NeedFile).where(NeedFile.id == file_id, NeedFile.need_id == need.id))
    if found is not None:
        await uow.session.delete(found)
        drop(uow, found.file)
        _touch(uow, need)


async def mine(uow: UnitOfWork, need_id: str, by_id: str) -> Need:
    """A need of an organisation for which somebody may act, locked until the commit. Raises RefusedError: not_yours."""
    need = await uow.session.get(Need, need_id, with_for_update=True)
    if need is None:
        raise RefusedError("not_yours")
    await _may_act(uow.session, need.organisation_id, by_id)
    return need


async def _may_act(session: AsyncSession, organisation_id: str, person_id: str) -> None:
    if not await may_speak(session, organisation_id, person_id):
        raise RefusedError("not_yours")


async def _turn(uow: UnitOfWork, need: Need, deed: str, by_id: str | None) -> None:
    state, now = rules.after(need.state, deed), uow.clock.now()
    if state is None:
        raise RefusedError("not_now")
    if state == rules.OPEN:
        if not rules.can_be_open(now, need.deadline):
            raise RefusedError("over")
        if rules.changes_nothing(need.state, deed, need.deadline):
            raise RefusedError("day_chosen")
        need.published_at = need.published_at or now
    need.state = state
    if state == rules.OPEN:
        _open_until(uow, need)
    await settle(uow, ENDING, need.id)
    _note(uow, need, deed, by_id)
    _touch(uow, need)
    if deed in ("publish", "reopen"):
        uow.emit(NeedPublished(need.id))


def _open_until(uow: UnitOfWork, need: Need) -> None:
    """Set the end of an open need, and have its owner reminded of it and the end noted, each once."""
    now = uow.clock.now()
    need.expires_at = rules.expiry(now, need.deadline)
    asked = {"need_id": need.id, "expires_at": need.expires_at.isoformat()}
    key = f"{need.id}:{asked['expires_at']}"
    remind_at = rules.reminder(now, need.expires_at)
    if remind_at is not None:
        uow.enqueue(REMIND_JOB, asked, at=remind_at, key=f"{REMIND_JOB}:{key}")
    uow.enqueue(EXPIRE_JOB, asked, at=need.expires_at, key=f"{EXPIRE_JOB}:{key}")


def _note(uow: UnitOfWork, need: Need, deed: str, by_id: str | None) -> None:
    until = need.expires_at if need.state == rules.OPEN else None
    uow.session.add(
        NeedChange(
            id=new_id(), need_id=need.id, state=need.state, deed=deed, at=uow.clock.now(), by_id=by_id, until=until
        )
    )


def _touch(uow: UnitOfWork, need: Need) -> None:
    need.updated_at = uow.clock.now()
    uow.emit(NeedChanged(need.id))


async def _say(uow: UnitOfWork, need_id: str, draft: Draft) -> None:
    """Put the texts and tags of a draft in place of those that were there."""
    for table in (NeedText, NeedTag):
        await uow.session.execute(delete(table).where(table.need_id == need_id))
    for locale, said in draft.texts.items():
        if said != Wording():
            words = {"title": said.title, "text": said.text, "gets": said.gets, "shown_as": said.shown_as}
            uow.session.add(NeedText(need_id=need_id, locale=locale, **words))
    for kind, codes in draft.tags.items():
        uow.session.add_all(NeedTag(need_id=need_id, kind=kind, code=code) for code in codes)
    await uow.session.flush()


async def own_names(session: AsyncSession, organisation_id: str, person_id: str) -> list[str]:
    """What a blind need of an organisation must not say: its names, its domain, and its writer's name."""
    columns = Organisation.name, Organisation.legal_name, Organisation.domain
    row = (await session.execute(select(*columns).where(Organisation.id == organisation_id))).one()
    writer = await session.scalar(select(Person.name).where(Person.id == person_id))
    host = row.domain.removeprefix("www.").rpartition(".")[0]
    return [name for name in (row.name, row.legal_name, host, writer) if name]


async def _check_blind(session: AsyncSession, draft: Draft, organisation_id: str, by_id: str) -> None:
    if not draft.blind:
        return
    names = await own_names(session, organisation_id, by_id)
    for said in draft.texts.values():
        for text in (said.title, said.shown_as, said.text, said.gets, draft.region):
            if found := rules.tells_who(text, names):
                raise RefusedError("tells_who", found)
