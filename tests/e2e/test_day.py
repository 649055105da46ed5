"""A day of meetings in the browser: led through three of them, and a stand-in for somebody who does not come."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from playwright.async_api import Page, Route, expect

from fairs.actions import join
from fairs.model import Fair
from meetings import bookings, plans, queries
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.model import Meeting, Plan, Slot
from meetings.plans import Wish
from meetings.rules import MISSING_AFTER
from meetings.watching import watch
from server.kernel.db import UnitOfWork
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage, writing, writing_fair
from tests.fairs.cast import person
from tests.support.axe import assert_accessible
from tests.support.backend import Backend

# When the one who does not come is called.
CALLED_AFTER = timedelta(seconds=25)
# From when Aylin is through with the first of her meetings: when the others follow it. One look takes a part of that.
SECOND_AFTER, THIRD_AFTER = timedelta(seconds=40), timedelta(seconds=46)
# Her meetings until then: their rooms are open, and none but the first one has begun.
STILL_AHEAD = timedelta(minutes=4)
LENGTH = timedelta(minutes=20)
WITHIN_MS = 60_000


async def _fill(uow: UnitOfWork, fair: Fair, made: Stage) -> list[str]:
    """Aylin meets three people, one after the other, and Mia waits for Ben, who does not come. Aylin's meetings."""
    now = datetime.now(UTC)
    hours = [Hours(now.date() + timedelta(days=1), 600, 840)]
    await plans.arrange(uow, fair, Wish("request", 20, 5, 6, 6, 3, 48, hours), by_id=made["olga"].id)
    plan, slots = await queries.plan_of(uow.session, fair.id), await queries.slots_of(uow.session, fair.id)
    assert plan is not None
    hers = []
    for slot, name in zip(slots, ("Kai First", "Lea Second", "Jo Third"), strict=False):
        other = await person(uow, name)
        await join(uow, fair.id, other)
        hers.append(await _book(uow, fair, plan, slot, [made["aylin"].id, other]))
    _follow_each_other(uow, hers, now + STILL_AHEAD, now + STILL_AHEAD + timedelta(minutes=1))
    begun = now + CALLED_AFTER - MISSING_AFTER
    _put(uow, await _book(uow, fair, plan, slots[0], [made["mia"].id, made["ben"].id]), begun, begun + LENGTH)
    return [each.id for each in hers]


async def _book(uow: UnitOfWork, fair: Fair, plan: Plan, slot: Slot, people: Collection[str]) -> Meeting:
    return await bookings.book(uow, Wanted(fair, plan, slot.id, people, "Charging"), by_id=min(people))


def _follow_each_other(uow: UnitOfWork, three: Sequence[Meeting], second: datetime, third: datetime) -> None:
    """The first one of them has begun, and these are the starts of the other two."""
    now = datetime.now(UTC)
    times = [now - timedelta(minutes=1), second, third, now + timedelta(minutes=15)]
    for meeting, (starts, ends) in zip(three, pairwise(times), strict=True):
        _put(uow, meeting, starts, ends)


def _put(uow: UnitOfWork, meeting: Meeting, starts: datetime, ends: datetime) -> None:
    """A meeting has these times, as if it had been booked so: what time brings comes by this start."""
    meeting.starts_at, meeting.ends_at = starts, ends
    meeting.sequence += 1
    watch(uow, meeting)


async def test_aylin_is_led_through_three_meetings_while_mia_meets_a_stand_in(
    come: Come, stage: Stage, backend: Backend
) -> None:
    aylin = (await come(stage["aylin"])).page
    async with writing_fair(backend) as (uow, fair):
        hers = await _fill(uow, fair, stage)
    await aylin.goto("/meetings")
    await aylin.get_by_role("link", name="Start my day").click()
    await _conclude(aylin, "Kai First")
    # The second one has not begun: its room says who comes, and asks how it was once it has
    await expect(aylin.get_by_role("heading", name="Lea Second")).to_be_visible()
    async with writing(backend) as uow:
        now, three = datetime.now(UTC), [await uow.session.get_one(Meeting, each) for each in hers]
        _follow_each_other(uow, three, now + SECOND_AFTER, now + THIRD_AFTER)
    await aylin.reload()
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
    good = page.get_by_role("button", name="It was good")
    await expect(good).to_be_visible(timeout=WITHIN_MS)
    await good.press("Enter")  # a click would miss it where the preview of the call comes above it just then


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
