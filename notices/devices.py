"""The devices on which somebody has switched push notices on: added, listed, removed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from notices.model import PushDevice
from notices.rules import DEVICES_MOST, Subscription
from people import sessions
from people.model import Person, SignInSession
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id


class RefusedError(Exception):
    """It is not taken. `why`: too_many (of one person's devices), taken (the address is another browser's), signed_out
    (meanwhile)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def switch_on(uow: UnitOfWork, person_id: str, session_id: str, to: Subscription, server_key: str) -> PushDevice:
    """Send notices to this session's browser from now on, in place of what was known of it. Raises RefusedError."""
    await uow.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    entry = await uow.session.get(SignInSession, session_id, with_for_update=True, populate_existing=True)
    if entry is None or entry.revoked_at is not None:
        raise RefusedError("signed_out")
    await _make_room(uow, session_id, to)
    if len(await of_person(uow.session, person_id)) >= DEVICES_MOST:
        raise RefusedError("too_many")
    device = PushDevice(
        id=new_id(),
        person_id=person_id,
        session_id=session_id,
        endpoint=to.endpoint,
        endpoint_hash=to.endpoint_hash,
        p256dh=to.p256dh,
        auth=to.auth,
        server_key=server_key,
        added_at=uow.clock.now(),
    )
    uow.session.add(device)
    try:
        await uow.session.flush()
    except IntegrityError:  # two name the same address at once
        raise RefusedError("taken") from None
    return device


async def switch_off(uow: UnitOfWork, person_id: str, device_id: str) -> bool:
    """Send nothing there any more. False when it is not this person's."""
    mine = delete(PushDevice).where(PushDevice.id == device_id, PushDevice.person_id == person_id)
    return (await uow.session.execute(mine.returning(PushDevice.id))).first() is not None


async def drop(uow: UnitOfWork, device_id: str, endpoint_hash: str) -> None:
    """Forget an address at which nobody is; what came in its place meanwhile stays."""
    gone = PushDevice.id == device_id, PushDevice.endpoint_hash == endpoint_hash
    await uow.session.execute(delete(PushDevice).where(*gone))


async def forget_session(uow: UnitOfWork, session_id: str) -> None:
    """Whoever signed out of a browser is told nothing there."""
    await uow.session.execute(delete(PushDevice).where(PushDevice.session_id == session_id))


async def of_person(session: AsyncSession, person_id: str) -> Sequence[tuple[PushDevice, SignInSession]]:
    """Somebody's devices with the sessions in which they are signed in there, the latest first."""
    query = select(PushDevice, SignInSession).join(SignInSession, SignInSession.id == PushDevice.session_id)
    theirs = PushDevice.person_id == person_id, SignInSession.revoked_at.is_(None)
    found = await session.execute(query.where(*theirs).order_by(PushDevice.added_at.desc()))
    return [(row[0], row[1]) for row in found]


async def reached(session: AsyncSession, person_ids: Collection[str], server_key: str) -> Mapping[str, list[str]]:
    """The ids of these people's devices that take notices by our key, by person. One query."""
    found: dict[str, list[str]] = {}
    query = select(PushDevice.person_id, PushDevice.id).where(
        PushDevice.person_id.in_(person_ids), PushDevice.server_key == server_key
    )
    for person_id, device_id in await session.execute(query.order_by(PushDevice.id)):
        found.setdefault(person_id, []).append(device_id)
    return found


async def living(session: AsyncSession, device_id: str, server_key: str, now: datetime) -> PushDevice | None:
    """A device to send to by our key, if somebody is still signed in there."""
    device = await session.get(PushDevice, device_id)
    if device is None or device.server_key != server_key:
        return None
    return device if await sessions.alive(session, [device.session_id], now) else None


async def collect(session: AsyncSession, person_id: str) -> list[dict[str, Any]]:
    """What is kept about a person, but for the browsers' secrets: by the address and the keys anybody could write."""
    return [
        {"device": entry.user_agent, "service": device.endpoint.split("/")[2], "added_at": device.added_at}
        for device, entry in await of_person(session, person_id)
    ]


async def erase(uow: UnitOfWork, person_id: str) -> None:
    """Forget all devices of a person."""
    await uow.session.execute(delete(PushDevice).where(PushDevice.person_id == person_id))


async def _make_room(uow: UnitOfWork, session_id: str, to: Subscription) -> None:
    """Let go of what this browser had before. Its address and secret are known to the browser alone, so whoever names
    both sits in it, also when somebody else did before and has never signed out."""
    await forget_session(uow, session_id)
    same = select(PushDevice).where(PushDevice.endpoint_hash == to.endpoint_hash)
    known = await uow.session.scalar(same.with_for_update())
    if known is None:
        return
    if known.auth != to.auth:
        raise RefusedError("taken")
    await uow.session.delete(known)
    await uow.session.flush()
