"""From "we should talk" to an outcome, in two browsers: request, counter-proposal, acceptance, the dock, the room."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from meetings import plans, queries
from meetings.grid import Hours
from meetings.plans import Wish
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage, set_up, writing_fair
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.server_process import Serve, Servers


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair, with a plan that lays a time four minutes from now: its room is open as soon as it is booked."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        fair.time_zone = "UTC"
        now = datetime.now(UTC)
        opens = now + timedelta(minutes=5)
        fair.starts_on, fair.ends_on = opens.date(), opens.date() + timedelta(days=1)
        minutes = opens.hour * 60 + opens.minute
        hours = [Hours(fair.starts_on, minutes, min(minutes + 60, 1440)), Hours(fair.ends_on, 540, 720)]
        wish = Wish("request", 10, 0, 20, 20, 10, 48, hours)
        await plans.arrange(uow, fair, wish, by_id=made["olga"].id)
        assert await queries.slots_of(uow.session, fair.id)
    return made


@pytest.fixture
async def servers(stage: Stage, serve: Serve) -> Servers:
    """The running product with the fair in it."""
    assert stage.guests
    return await serve(dev=True)


async def test_two_people_meet(come: Come, stage: Stage) -> None:
    aylin, ben = await come(stage["aylin"]), await come(stage["ben"])
    one, other = aylin.page, ben.page
    # Aylin asks from Ben's page
    await one.goto(f"/people/{stage['ben'].id}")
    await one.get_by_role("link", name="Ask for a meeting").click()
    await one.get_by_label("What you would like to talk about").fill("Charging at night")
    await one.get_by_label("What Ben Krüger gets from it").fill("Our load curves")
    await choose(one, 1)
    await assert_accessible(one)
    await one.get_by_role("button", name="Ask for the meeting").click()
    await expect(one.get_by_text("Your request is on its way.")).to_be_visible()
    # Ben sees it wait without a reload, and proposes the first time instead
    await expect(other.locator('[data-count="meetings"]').first).to_contain_text("1")
    await other.goto("/meetings")
    await other.get_by_role("link", name="Aylin Demir").first.click()
    await other.get_by_text("Propose up to three other times").click()
    await choose(other, 0, within=".answer-way[open]")
    await other.get_by_role("button", name="Propose these times").click()
    await expect(other.get_by_text("Your proposal is on its way.")).to_be_visible()
    # Aylin accepts
    await one.goto("/meetings")
    await one.get_by_role("link", name="Ben Krüger").first.click()
    await choose(one, 0)
    await one.get_by_role("button", name="Accept the meeting").click()
    await expect(one.get_by_text("The meeting is booked.")).to_be_visible()
    # The dock counts down on every page
    await other.goto("/messages")
    await expect(other.locator(".dock-meeting")).to_contain_text("Aylin Demir")
    await assert_accessible(other)
    # Both enter; each sees the other there, and what the other one writes
    await other.locator(".dock-meeting").click()
    await one.get_by_role("link", name="Enter the room").click()
    await expect(one.locator(".room-person[data-here]")).to_contain_text("Ben Krüger")
    await expect(other.locator(".room-person[data-here]")).to_contain_text("Aylin Demir")
    await one.get_by_label("Notes that everybody in the meeting sees").fill("Send the curves on Monday")
    await expect(other.get_by_label("Notes that everybody in the meeting sees")).to_have_value(
        "Send the curves on Monday"
    )
    await assert_accessible(other)


async def choose(page: Any, number: int, within: str = "main") -> None:
    """Tap a time that is free."""
    free = page.locator(f"{within} .slot:not(.slot-taken) input:visible")
    await free.nth(number).check()
