"""Two records become one, and an institution brings it into its network, in a look of its own: at real browsers."""

import pytest
from playwright.async_api import Page, expect

from directory.organisations.model import Member
from people.admins import grant_admin
from tests.directory.needs.network import organisation, product, seed
from tests.e2e.place import STRANGER, Place, cookies_of, rows_taken
from tests.e2e.stage import writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import PHONE, OpenTab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Serve

VOLTBUS, TWIN, CHAMBER = "/o/voltbus", "/o/volt-bus", "/o/chamber"
PURPLE = "rgb(122, 31, 92)"
# Leads to this machine in the browsers of tests, as every name under .example does.
HOST = "netz.chamber.example"


@pytest.fixture
async def place(backend: Backend, serve: Serve) -> Place:
    """Edda runs the platform. Voltbus is there twice, once with Chloé and a product; Bernd administers an institution,
    to which Dev belongs, too."""
    async with writing(backend) as uow:
        people, _, _ = await seed(uow)
        await grant_admin(uow, people["edda"], by=None)
        twin = await organisation(uow, "Volt Bus", "startup", "TR", "volt-bus.example")
        await product(uow, twin, "Street charger 22", "22 kW at a kerb")
        chamber = await organisation(uow, "Hagenfeld Chamber", "partner", "DE", "chamber.example")
        now = uow.clock.now()
        for at, who, role in (
            (twin, "chloe", "editor"),
            (chamber, "bernd", "administrator"),
            (chamber, "dev", "member"),
        ):
            uow.session.add(Member(organisation_id=at, person_id=people[who], role=role, since=now))
        cookies = await cookies_of(uow, people, "bernd", "chloe", "dev", "edda")
    return Place(await serve(dev=True), cookies)


