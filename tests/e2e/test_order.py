"""Coming in, being asked to pause, being shut out: each at once, on the screen of who it concerns."""

from playwright.async_api import expect

from tests.e2e.conftest import Come
from tests.e2e.mailbox import link_to
from tests.e2e.stage import LOBBY, Stage
from tests.support.browser import Tab
from tests.support.server_process import Servers

CLARA = "clara.weiss@example.org"


async def test_from_registering_to_the_first_message(stage: Stage, servers: Servers, tab: Tab) -> None:
    page = tab.page
    await page.goto("/")
    await page.get_by_role("link", name="Register").first.click()
    await page.get_by_label("Your name").fill("Clara Weiß")
    await page.get_by_label("Mail address").fill(CLARA)
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    await page.goto(await link_to(servers, CLARA))
    await expect(page.get_by_text(CLARA)).to_be_visible()
    await page.get_by_role("button", name="Begin and sign in").click()
    await expect(page.get_by_text("Your account is ready.")).to_be_visible()
    await page.goto("/me")
    await expect(page.locator("#time_zone")).to_have_value("Europe/Berlin")
    await page.get_by_role("link", name="Say what you seek").click()
    await expect(page.get_by_label("What I seek")).to_be_focused()
    await page.keyboard.type("Charging sites")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    await expect(page.get_by_text("Your profile is 40 % complete")).to_be_visible()


async def test_somebody_new_joins_the_fair_and_talks(stage: Stage, servers: Servers, come: Come) -> None:
    ben = await come(stage["ben"], servers.other_url)
    await ben.say("Anybody here?")
    noah = await come(stage["noah"])
    await noah.page.get_by_role("button", name="Join the fair").click()
    await noah.reads(["Anybody here?"])
    await expect(noah.page.locator(".new-line")).to_have_count(0)
    await noah.say("Yes, I just came in")
    await ben.reads(["Anybody here?", "Yes, I just came in"])


async def test_who_is_muted_sees_why_at_once_keeps_what_was_typed_and_may_write_again_later(
    stage: Stage, servers: Servers, come: Come
) -> None:
    aylin = await come(stage["aylin"])
    olga = await come(stage["olga"], servers.other_url, path=f"{LOBBY}/people/{stage['aylin'].id}")
    await aylin.field.fill("Buy my")
    await olga.page.get_by_role("button", name="Mute").click()
    await expect(aylin.page.locator(".composer-why")).to_contain_text("A moderator asked you to pause until")
    await expect(aylin.field).not_to_be_editable()
    await olga.page.get_by_role("button", name="Let them write again").click()
    await expect(aylin.field).to_be_editable()
    await expect(aylin.field).to_have_value("Buy my")
    await aylin.field.press("Enter")
    await aylin.reads(["Buy my"])


async def test_who_is_shut_out_is_cut_off_at_once(stage: Stage, servers: Servers, come: Come) -> None:
    aylin = await come(stage["aylin"])
    ben = await come(stage["ben"], servers.other_url)
    olga = await come(stage["olga"], servers.other_url, path=f"{LOBBY}/people/{stage['aylin'].id}")
    await aylin.say("Buy my stuff")
    await ben.reads(["Buy my stuff"])
    there = ben.page.locator(f'.presence-people [data-person="{stage["aylin"].id}"]')
    await expect(there).to_be_visible()
    await olga.page.get_by_label("Why").fill("Nothing but advertising")
    await olga.page.get_by_role("button", name="Exclude from the fair").click()
    await expect(olga.page.get_by_text("Excluded, and cut off at once.")).to_be_visible()
    await expect(there).to_have_count(0)
    # The page says so by itself, and why; nothing of the lobby is left on it.
    await expect(aylin.page.get_by_role("main")).to_contain_text("Nothing but advertising")
    await expect(aylin.page.locator("fm-chat")).to_have_count(0)
    await expect(aylin.page.get_by_text("Buy my stuff")).to_have_count(0)
    await ben.say("Now it is quiet")
    await ben.reads(["Buy my stuff", "Now it is quiet"])
    await aylin.page.reload()
    await expect(aylin.page.locator("fm-chat")).to_have_count(0)
    await expect(aylin.page.get_by_role("main")).to_contain_text("Nothing but advertising")
