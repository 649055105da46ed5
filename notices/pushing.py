"""Push notices on their way: written down with the change that they tell of, and sent by a job, one per device.

The browser's vendor carries them, encrypted for the browser (RFC 8291), and learns from us when somebody gets one. So
nothing goes out before the operator has set a key and the person has switched it on in that browser.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from notices import devices
from notices.keys import Key, contact_of, key_of, sealed, signed
from notices.model import PushDevice
from notices.rules import RETRIED_FOR, Notice, Subscription, origin, payload, seconds_to_keep, topic
from server.kernel.db import UnitOfWork
from server.kernel.fetch import FetchError
from server.kernel.outbox import OutboxRow
from server.kernel.parts import Kernel

JOB = "notices.push"
# What a service answers when there is nobody at an address any more (RFC 8030, 7.3).
_NOBODY_THERE = frozenset({404, 410})
# Wrong about an address for good: what it stands for is not on the internet, or cannot be asked at all.
_NO_ADDRESS = frozenset({"not_an_address", "forbidden_host"})
# Seconds for one notice; services answer within some tenths of one. Who waits here has a hand that mails wait for.
PATIENCE_S = 5.0
# Notices that one worker hands over at the same time: however many services hang, other jobs find a hand.
AT_ONCE = 2
# How long a service that did not answer is left alone, whatever there is for it: a hall full of reminders would else
# hold all hands for an hour.
LEFT_ALONE = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class NotTakenError(Exception):
    """A push service did not take a notice this time."""


async def push(kernel: Kernel, uow: UnitOfWork, notices: Mapping[str, Notice], key: str) -> None:
    """Have people told on each of their devices, once per `key`: a notice by person. As many queries for one of them as
    for all."""
    ours = key_of(kernel.settings)
    if ours is None or not notices:
        return
    found = await devices.reached(uow.session, list(notices), ours.public)
    told = {device_id: notices[person_id] for person_id, theirs in found.items() for device_id in theirs}
    if not told:
        return
    held = await _take_back(uow, {device_id: topic(notice.tag) for device_id, notice in told.items()}, key)
    for device_id, notice in told.items():
        push_to(uow, device_id, notice, key, held.get(device_id, ()))


def push_to(uow: UnitOfWork, device_id: str, notice: Notice, key: str, instead_of: Collection[str] = ()) -> None:
    """Have this one device told, once per `key`, and before that be done with these earlier notices."""
    told = {
        "device_id": device_id,
        "content": payload(notice).decode(),
        "topic": topic(notice.tag),
        "until": notice.until.isoformat(),
        "tried_until": min(notice.until, uow.clock.now() + RETRIED_FOR).isoformat(),
        "instead_of": [*instead_of],
    }
    uow.enqueue(JOB, told, key=_key(key, device_id))


class Pusher:
    """The job that hands a notice to the push service of one device."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._away: dict[str, datetime] = {}  # services that did not answer, and until when they are left alone
        kernel.jobs.register(JOB, self.send, at_once=AT_ONCE)

    async def send(self, told: dict[str, Any]) -> None:
        """Hand it over, unless it is of no use any more. Raises NotTakenError: then it is tried again."""
        for earlier in told.get("instead_of", ()):  # each for itself: who writes one down waits for none of the others
            async with self._kernel.database.write() as uow:
                await _done_with(uow, [earlier])
        ours = key_of(self._kernel.settings)
        now = self._kernel.clock.now()
        if ours is None or now >= datetime.fromisoformat(told["tried_until"]):
            return
        async with self._kernel.database.read() as session:
            device = await devices.living(session, told["device_id"], ours.public, now)
        if device is None:
            return
        service = origin(device.endpoint)
        if now < self._away.get(service, now):
            raise NotTakenError("left_alone")
        try:
            status = await self._deliver(ours, device, told, now)
        except FetchError as error:
            if error.code not in _NO_ADDRESS:
                self._leave_alone(service)
                raise NotTakenError(error.code) from None
            status = 404
        await self._look_at(status, device)

    def _leave_alone(self, service: str) -> None:
        now = self._kernel.clock.now()
        self._away = {each: until for each, until in self._away.items() if now < until} | {service: now + LEFT_ALONE}

    async def _deliver(self, ours: Key, device: PushDevice, told: dict[str, Any], now: datetime) -> int:
        to = Subscription(device.endpoint, device.p256dh, device.auth)
        kernel = self._kernel

        def prepared() -> tuple[bytes, str]:
            content = sealed(told["content"].encode(), to)
            return content, signed(ours, to.endpoint, contact_of(kernel.settings), now)

        content, authorization = await asyncio.to_thread(prepared)
        headers = {
            "authorization": authorization,
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(seconds_to_keep(datetime.fromisoformat(told["until"]), now)),
            "topic": told["topic"],
            "urgency": "high",
        }
        return await kernel.fetcher.deliver(to.endpoint, content, headers, within_s=PATIENCE_S)

    async def _look_at(self, status: int, device: PushDevice) -> None:
        if 200 <= status < 300:
            return
        if status not in _NOBODY_THERE:
            raise NotTakenError(str(status))
        async with self._kernel.database.write() as uow:
            await devices.drop(uow, device.id, device.endpoint_hash)
        log.info("push_device_dropped", device=device.id)


def _key(key: str, device_id: str) -> str:
    return f"{JOB}:{key}:{device_id}"


async def _take_back(uow: UnitOfWork, topics: Mapping[str, str], key: str) -> Mapping[str, list[str]]:
    """Earlier notices in whose place others come, by device and topic, are done with where a service did not take them
    yet: tried again later, they would take the place of what came after them.

    What cannot be done with now is what somebody is just writing down, maybe as to be tried again: by device.
    """
    now = uow.clock.now()
    told = OutboxRow.payload
    waits = OutboxRow.job == JOB, OutboxRow.due_at <= now + RETRIED_FOR  # by the index; none is due later than that
    theirs = told["device_id"].as_string().in_(topics), told["topic"].as_string().in_(set(topics.values()))
    others = OutboxRow.key.not_in([_key(key, device_id) for device_id in topics])
    found = select(OutboxRow.id, told["device_id"].as_string()).where(*waits, *theirs, others)
    rows = {row[0]: row[1] for row in await uow.session.execute(found)}
    free = await _not_held(uow, rows)
    await _done_with(uow, free)
    held: dict[str, list[str]] = {}
    for id in rows.keys() - free:
        held.setdefault(rows[id], []).append(id)
    return held


async def _not_held(uow: UnitOfWork, ids: Collection[str]) -> set[str]:
    """Of these jobs those that nobody writes down at this moment; nobody does before this transaction ends."""
    free = select(OutboxRow.id).where(OutboxRow.id.in_(ids)).with_for_update(skip_locked=True)
    return set(await uow.session.scalars(free)) if ids else set()


async def _done_with(uow: UnitOfWork, ids: Collection[str]) -> None:
    """Without a claim, who is at one now has no say in it any more. Their keys stay known."""
    if ids:
        done = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.done_at.is_(None))
        await uow.session.execute(done.values(due_at=None, done_at=uow.clock.now(), payload={}, claim=None, error=None))