@same_on_both_grounds
async def test_two_records_become_one_with_the_people_and_products_of_both(place: Place, open_tab: OpenTab) -> None:
    edda = await place.come(open_tab, "edda", TWIN)
    await edda.get_by_role("link", name="It is the same as another one").click()
    await edda.get_by_label("Address of the other page").fill("/o/nobody")
    await edda.get_by_role("button", name="Make them one").click()
    await expect(edda.locator(".field-error")).to_have_text("There is no other organisation with this address.")
    await edda.get_by_label("Address of the other page").fill(f"{place.servers.url}{VOLTBUS}")
    await edda.get_by_role("button", name="Make them one").click()
    await expect(edda.get_by_text("The two are one now.")).to_be_visible()

    chloe = await place.come(open_tab, "chloe", TWIN)
    await expect(chloe).to_have_url(f"{place.servers.url}{VOLTBUS}")
    for name in ("Depot charger 350", "Street charger 22"):
        await expect(chloe.get_by_role("link", name=name)).to_be_visible()
    for name in ("Aylin Demir", "Chloé Martin"):
        await expect(chloe.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    await chloe.get_by_role("navigation", name="This organisation").get_by_role("link", name="History").click()
    merged = chloe.get_by_role("listitem").filter(has_text="Edda Brandt").filter(has_text="Volt Bus")
    await expect(merged.locator("ins")).to_have_text("Voltbus")


@same_on_both_grounds
async def test_an_institution_brings_its_network_in_its_own_look(place: Place, open_tab: OpenTab) -> None:
    edda = await place.come(open_tab, "edda", CHAMBER)
    await edda.get_by_role("button", name="Make it a partner of this network").click()
    await expect(edda.get_by_role("button", name="End the partnership")).to_be_visible()
    bernd = await place.come(open_tab, "bernd", CHAMBER)
    await bernd.get_by_role("link", name="The network of this institution").click()
    await expect(bernd.get_by_text("Nobody is in this network yet")).to_be_visible()
    await bernd.get_by_role("link", name="Your desk").click()
    await _bring(bernd, "/o/nobody")
    await expect(bernd.locator(".field-error")).to_have_text("No organisation has this address.")
    await _bring(bernd, f"{place.servers.url}{VOLTBUS}")
    await expect(bernd.get_by_text("The organisation is in your network.")).to_be_visible()
    await _choose_a_look(bernd)
    await expect(bernd.get_by_text("Ask those who run the platform to set it.")).to_be_visible()
    await bernd.get_by_label("Name a moderator").select_option("Dev Patel")
    await bernd.get_by_role("button", name="Name them").click()
    await expect(bernd.get_by_text("They find the desk on the page of the network.")).to_be_visible()

    dev = await place.come(open_tab, "dev", "/partners")
    await dev.get_by_role("link", name="Hagenfeld Chamber").click()
    await dev.get_by_role("link", name="Your desk").click()
    await _bring(dev, "hydrolumiere")
    await expect(dev.get_by_role("heading", name="2 organisations")).to_be_visible()
    await expect(dev.get_by_role("heading", name="Your look")).to_have_count(0)
    figures = {row["what"]: str(row["count"]) for row in await rows_taken(dev)}
    names, counts = [await dev.locator(f".partner-totals {part}").all_inner_texts() for part in ("dt", "dd")]
    assert {name: figures[name] for name in names} == dict(zip(names, counts, strict=True))

    stranger = await place.come(open_tab, STRANGER, VOLTBUS)
    await stranger.get_by_role("link", name="Hagenfeld Chamber").click()
    await expect(stranger.get_by_role("link", name="Hydrolumière")).to_be_visible()
    await expect(stranger.get_by_role("link", name="About this institution")).to_have_css("color", PURPLE)
    await assert_accessible(stranger)
    await dev.get_by_role("button", name="Take Hydrolumière out of the network").click()
    await expect(dev.get_by_text("The organisation is no longer in your network.")).to_be_visible()
    await stranger.reload()
    await expect(stranger.get_by_role("link", name="Voltbus")).to_be_visible()
    await expect(stranger.get_by_role("link", name="Hydrolumière")).to_have_count(0)
    await _stands_at_its_own_domain(place, open_tab, edda)


async def _stands_at_its_own_domain(place: Place, open_tab: OpenTab, admin: Page) -> None:
    """What everybody sees there, in its look; who wants more is led to our own host."""
    await admin.goto("/partners/chamber/desk")
    host = admin.get_by_label("Host name")
    form = admin.locator("form").filter(has=host)
    await host.fill("localhost")
    await form.get_by_role("button", name="Save").click()
    await expect(form.locator(".field-error")).to_contain_text("That is no host name on the internet")
    await host.fill(f"https://{HOST}/")
    await form.get_by_role("button", name="Save").click()
    await expect(admin.get_by_text("Your page stands at")).to_contain_text(HOST)
    at = place.servers.url.replace("localhost", HOST)
    tab = await open_tab(at, place.servers.url, size=PHONE, has_touch=True, is_mobile=True)
    tab.watch.expect("Cross-Origin-Opener-Policy header has been ignored")  # which means something by HTTPS alone
    reader = tab.page
    await reader.goto("/")
    await expect(reader.get_by_role("heading", name="Hagenfeld Chamber")).to_be_visible()
    await expect(reader.get_by_role("link", name="About this institution")).to_have_css("color", PURPLE)
    await assert_accessible(reader)
    await reader.get_by_role("link", name="Voltbus").tap()
    await expect(reader).to_have_url(f"{place.servers.url}{VOLTBUS}")


async def _bring(page: Page, address: str) -> None:
    await page.get_by_label("Address of its page").fill(address)
    await page.get_by_role("button", name="Bring it").click()


async def _choose_a_look(page: Page) -> None:
    """A colour on which nobody could read is refused."""
    colour = page.get_by_label("Colour of buttons and links on your page")
    look = page.locator("form").filter(has=colour)
    await colour.fill("#ffee00")
    await look.get_by_label("With serifs").check()
    await look.get_by_role("button", name="Save").click()
    await expect(look.get_by_text("This colour is too light")).to_be_visible()
    await expect(look.get_by_label("With serifs")).to_be_checked()
    await colour.fill("#7a1f5c")
    await look.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The look is saved.")).to_be_visible()
    await expect(colour).to_have_value("#7a1f5c")
