"""From "we should talk" to what became of it, in two browsers: request, counter-proposal, acceptance, reminder, a
meeting with picture and sound, outcome, and the question a week later, which the organiser finds in the results."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from fairs.model import Fair
from meetings import bookings, plans, queries
from meetings.bookings import Wanted
from meetings.grid import Hours
from meetings.model import FollowUp
from meetings.plans import Wish
from server.kernel.db import UnitOfWork
from tests.e2e import mailbox
from tests.e2e.calls import KEEP_CONNECTIONS, Caller
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage, set_up, writing_fair
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import DESK, PHONE
from tests.support.moving_clock import MovingClock
from tests.support.server_process import Serve, Servers

# Two files are dropped at once.
# On the place that is in the page at that moment: the list and its place are drawn anew with each file that comes.
_DROP = """() => {
    const dragged = new DataTransfer();
    for (const name of ["one.pdf", "two.pdf"])
        dragged.items.add(new File([`%PDF-1.4 ${name}`], name, { type: "application/pdf" }));
    const dropped = new DragEvent("drop", { bubbles: true, dataTransfer: dragged });
    document.querySelector("[data-drop]").dispatchEvent(dropped);
}"""
# What the next meeting in the dock says of the time that is left, in the moment in which it comes.
_NOTES_WHAT_IS_LEFT = """
window.left = [];
new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
        for (const each of addedNodes) {
            const left = each.querySelector?.(".dock-meeting [data-left]");
            if (left) window.left.push(left.textContent);
        }
}).observe(document, { childList: true, subtree: true });
"""
RESULTS = "/fairs/energy-days/meetings/results"


@pytest.fixture
def opens() -> datetime:
    """When the meeting begins: in less than five minutes, so that its room is open as soon as it is booked."""
    return (datetime.now(UTC) + timedelta(minutes=5)).replace(second=0, microsecond=0)


@pytest.fixture
def clock(tmp_path: Path) -> MovingClock:
    """The clock of the servers."""
    return MovingClock(tmp_path)


@pytest.fixture
async def stage(backend: Backend, opens: datetime) -> Stage:
    """The fair, with a time for the meeting, and two people who have said what became of theirs."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        # Wherever the day of the fair does not end before the meeting does.
        fair.time_zone = "UTC" if opens.hour < 21 else "Asia/Tokyo"
        there = opens.astimezone(ZoneInfo(fair.time_zone))
        fair.starts_on, fair.ends_on = there.date(), there.date() + timedelta(days=1)
        minutes = there.hour * 60 + there.minute
        hours = [Hours(fair.starts_on, minutes, minutes + 60), Hours(fair.ends_on, 540, 720)]
        wish = Wish("request", 10, 0, 20, 20, 10, 48, hours)
        await plans.arrange(uow, fair, wish, by_id=made["olga"].id)
        await _others_said(uow, fair, made)
    return made


async def _others_said(uow: UnitOfWork, fair: Fair, made: Stage) -> None:
    plan, slots = await queries.plan_of(uow.session, fair.id), await queries.slots_of(uow.session, fair.id)
    assert plan is not None
    people = [made[name].id for name in ("mia", "olga")]
    theirs = await bookings.book(uow, Wanted(fair, plan, slots[-1].id, people, "Depots"), by_id=people[0])
    now = uow.clock.now()
    uow.session.add_all(
        FollowUp(meeting_id=theirs.id, person_id=each, days=30, asked_at=now, answered_at=now, answer="contract")
        for each in people
    )


@pytest.fixture
async def servers(stage: Stage, serve: Serve, clock: MovingClock) -> Servers:
    """The running product with the fair in it."""
    assert stage.guests
    return await serve(dev=True, test_clock=clock.file)


