"""What the other one changes while one looks at one's meetings, or at another page before going back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from meetings import bookings, plans, queries
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.plans import Wish
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage, writing_fair
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE
from tests.support.server_process import Servers


@pytest.fixture
async def meetings(stage: Stage, backend: Backend) -> list[str]:
    """Aylin meets Ben and Mia tomorrow."""
    async with writing_fair(backend) as (uow, fair):
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        wish = Wish("request", 20, 5, 6, 6, 3, 48, [Hours(tomorrow, 600, 840)])
        await plans.arrange(uow, fair, wish, by_id=stage["olga"].id)
        plan, slots = await queries.plan_of(uow.session, fair.id), await queries.slots_of(uow.session, fair.id)
        assert plan is not None
        made = []
        for slot, other in zip(slots, ("ben", "mia"), strict=False):
            people = [stage["aylin"].id, stage[other].id]
            made.append((await bookings.book(uow, Wanted(fair, plan, slot.id, people, "Depots"), by_id=people[0])).id)
        return made


async def test_pages_of_meetings_say_that_they_are_others_by_now_and_show_it_on_a_press(
    come: Come, stage: Stage, servers: Servers, meetings: list[str]
) -> None:
    aylin = (await come(stage["aylin"], path="/", size=PHONE)).page
    ben = (await come(stage["ben"], servers.other_url, path=f"/meetings/{meetings[0]}")).page
    changes = aylin.get_by_role("button", name="Show changes")
    await _move(ben)
    await changes.click()  # the start page has the next meeting, too
    await expect(changes).to_be_hidden()
    await aylin.get_by_role("navigation", name="Main").get_by_role("link", name="Meetings").click()
    await expect(aylin).to_have_url(f"{servers.url}/meetings")
    await _move(ben)
    await expect(changes).to_be_visible()
    await assert_accessible(aylin)
    before = await _times(aylin)
    await aylin.evaluate("scrollTo(0, 120)")
    await changes.click()
    await expect(changes).to_be_hidden()
    assert await _times(aylin) != before
    assert await aylin.evaluate("scrollY") == 120, "where she read"
    await expect(aylin.locator("#main")).to_be_focused()
    # Calling off while she reads another page, before she goes back
    await aylin.get_by_role("navigation", name="Main").get_by_role("link", name="Messages").click()
    await expect(aylin).to_have_url(f"{servers.url}/messages")
    await ben.get_by_text("Call it off", exact=True).click()
    await ben.get_by_role("button", name="Call the meeting off").click()
    await expect(ben.get_by_text("This meeting will not take place")).to_be_visible()
    await expect(changes).to_be_hidden()
    await aylin.go_back()
    await changes.click()
    await expect(aylin.get_by_role("heading", name="Called off")).to_be_visible()
    await expect(changes).to_be_hidden()


async def _move(page: Page) -> None:
    await page.get_by_text("Move to another time").click()
    await page.locator(".answer-way[open] .slot input:enabled").last.check()
    await page.get_by_role("button", name="Move the meeting").click()
    await expect(page.get_by_text("The meeting is moved. Everybody is told.")).to_be_visible()


async def _times(page: Page) -> list[str]:
    return await page.locator("main .times-mine").all_inner_texts()
