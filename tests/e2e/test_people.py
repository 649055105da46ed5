"""People at real browsers: in by mail and by passkey, with and without scripts, and everything about their account."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from people.consent import Kind
from people.model import Consent
from server.kernel.ids import new_id
from tests.e2e.conftest import Come
from tests.e2e.mailbox import link_to
from tests.e2e.stage import Stage, writing
from tests.support.axe import assert_accessible
from tests.support.backend import Backend
from tests.support.browser import DESK, PHONE, OpenTab, Tab
from tests.support.ground import same_on_both_grounds
from tests.support.server_process import Servers

pytestmark = same_on_both_grounds

CLARA = "clara.weiss@example.org"

INSIDE = ["/me", "/me/devices", "/me/data", "/people/{ben}", "/people/{aylin}"]


@pytest.fixture
async def aylin(stage: Stage, come: Come) -> Tab:
    """Aylin at her browser, signed in."""
    return (await come(stage["aylin"])).tab


@pytest.fixture
async def agreed_long_ago(stage: Stage, backend: Backend) -> None:
    """Aylin agreed to a wording of the data notice that is no longer today's."""
    by, at = stage["aylin"].id, datetime(2026, 5, 4, tzinfo=UTC)
    async with writing(backend) as uow:
        uow.session.add(
            Consent(
                id=new_id(), person_id=by, kind=Kind.DATA_NOTICE, wording="2026-05-04", given_at=at, withdrawn_at=None
            )
        )


