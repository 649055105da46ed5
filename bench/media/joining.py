"""How long somebody waits in a browser: from the click on the product's button to the first picture of somebody else.

Two people with Chromium's fake camera and microphone, in the product's own pages, before `fairmatch serve` with a media
node of its own. One is in the room; the other one comes in, is measured, and leaves, again and again.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.async_api import Browser, Error, Page, async_playwright

import chat.actions
import fairs.actions
import rooms.actions
from bench.figures import percentile
from bench.ground import ground, serving, settings_of
from bench.places import VAR
from bench.processes import ServerError
from bin import system_parts
from people import sessions
from people.model import Person
from rooms.model import MEETING
from server.app import create_kernel
from server.kernel.db import UnitOfWork
from server.kernel.ids import new_id
from server.kernel.migrate import upgrade

NAME = "browser join"
SAYS = "In Chromium somebody presses the product's button and waits for the picture of who is there, 20 times a round."
JOINS = 20
# What happens on the way, in this order.
MARKS = ("offered", "answered", "connected")
PATIENCE_MS = 90_000
PATH = "/fairs/bench/rooms/table"
# As somebody's browser is, but for devices that are made up: 20 pictures a second.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
# Notes when the button is pressed, what happens then, and when the first picture of somebody else is there.
WATCH = """
window.marks = null;
const note = (name) => {
  if (window.marks && !(name in window.marks)) window.marks[name] = performance.now() - window.marks.click;
};
addEventListener("click", (event) => {
  if (!event.target.closest("[data-does=join]")) return;
  window.marks = { click: event.timeStamp };
  window.seen = new Promise((resolve) => {
    const look = () => {
      const video = document.querySelector(".call-tile:not(.is-own) video");
      if (!video) return requestAnimationFrame(look);
      // Who sees a picture is connected: on a busy machine a browser draws it before it tells of that.
      video.requestVideoFrameCallback(() => (note("connected"), note("frame"), resolve(window.marks)));
    };
    look();
  });
}, true);
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data) {
  if (String(data).includes('"call.offer"')) note("offered");
  return send.call(this, data);
};
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...given) {
    super(...given);
    this.addEventListener("connectionstatechange", () => this.connectionState === "connected" && note("connected"));
  }
  setRemoteDescription(...given) {
    note("answered");
    return super.setRemoteDescription(...given);
  }
};
"""


@dataclass(frozen=True)
class Joins:
    """How often somebody came in, and how long it took each time: in ms from the click to each mark and to the first
    picture."""

    times: Sequence[Mapping[str, float]]

    @property
    def figures(self) -> dict[str, float]:
        """By metric: what all but one in twenty wait at most, what one half does, and when what happens until then."""
        waited = sorted(each["frame"] for each in self.times)
        found = {"click_to_frame_p95_ms": percentile(waited, 0.95), "click_to_frame_ms": median(waited)}
        return found | {f"click_to_{mark}_ms": median(each[mark] for each in self.times) for mark in MARKS}


def missing() -> str:
    """Why it cannot be measured here; nothing, where it can."""
    return "" if system_parts.find("chromium") else "there is no Chromium here"


def measure(joins: int = JOINS) -> Joins:
    """Come in so many times. Raises ServerError."""
    print(f"{NAME}: {joins} times", file=sys.stderr, flush=True)
    try:
        with ground("sqlite") as (settings, workers):
            cookies = asyncio.run(_fill(settings))
            with serving(settings, workers, VAR / "joining") as servers:
                return asyncio.run(_measure(servers[0].url, cookies, joins))
    except (AssertionError, Error) as error:
        raise ServerError(str(error)) from None


async def _fill(settings: dict[str, Any]) -> list[str]:
    """A fair with a room and two people; what signs them in."""
    kernel = create_kernel(settings_of(settings))
    try:
        await upgrade(kernel.database)
        async with kernel.database.write() as uow:
            people = [_person(name, uow) for name in ("Visitor", "Host")]
            uow.session.add_all(people)
            await uow.session.flush()
            today = uow.clock.now().date()
            plan = fairs.actions.Plan("bench", "Fair of figures", "", today, today, "Europe/Vienna")
            fair = await fairs.actions.create(uow, plan, organiser_id=people[1].id)
            await fairs.actions.join(uow, fair.id, people[0].id)
            lobby = await rooms.actions.open_lobby(uow, fair.id)
            await chat.actions.open_for_room(uow, lobby.id)
            await rooms.actions.open_room(uow, fair.id, MEETING, "table", "Table")
            return [(await sessions.start(uow, person, sessions.Method.LINK, ""))[1] for person in people]
    finally:
        await kernel.database.close()


def _person(name: str, uow: UnitOfWork) -> Person:
    now = uow.clock.now()
    email = f"{name.lower()}@bench.example"
    return Person(
        id=new_id(), name=name, email=email, email_confirmed_at=now, locale="en", time_zone="UTC", created_at=now
    )


async def _measure(url: str, cookies: list[str], joins: int) -> Joins:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=system_parts.find("chromium"), args=list(FLAGS))
        try:
            visitor, host = [await _at_the_door(browser, url, cookie) for cookie in cookies]
            await _press_join(host)
            await host.locator(".call-tile.is-own video").wait_for()
            await _join(visitor)  # the first one loads what the others have
            found = [await _join(visitor) for _ in range(joins)]
        finally:
            await browser.close()
    return Joins(found)


async def _at_the_door(browser: Browser, url: str, cookie: str) -> Page:
    context = await browser.new_context(base_url=url)
    context.set_default_timeout(PATIENCE_MS)
    await context.add_cookies([{"name": "fairmatch_session", "value": cookie, "url": url}])
    await context.add_init_script(WATCH)
    page = await context.new_page()
    await page.goto(PATH)
    return page


async def _press_join(page: Page) -> None:
    await page.locator(".call-mirror video").wait_for()  # they look into the mirror first
    await page.locator("[data-does=join]").click()


async def _join(page: Page) -> dict[str, float]:
    """Come in, see, and leave."""
    await _press_join(page)
    async with asyncio.timeout(PATIENCE_MS / 1_000):
        marks: dict[str, float] = await page.evaluate("window.seen")
    await page.locator("[data-does=leave]").click()
    return marks
