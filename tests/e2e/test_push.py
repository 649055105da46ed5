"""Push notices in the browser: asked for by a press and not before, shown by the worker, and let go of again."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from notices.keys import new_key
from notices.rules import Notice, payload
from server.kernel.settings import Settings
from tests.e2e.conftest import Come
from tests.e2e.stage import Stage
from tests.notices.service import Browser as Subscribed
from tests.support.axe import assert_accessible
from tests.support.browser import FLAGS
from tests.support.server_process import Serve, Servers

# The headless shell, in which the other tests run and which `make test` installs, denies notices to everybody.
WHOLE = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
WANTING = (
    "no whole Chromium is on this machine, and its headless shell denies notices to every page: to run this test, "
    "install one (on Debian or Ubuntu: sudo apt-get install chromium) or Google Chrome"
)
pytestmark = pytest.mark.skipif(WHOLE is None, reason=WANTING)
# A browser of the tests has no push service: this is what one answers.
SERVICE = "PushManager.prototype.subscribe = async () => ({ toJSON: () => (%s), unsubscribe: async () => true });"
SHOWN = "(await (await navigator.serviceWorker.getRegistration('/notices/')).getNotifications())"


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium with everything that belongs to it."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=WHOLE, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
def settings(embedded_settings: Settings) -> Settings:
    """What is seen here is the same on either ground."""
    return embedded_settings


@pytest.fixture
async def servers(stage: Stage, serve: Serve) -> Servers:
    """The running product, with a key for push notices."""
    assert stage.guests
    return await serve(dev=True, push_key=new_key().private)


async def test_notices_are_switched_on_by_a_press_shown_by_the_worker_and_switched_off(
    come: Come, stage: Stage, servers: Servers
) -> None:
    talk = await come(stage["aylin"], path="/meetings")
    page, context = talk.page, talk.page.context
    subscription = str(Subscribed("https://push.invalid/send/aylin").subscription).replace("None", "null")
    await page.add_init_script(SERVICE % subscription)
    await page.goto("/me/notices")
    await expect(page.get_by_role("button", name="Switch on here")).to_be_visible()
    assert await page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
    assert await page.evaluate("Notification.permission") == "default"
    await context.grant_permissions(["notifications"], origin=servers.url)
    await page.get_by_role("button", name="Switch on here").click()
    await expect(page.get_by_role("button", name="Switch off on")).to_be_visible()
    await assert_accessible(page)
    await _push(context, page, servers.url, Notice("In a minute: Ben", "The room is open.", "/meetings", "m", _soon()))
    found = await page.evaluate(f"(async () => {SHOWN}.map((each) => [each.title, each.body, each.data.path]))()")
    assert found == [["In a minute: Ben", "The room is open.", "/meetings"]]
    assert await _touched(context) == [f"{servers.url}/meetings"]
    await page.get_by_role("button", name="Switch off on").click()
    await expect(page.get_by_role("button", name="Switch on here")).to_be_visible()


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


async def _push(context: BrowserContext, page: Page, origin: str, notice: Notice) -> None:
    """Hand the worker what a push service would have handed to the browser, once it is opened; then it is shown."""
    session = await context.new_cdp_session(page)
    known: asyncio.Queue[str] = asyncio.Queue()

    def hear(said: dict[str, Any]) -> None:
        for each in said["registrations"]:
            known.put_nowait(each["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", hear)
    await session.send("ServiceWorker.enable")
    told = {"origin": origin, "registrationId": await known.get(), "data": payload(notice).decode()}
    await session.send("ServiceWorker.deliverPushMessage", told)
    await page.wait_for_function(f"async () => {SHOWN}.length === 1")


async def _touched(context: BrowserContext) -> list[str]:
    """Touch what is shown, and whatever else claims to be a notice; the pages that the worker opens."""
    [worker] = context.service_workers
    opened: list[str] = await worker.evaluate(
        """async () => {
            const opened = [];
            Object.defineProperty(self.clients, "openWindow", { value: async (url) => opened.push(url) });
            const [notification] = await self.registration.getNotifications();
            for (const path of [notification.data.path, "https://evil.example/", "//evil.example/"]) {
                const event = new ExtendableEvent("notificationclick");
                Object.defineProperty(event, "notification", { value: { close() {}, data: { path } } });
                const waiting = [];
                event.waitUntil = (work) => waiting.push(work);
                self.dispatchEvent(event);
                await Promise.all(waiting);
            }
            return opened;
        }"""
    )
    return opened