async def test_a_new_wording_of_the_data_notice_is_read_and_agreed_to(agreed_long_ago: None, aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/")
    await assert_accessible(page)
    await page.get_by_role("link", name="There is a new wording").click()
    await expect(page.get_by_role("heading", name="Do you agree?")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="I agree").press("Enter")
    await expect(page.get_by_text("That you agree is on record.")).to_be_visible()
    await expect(page.get_by_role("link", name="There is a new wording")).to_have_count(0)


async def test_a_photo_is_one_press_and_what_was_typed_stays(aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/me")
    await page.get_by_label("What I offer").fill("Not saved yet")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_text("Choose a photo").click()
    await (await choosing.value).set_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": _photo()})
    await expect(page.get_by_text("Your photo is saved.")).to_be_visible()
    shown = page.locator(".photo-form img")
    await expect(shown).to_have_js_property("naturalWidth", 512)
    await page.get_by_role("button", name="Remove the photo").click()
    await expect(page.get_by_text("Your photo is removed.")).to_be_visible()
    await expect(shown).to_have_count(0)
    await expect(page.get_by_label("What I offer")).to_have_value("Not saved yet")


async def test_a_large_photo_is_made_smaller_before_it_is_sent_and_the_page_says_that_it_is_on_its_way(
    aylin: Tab,
) -> None:
    page = aylin.page
    await page.goto("/me")
    sent, large = await _held(page), _large_photo()
    await page.locator("#photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": large})
    route = await sent
    assert await page.locator("#photo").evaluate("(field) => field.files[0].size") < len(large) / 2
    await expect(page.get_by_role("status").get_by_text("Your photo is being sent.")).to_be_visible()
    await route.continue_()
    await expect(page.get_by_text("Your photo is saved.")).to_be_visible()
    await expect(page.locator(".photo-form img")).to_have_js_property("naturalWidth", 512)
    await expect(page.get_by_text("Your photo is being sent.")).to_have_count(0)


async def test_a_photo_that_does_not_arrive_can_be_chosen_again(aylin: Tab) -> None:
    aylin.watch.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    page = aylin.page
    await page.goto("/me")
    photo = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
    await aylin.context.set_offline(True)
    await page.locator("#photo").set_input_files(photo)
    await expect(page.locator("#toasts")).to_contain_text("The server cannot be reached just now.")
    await expect(page.get_by_text("Your photo is being sent.")).to_have_count(0)
    await expect(page.locator("#photo")).to_have_value("")  # the same one is a choice again
    await aylin.context.set_offline(False)
    await page.locator("#photo").set_input_files(photo)
    await expect(page.get_by_text("Your photo is saved.")).to_be_visible()


async def test_what_a_home_screen_needs_is_in_order_and_only_who_is_signed_in_has_it(
    aylin: Tab, tab: Tab, servers: Servers
) -> None:
    await aylin.page.goto("/me/notices")
    told = await (await aylin.context.new_cdp_session(aylin.page)).send("Page.getAppManifest")
    assert told["url"].startswith(f"{servers.url}/assets/")
    assert told["errors"] == []
    await expect(aylin.page.get_by_role("heading", name="On the home screen")).to_be_visible()
    await expect(aylin.page.get_by_text("Most browsers have the way in their menu")).to_be_visible()
    await tab.page.goto("/")
    await expect(tab.page.locator("link[rel=manifest]")).to_have_count(0)


async def test_with_letters_of_twice_the_size_the_tabs_of_a_phone_stay_beside_each_other(aylin: Tab) -> None:
    await aylin.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await aylin.page.goto("/me")
    await aylin.page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    ends = await aylin.page.locator(".rail-word:visible").evaluate_all(
        "(words) => words.map((word) => word.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    )
    assert len(ends) >= 4
    assert all(0 <= left < right <= PHONE["width"] for left, right in ends)
    assert all(right <= left for (_, right), (left, _) in pairwise(ends)), "no word lies on the next"


async def test_what_was_typed_is_still_there_when_the_server_was_updated_while_one_wrote(aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/me")
    await page.get_by_label("Your name").fill("")
    await page.get_by_label("What I offer").fill("A page of text")
    await page.get_by_label("English", exact=True).check()
    await page.route("**/me", _as_after_an_update)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("#toasts")).to_contain_text("please send it again")
    await page.unroute("**/me", _as_after_an_update)
    await expect(page.get_by_label("What I offer")).to_have_value("A page of text")
    await expect(page.get_by_label("English", exact=True)).to_be_checked()
    await page.get_by_label("Your name").fill("Aylin Demir")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("What I offer")).to_have_value("A page of text")
    await expect(page.locator("#toasts")).to_be_empty()


async def test_a_file_that_is_no_photo_is_refused_in_words(aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/me")
    await page.get_by_label("What I offer").fill("Not saved yet")
    await page.locator("#photo").set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    await expect(page.get_by_text("This is not a photo that we can read.")).to_be_visible()
    await expect(page.get_by_label("What I offer")).to_have_value("Not saved yet")


@pytest.fixture
async def security_key(aylin: Tab) -> AsyncIterator[None]:
    """A device in Aylin's browser that makes passkeys, and whose owner says yes to everything."""
    line = await aylin.context.new_cdp_session(aylin.page)
    await line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    await line.detach()


async def test_a_passkey_is_added_and_signs_in_by_its_button(aylin: Tab, security_key: None) -> None:
    page = aylin.page
    await _add_passkey(page)
    # Not in the browser's list of fillings: the device would answer there at once, and this test is about the button.
    await page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    await _sign_out(page)
    await page.goto("/sign-in?next=/me/devices")
    await page.get_by_role("button", name="Use a passkey").click()
    await page.wait_for_url("**/me/devices")
    await expect(page.get_by_text("by passkey")).to_be_visible()


async def test_a_passkey_is_offered_where_the_address_is_typed(aylin: Tab, security_key: None) -> None:
    await _add_passkey(aylin.page)
    await _sign_out(aylin.page)
    await aylin.page.goto("/sign-in?next=/me/data")
    # The device answers the browser's suggestion at once: nothing is pressed.
    await aylin.page.wait_for_url("**/me/data")


async def test_a_device_has_one_passkey_for_an_account(aylin: Tab, security_key: None) -> None:
    await _add_passkey(aylin.page)
    await aylin.page.get_by_role("button", name="Add a passkey").click()
    await expect(aylin.page.get_by_text("This device has a passkey for your account already.")).to_be_visible()


async def test_a_removed_passkey_is_refused_in_words(aylin: Tab, security_key: None) -> None:
    aylin.watch.expect("status of 400")
    page = aylin.page
    await _add_passkey(page)
    await page.get_by_role("button", name=re.compile("^Remove ")).click()
    await expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    await _sign_out(page)
    await page.goto("/sign-in")
    await expect(page.get_by_text("This passkey was not accepted.")).to_be_visible()


async def test_everything_but_passkeys_works_without_scripts(stage: Stage, servers: Servers, open_tab: OpenTab) -> None:
    page = (await open_tab(servers.url, java_script_enabled=False)).page
    await page.goto("/register")
    await page.locator("#name").fill("@")
    await page.locator("#email").fill(CLARA)
    await page.get_by_role("button", name="Register").click()
    await expect(page.locator("#name-error")).to_be_visible()
    await expect(page.locator("#email")).to_have_value(CLARA)
    await page.locator("#name").fill("Clara Weiß")
    await page.get_by_role("button", name="Register").click()
    await page.goto(await link_to(servers, CLARA))
    await page.get_by_role("button", name="Begin and sign in").click()
    await page.goto("/me")
    await page.locator("#organisation").fill("Stadtwerke")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    photo = {"name": "me.png", "mimeType": "image/png", "buffer": _photo("PNG")}
    await expect(page.get_by_text("Choose a photo")).to_be_visible()
    await page.locator("#photo").set_input_files(photo)
    await page.get_by_role("button", name="Save the photo").click()
    await expect(page.get_by_text("Your photo is saved.")).to_be_visible()
    async with page.expect_download() as downloading:
        await page.goto("/me/data")
        await page.get_by_role("button", name="Download everything").click()
    assert (await downloading.value).suggested_filename.endswith(".zip")
    await page.locator("summary").click()
    await page.locator("#confirm").fill(CLARA)
    await page.get_by_role("button", name="Erase for good").click()
    await expect(page.get_by_text("Your account is erased.")).to_be_visible()
    await page.goto("/me")
    assert "/sign-in" in page.url


async def test_a_password_is_one_step_away(stage: Stage, aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/me/devices")
    await page.get_by_text("Set a password").click()
    await page.get_by_label("New password").fill("short")
    await page.get_by_role("button", name="Save the password").click()
    await expect(page.get_by_label("New password")).to_be_focused()
    await page.get_by_label("New password").fill("three green harbours")
    await page.get_by_role("button", name="Save the password").click()
    await expect(page.get_by_text("Your password is set.")).to_be_visible()
    await _sign_out(page)
    await page.goto("/sign-in")
    await page.get_by_text("With a password").click()
    form = page.locator("form[action='/sign-in/password']")
    await form.get_by_label("Mail address").fill("aylin@example.org")
    await form.get_by_label("Password").fill("three green harbors")
    await form.get_by_role("button").click()
    await expect(page.get_by_text("do not belong together")).to_be_visible()
    await form.get_by_label("Password").fill("three green harbours")
    await form.get_by_role("button").click()
    await page.wait_for_url(re.compile(r"^[^?]*/(fairs.*)?$"))


async def test_signing_out_elsewhere_ends_the_session_at_once(stage: Stage, servers: Servers, come: Come) -> None:
    here = await come(stage["aylin"])
    there = await come(stage["aylin_at_her_desk"], servers.other_url)
    await here.page.goto("/me/devices")
    async with there.page.expect_event("framenavigated"):
        await here.page.get_by_role("button", name="Sign out everywhere else").click()
    await there.page.wait_for_url("**/sign-in**")


async def test_another_time_zone_is_offered_quietly(aylin: Tab) -> None:
    page = aylin.page
    await page.goto("/me")
    await expect(page.locator("zone-hint")).to_be_hidden()
    await page.get_by_label("Time zone").select_option("Asia/Tokyo")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("zone-hint")).to_contain_text("Berlin")
    await page.get_by_role("button", name="Show times in it").click()
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    await expect(page.locator("zone-hint")).to_be_hidden()


@pytest.mark.parametrize(("locale", "size"), [("en", DESK), ("de", PHONE)])
async def test_what_no_link_leads_to_is_sound_for_every_reader(
    stage: Stage, servers: Servers, open_tab: OpenTab, locale: str, size: dict[str, int]
) -> None:
    tab = await open_tab(servers.url, locale=locale, size=size)
    page = tab.page
    await page.goto("/sign-in/link")
    await _check(page)
    await page.goto("/register")
    await page.locator("form[action='/register'] button.button-primary").click()
    await expect(page.locator(".notice-error")).to_be_visible()
    await _check(page)
    await page.goto("/sign-in")
    await page.locator("#email").fill(CLARA)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in/sent")
    await _check(page)
    await page.goto(await link_to(servers, CLARA))
    await _check(page)
    cookie = {"name": "fairmatch_session", "value": stage["aylin"].cookie, "url": servers.url}
    await tab.context.add_cookies([cookie])
    for path in INSIDE:
        await page.goto(path.format(ben=stage["ben"].id, aylin=stage["aylin"].id))
        for more in await page.locator("details.more").all():
            await more.evaluate("details => { details.open = true; }")
        await _check(page)


async def _check(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than the window."""
    await assert_accessible(page)
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"


async def _add_passkey(page: Page) -> None:
    await page.goto("/me/devices")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("button", name=re.compile("^Remove "))).to_have_count(1)


async def _sign_out(page: Page) -> None:
    await page.locator("[popovertarget='own-menu']").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()


async def _as_after_an_update(route: Route) -> None:
    """What is sent is answered with the styles of a newer server."""
    if route.request.method != "POST":
        await route.continue_()
        return
    answer = await route.fetch()
    await route.fulfill(response=answer, body=(await answer.text()).replace("css/app.css", "css/app.css?newer"))


async def _held(page: Page) -> asyncio.Future[Route]:
    """The next photo that leaves the browser, before it goes on."""
    sent: asyncio.Future[Route] = asyncio.get_running_loop().create_future()
    await page.route("**/me/photo", lambda route: sent.set_result(route), times=1)
    return sent


def _large_photo() -> bytes:
    """As a telephone takes them: more pixels, and bytes, than are kept."""
    out = io.BytesIO()
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def _photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "darkgreen").save(out, kind)
    return out.getvalue()