async def test_two_people_meet(come: Come, stage: Stage, servers: Servers, clock: MovingClock, opens: datetime) -> None:
    """On the cluster each of the two is at a worker of their own."""
    one, other = await _page(come, stage, "aylin", servers.url), await _page(come, stage, "ben", servers.other_url)
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
    # The dock counts down on every page, from the moment it comes; a minute before the start both are reminded
    await other.add_init_script(_NOTES_WHAT_IS_LEFT)
    await other.goto("/messages")
    await expect(other.locator(".dock-meeting")).to_contain_text("Aylin Demir")
    left = await other.evaluate("window.left")
    assert left
    assert all(left), left
    await assert_accessible(other)
    # and lies on no button of a conversation
    await other.goto(f"/people/{stage['aylin'].id}")
    await other.get_by_role("button", name="Write a message").click()
    for size in (PHONE, DESK):
        await other.set_viewport_size(size)  # type: ignore[arg-type]
        await expect(other.locator(".dock-meeting")).to_be_visible()
        await other.get_by_role("link", name="Call Aylin Demir").click(trial=True)
        await other.get_by_role("button", name="Send", exact=True).click(trial=True)
    clock.go_to(opens - timedelta(seconds=50))
    # Both looked for at once: what is said goes away by itself, and one may be told long before the other.
    await asyncio.gather(
        expect(one.get_by_text("In a minute you meet Ben Krüger.")).to_be_visible(),
        expect(other.get_by_text("In a minute you meet Aylin Demir.")).to_be_visible(),
    )
    # Both enter; each sees the other there, and what the other one writes
    await other.locator(".dock-meeting").click()
    await one.reload()  # it comes anew when its room opens, by the browser's clock, which has not moved along
    await one.get_by_role("link", name="Enter the room").click()
    await expect(one.locator(".room-person[data-here]")).to_contain_text("Ben Krüger")
    room = urlsplit(one.url).path
    await expect(other.locator(".room-person[data-here]")).to_contain_text("Aylin Demir")
    await one.get_by_label("Notes that everybody in the meeting sees").fill("Send the curves on Monday")
    await expect(other.get_by_label("Notes that everybody in the meeting sees")).to_have_value(
        "Send the curves on Monday"
    )
    await _go_on_writing(one, other)
    await _be_late(one, other)
    await _hand_over(one, other)
    await assert_accessible(other)
    await _talk(one, other)
    # It is over: one tap says how it was
    clock.go_to(opens + timedelta(minutes=9))
    await one.reload()
    await one.get_by_label("Next step").fill("Load curves of July")
    await one.get_by_role("button", name="We follow up").click()
    await expect(one.get_by_text("Noted.")).to_be_visible()
    # A week later they are asked what became of it, and the organiser finds the answer among the others'
    clock.go_to(opens + timedelta(days=7, minutes=1))
    await one.goto(await mailbox.link_to(servers, "aylin@example.org", mailbox.LATER))
    await one.get_by_role("button", name="We try something together").click()
    await expect(one.get_by_text("Thank you.")).to_be_visible()
    await _write_where_it_is_closed(room, one, other)
    await _results_say_so(await _page(come, stage, "olga", servers.other_url, RESULTS))


async def _page(come: Come, stage: Stage, name: str, url: str, path: str = "/messages") -> Page:
    talk = await come(stage[name], url, path=path)
    await talk.tab.context.add_init_script(KEEP_CONNECTIONS)
    return talk.page


async def _go_on_writing(one: Page, other: Page) -> None:
    """Five minutes more load the pages of both anew, under the hands of who writes notes."""
    notes = other.get_by_label("Notes that everybody in the meeting sees")
    await notes.focus()
    await other.keyboard.press("ControlOrMeta+End")
    await other.locator("fm-meeting").evaluate("(room) => room.setAttribute('data-former', '')")
    # It is hidden until the meeting begins.
    await one.locator('form[action$="/extend"]').evaluate("(form) => form.requestSubmit()")
    await other.keyboard.type(", by mail")
    await expect(other.locator("fm-meeting:not([data-former])")).to_be_visible()
    await expect(notes).to_be_focused()
    await other.keyboard.type("!")
    await expect(one.get_by_label("Notes that everybody in the meeting sees")).to_have_value(
        "Send the curves on Monday, by mail!"
    )


