"""A visitor leaves a card at a stand and takes it back; the exhibitor reads it, judges it and takes it along."""

import pytest
from playwright.async_api import Locator, Page, expect

from booths.actions import give_stand, open_place
from directory.organisations.model import Member
from rooms.model import BOOTH
from tests.directory.needs.network import organisation
from tests.e2e.conftest import Come
from tests.e2e.place import taken
from tests.e2e.stage import LOBBY, Stage, set_up, writing_fair
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE
from tests.support.server_process import Servers

STAND = f"{LOBBY}/rooms/stand-12"
ABOUT = "Wir suchen Lader für 40 Busse."
# More elements than any of these pages has.
KEYS_MOST = 80


@pytest.fixture
async def stage(backend: Backend) -> Stage:
    """The fair, and Aylin's Voltbus at its stand."""
    made = await set_up(backend)
    async with writing_fair(backend) as (uow, fair):
        voltbus = await organisation(uow, "Voltbus", "startup", "TR", "voltbus.example")
        at = uow.clock.now()
        uow.session.add(
            Member(organisation_id=voltbus, person_id=made["aylin"].id, role="administrator", since=at, by_id=None)
        )
        stand = await open_place(uow, fair, BOOTH, "Stand 12")
        await uow.session.flush()
        await give_stand(uow, fair, stand.id, voltbus, by_id=made["olga"].id)
    return made


async def test_a_card_is_left_by_keyboard_read_assessed_taken_along_and_taken_back(
    stage: Stage, servers: Servers, come: Come
) -> None:
    ben = (await come(stage["ben"], path=STAND, locale="de", size=PHONE)).page
    await _leave_by_keyboard(ben)
    aylin = (await come(stage["aylin"], servers.other_url, path="/")).page
    await aylin.get_by_role("link", name="Ben Krüger left a card at the stand of Voltbus").click()
    await expect(aylin.get_by_role("heading", name="Cards left at your stands")).to_be_visible()
    card = aylin.get_by_role("article", name="Ben Krüger")
    await expect(card.get_by_text(ABOUT)).to_be_visible()
    await expect(card.get_by_role("link", name="+49 201 123456")).to_have_attribute("href", "tel:+49201123456")
    await _judge(aylin, card)
    name, content = await taken(aylin, "Address book")
    assert (name, b"FN:Ben Kr\xc3\xbcger\r\n" in content) == ("card.vcf", True)
    await assert_accessible(aylin)
    await _take_back(ben)
    await aylin.reload()
    await expect(aylin.get_by_role("heading", name="No cards yet")).to_be_visible()
    await assert_accessible(aylin)
    await aylin.goto("/")
    await expect(aylin.locator("h1")).to_be_visible()
    await expect(aylin.get_by_text("left a card")).to_have_count(0)


async def _leave_by_keyboard(page: Page) -> None:
    await _press(page, page.get_by_role("link", name="Visitenkarte hinterlassen"), "Enter")
    await expect(page.get_by_text("Das sehen die Menschen von Voltbus und niemand sonst")).to_be_visible()
    await assert_accessible(page)
    await _press(page, page.get_by_role("checkbox"), "Space")
    await expect(page.get_by_role("checkbox")).to_be_checked()
    await _to(page, page.get_by_label("Telefon"))
    await page.keyboard.type("bei mir")
    await _press(page, page.get_by_role("button", name="Karte hinterlassen"), "Enter")
    await expect(page.locator(".field-error")).to_contain_text("mit Ziffern")
    await assert_accessible(page)
    phone = page.get_by_label("Telefon")
    await expect(phone).to_be_focused()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("+49 201 123456")
    await _to(page, page.get_by_label("Worum geht es?"))
    await page.keyboard.type(ABOUT)
    await _press(page, page.get_by_role("button", name="Karte hinterlassen"), "Enter")
    await expect(page.get_by_text("Ihre Karte ist am Stand hinterlassen.")).to_be_visible()
    await expect(page.get_by_text("Sie haben Ihre Visitenkarte hier hinterlassen")).to_be_visible()


async def _judge(page: Page, card: Locator) -> None:
    soon = card.get_by_role("button", name="Follow up soon")
    await soon.click()
    await expect(soon).to_have_attribute("aria-pressed", "true")
    await card.get_by_text("Write a note").click()
    await card.get_by_label("Note").fill("Forty buses: ring on Monday.")
    await card.get_by_role("button", name="Save the note").click()
    await expect(page.get_by_text("The note is saved.")).to_be_visible()
    await expect(card.get_by_text("Forty buses: ring on Monday.").first).to_be_visible()
    await page.get_by_label("Assessment").select_option("Keep in mind (0)")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("heading", name="No card here")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("link", name="Show all cards").click()
    await expect(card).to_be_visible()


async def _take_back(page: Page) -> None:
    await _press(page, page.get_by_role("link", name="Ansehen, ändern oder zurücknehmen"), "Enter")
    await expect(page.get_by_label("Worum geht es?")).to_have_value(ABOUT)
    await assert_accessible(page)
    await page.goto("/cards")
    await expect(page.get_by_role("article", name="Voltbus").get_by_text(ABOUT)).to_be_visible()
    await assert_accessible(page)
    await _press(page, page.get_by_role("button", name="Karte von Voltbus zurücknehmen"), "Enter")
    await expect(page.get_by_text("Ihre Karte ist zurückgenommen und dort gelöscht.")).to_be_visible()
    await assert_accessible(page)


async def _press(page: Page, target: Locator, key: str) -> None:
    await _to(page, target)
    await page.keyboard.press(key)


async def _to(page: Page, target: Locator) -> None:
    """Go to something as keys do."""
    await expect(target).to_be_visible()
    for _ in range(KEYS_MOST):
        if await target.evaluate("here => here === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {target}")
