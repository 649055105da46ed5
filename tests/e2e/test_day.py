"""A day of meetings in the browser: led through three of them, and a stand-in for somebody who does not come."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, Route, expect

from fairs.actions import join
from fairs.model import Fair
from meetings import bookings, plans, queries
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.model import Plan, Slot
from meetings.plans import Wish
from meetings.rules import MISSING_AFTER
from meetings.watching import watch
from server.kernel.db import UnitOfWork
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage, set_up, writing_fair
from tests.fairs.cast import person
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.server_process import Serve, Servers

# From the setting of the scene on: when the one who does not come is called, and when Aylin's meetings follow each
# other. The server and the browsers are up by then, and nobody waits for long.
CALLED_AFTER = timedelta(seconds=25)
SECOND_AFTER, THIRD_AFTER = timedelta(seconds=40), timedelta(seconds=46)
WITHIN_MS = 60_000


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """Aylin meets three people, one after the other, and Mia waits for Ben, who does not come."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        await _fill(uow, fair, made)
    return made


async def _fill(uow: UnitOfWork, fair: Fair, made: Stage) -> None:
    now = datetime.now(UTC)
    hours = [Hours(now.date() + timedelta(days=1), 600, 840)]
    await plans.arrange(uow, fair, Wish("request", 20, 5, 6, 6, 3, 48, hours), by_id=made["olga"].id)
    plan, slots = await queries.plan_of(uow.session, fair.id), await queries.slots_of(uow.session, fair.id)
    assert plan is not None
    times = [now - timedelta(minutes=1), now + SECOND_AFTER, now + THIRD_AFTER, now + timedelta(minutes=15)]
    for number, name in enumerate(("Kai First", "Lea Second", "Jo Third")):
        other = await person(uow, name)
        await join(uow, fair.id, other)
        await _meet(uow, fair, plan, slots[number], [made["aylin"].id, other], times[number], times[number + 1])
    begun = now + CALLED_AFTER - MISSING_AFTER
    await _meet(uow, fair, plan, slots[0], [made["mia"].id, made["ben"].id], begun, begun + timedelta(minutes=20))


async def _meet(
    uow: UnitOfWork, fair: Fair, plan: Plan, slot: Slot, people: Collection[str], starts: datetime, ends: datetime
) -> None:
    """These people have a meeting of this length, as if it had been booked so: what time brings comes by this start."""
    meeting = await bookings.book(uow, Wanted(fair, plan, slot.id, people, "Charging"), by_id=min(people))
    meeting.starts_at, meeting.ends_at = starts, ends
    meeting.sequence += 1
    watch(uow, meeting)


@pytest.fixture
async def servers(stage: Stage, serve: Serve) -> Servers:
    """The running product with the fair in it."""
    assert stage.guests
    return await serve(dev=True)


async def test_aylin_is_led_through_three_meetings_while_mia_meets_a_stand_in(come: Come, stage: Stage) -> None:
    aylin = (await come(stage["aylin"], path="/meetings")).page
    await aylin.get_by_role("link", name="Start my day").click()
    await _conclude(aylin, "Kai First")
    # The second one has not begun: its room says who comes, and asks how it was once it has
    await expect(aylin.get_by_role("heading", name="Lea Second")).to_be_visible()
    await expect(aylin.get_by_role("button", name="It was good")).to_be_hidden()
    await _stand_in(come, stage)
    await _conclude(aylin, "Lea Second")
    await expect(aylin.get_by_text("Noted. This is your next meeting.")).to_be_visible()
    await _conclude(aylin, "Jo Third")
    await expect(aylin.get_by_role("heading", name="Your meetings")).to_be_visible()


async def _conclude(page: Page, name: str) -> None:
    """Say with one tap how a meeting was, in its room, as soon as it asks."""
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await page.get_by_role("button", name="It was good").click(timeout=WITHIN_MS)


async def _stand_in(come: Come, stage: Stage) -> None:
    """Ben does not come, and Olga, who comes into the lobby later and is free, meets Mia in his place."""
    talk = await come(stage["mia"], path="/meetings")
    mia = talk.page
    talk.tab.watch.expect("status of 502")
    failing = [502]  # the first look does not arrive: the next one does

    async def fail_once(route: Route) -> None:
        await (route.fulfill(status=failing.pop(), body="Bad gateway") if failing else route.continue_())

    await mia.route("**/missing", fail_once)
    await mia.get_by_role("link", name="Enter the room").click()
    await expect(mia.get_by_text("Ben Krüger is not here yet and has been called.")).to_be_visible(timeout=WITHIN_MS)
    await expect(mia.get_by_text("You can wait; as soon as somebody who fits is free")).to_be_visible()
    olga = (await come(stage["olga"])).page
    await expect(mia.get_by_role("button", name="Meet them instead")).to_be_visible()
    assert not failing
    await assert_accessible(mia)
    await mia.get_by_role("button", name="Meet them instead").click()
    await expect(olga.get_by_role("button", name="Open")).to_be_visible()
    await olga.goto("/messages")  # the question lasts, wherever she goes
    await assert_accessible(olga)
    await olga.get_by_role("link", name="Meet Mia Sommer now?").click()
    await olga.get_by_role("button", name="Yes, I come in").click()
    await expect(olga.get_by_role("heading", name="Mia Sommer")).to_be_visible()
    await mia.get_by_role("button", name="Open").click()
    await expect(mia.locator(".room-person[data-here]")).to_contain_text("Olga Brandt")