async def _be_late(one: Page, other: Page) -> None:
    """What is written while somebody has the page and not its script yet is there once they have it."""
    notes, written = "Notes that everybody in the meeting sees", "Send the curves on Monday, by mail! And a list."
    goes_on = asyncio.Event()

    async def wait(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    await other.route("**/fm-meeting.js", wait)
    await other.reload(wait_until="commit")
    await expect(other.get_by_label(notes)).to_have_value("Send the curves on Monday, by mail!")
    await one.locator("[data-notes-state]").evaluate("(said) => (said.textContent = '')")
    await one.get_by_label(notes).fill(written)
    await expect(one.locator("[data-notes-state]")).to_have_text("Saved for everybody.")
    goes_on.set()
    await expect(other.get_by_label(notes)).to_have_value(written)
    await other.unroute("**/fm-meeting.js", wait)


async def _hand_over(one: Page, other: Page) -> None:
    """Files go over at once, chosen or dropped, and the one who reads the other one's page is in the room still."""
    place = one.locator("[data-drop]")
    await place.evaluate("(place) => place.removeAttribute('data-ready')")  # as before its script has come
    await assert_accessible(one)
    await place.evaluate("(place) => place.setAttribute('data-ready', '')")
    pdf: FilePayload = {"name": "curves.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 curves"}
    await one.set_input_files("#meeting-file", pdf)
    await expect(other.locator("#meeting-files .list-row")).to_have_count(1)
    await expect(one.locator("[data-drop][data-ready]")).to_be_visible()
    await one.evaluate(_DROP)
    files = other.locator("#meeting-files .list-row")
    for page in (one, other):  # until then the list is drawn anew, under a press as well
        await expect(page.locator("#meeting-files .list-row")).to_have_count(3)
    async with other.expect_download() as loaded:
        await files.get_by_role("link", name="curves.pdf").click()
    assert (await (await loaded.value).path()).read_bytes() == pdf["buffer"]
    await one.get_by_role("button", name="Take away: two.pdf").click()
    await expect(files).to_have_count(2)
    await other.get_by_text("The page of Aylin Demir").click()
    await expect(other.locator(".room-beside")).to_contain_text("Links here open in a tab of their own")
    async with other.context.expect_page() as opened:
        await other.locator(".room-beside").get_by_role("link", name="Aylin Demir").click()
    await (await opened.value).close()


async def _talk(one: Page, other: Page) -> None:
    """Both see and hear each other, also while one of them reads another page: there they are still in the room."""
    for page in (one, other):
        await Caller(page).join()
    for page in (one, other):
        assert (await Caller(page).sees_and_hears())["connections"] == 1
    await other.get_by_role("link", name="Messages").first.click()
    await expect(other.locator(".dock-call")).to_be_visible()
    assert (await Caller(other).sees_and_hears())["connections"] == 1
    await expect(one.locator(".room-person[data-here]")).to_contain_text("Ben Krüger")
    # Back on the page as it was left, there is what was written meanwhile.
    await one.locator("[data-notes-state]").evaluate("(said) => (said.textContent = '')")
    await one.get_by_label("Notes that everybody in the meeting sees").fill("All is agreed")
    await expect(one.locator("[data-notes-state]")).to_have_text("Saved for everybody.")
    await other.go_back()
    await expect(other.get_by_label("Notes that everybody in the meeting sees")).to_have_value("All is agreed")


async def _write_where_it_is_closed(room: str, one: Page, other: Page) -> None:
    """Notes are saved as they are written also before the room opens, and once it has closed."""
    await one.goto(room)
    await expect(one.locator("fm-meeting[open]")).to_have_count(0)
    await one.get_by_label("Notes that everybody in the meeting sees").fill("We build it in spring")
    # The field's default is what is saved. By the browser's clock the room is open: the page looks for that again.
    await expect(one.locator("[data-notes]")).to_have_js_property("defaultValue", "We build it in spring")
    await other.goto(room)
    await expect(other.get_by_label("Notes that everybody in the meeting sees")).to_have_value("We build it in spring")


async def _results_say_so(olga: Page) -> None:
    for name, number in (("Over, and held", "1 / 2"), ("There is a contract", "2"), ("We try something together", "1")):
        await expect(olga.locator(".bar").filter(has_text=name)).to_contain_text(number)


async def choose(page: Any, number: int, within: str = "main") -> None:
    """Tap a time that is free."""
    free = page.locator(f"{within} .slot:not(.slot-taken) input:visible")
    await free.nth(number).check()
