"""Whoever meets somebody is reminded once, whatever becomes of the workers that remind them."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path

from sqlalchemy import delete, func, select

from meetings import bookings, plans, queries
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.model import Reminder
from meetings.plans import Wish
from meetings.watching import INVITE_JOB
from server.kernel.jobs import LEASE_S
from server.kernel.mail import AT_ONCE
from server.kernel.mail import JOB as MAIL_JOB
from server.kernel.outbox import OutboxRow
from tests.e2e.stage import set_up, writing, writing_fair
from tests.support.backend import Backend
from tests.support.mail_server import MailServer, a_mail_server
from tests.support.moving_clock import MovingClock
from tests.support.server_process import Serve

SLOTS = 8
PAIRS = (("aylin", "ben"), ("mia", "olga"))
MAILS = SLOTS * len(PAIRS) * 2
WITHIN_S = 60.0


async def test_everybody_is_reminded_once_though_a_worker_is_killed_in_the_middle(
    backend: Backend, serve: Serve, tmp_path: Path
) -> None:
    """It dies when mail servers have its mails and it does not know it yet: those alone may come again, and with the
    same Message-ID, by which mail programs show them once."""
    last = await _full_day(backend)
    clock = MovingClock(tmp_path)
    async with a_mail_server() as (mails, url):
        servers = await serve(smtp_url=url, test_clock=clock.file)
        on_the_way = AT_ONCE * len(servers.processes)  # all that workers send at once waits for the mail server
        mails.lets.clear()
        clock.go_to(last - timedelta(hours=24))
        await _got(mails, on_the_way)
        await servers.kill(0)
        mails.lets.set()
        clock.go_to(last - timedelta(hours=24) + timedelta(seconds=LEASE_S + 30))
        if len(servers.processes) == 1:
            await servers.start(0)
        await _got(mails, MAILS + AT_ONCE)
        await asyncio.gather(*(servers.stop(index) for index in range(len(servers.processes))))
    told = [message_from_string(each, policy=policy.default) for each in mails.received]
    assert len(told) == MAILS + AT_ONCE
    by_id = {each["message-id"]: (each["to"], each["subject"]) for each in told}
    assert len(by_id) == len(set(by_id.values())) == MAILS
    assert len({each["message-id"] for each in told[:on_the_way]}) == on_the_way  # two workers, and no mail twice
    await _nothing_is_left(backend)


async def _full_day(backend: Backend) -> datetime:
    """Two pairs meet in every slot of a morning, in three days; when the last slot begins. No invitations: this is
    about reminders."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        hours = [Hours(datetime.now(UTC).date() + timedelta(days=3), 600, 600 + 10 * SLOTS)]
        fair.ends_on = hours[0].day
        await plans.arrange(uow, fair, Wish("request", 10, 0, 20, 20, 10, 48, hours), by_id=made["olga"].id)
        plan, slots = await queries.plan_of(uow.session, fair.id), await queries.slots_of(uow.session, fair.id)
        assert plan is not None
        for slot, pair in itertools.product(slots, PAIRS):
            people = [made[name].id for name in pair]
            await bookings.book(uow, Wanted(fair, plan, slot.id, people, "Charging"), by_id=people[0])
        last = slots[-1].starts_at
    async with writing(backend) as uow:  # jobs are written with the commit
        await uow.session.execute(delete(OutboxRow).where(OutboxRow.job == INVITE_JOB))
    return last


async def _got(mails: MailServer, number: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        await mails.got(number)


async def _nothing_is_left(backend: Backend) -> None:
    """Each reminder is noted once, and no mail waits."""
    async with writing(backend) as uow:
        noted = select(func.count()).select_from(Reminder).where(Reminder.kind == "mail_24h")
        waits = (
            select(func.count()).select_from(OutboxRow).where(OutboxRow.job == MAIL_JOB, OutboxRow.done_at.is_(None))
        )
        assert await uow.session.scalar(noted) == SLOTS * len(PAIRS)
        assert await uow.session.scalar(waits) == 0
