"""Going from page to page in a real browser: the document stays, also where what was asked for does not arrive."""

from playwright.async_api import Route

from tests.support.browser import Tab


async def test_a_visit_keeps_the_document_and_the_dock(tab: Tab):
    await tab.page.evaluate("document.getElementById('dock').append('a call'); window.kept = true")
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.wait_for_url("**/messages")
    await tab.page.locator("[aria-busy]").wait_for(state="detached")
    assert await tab.page.evaluate("window.kept && document.getElementById('dock').textContent") == "a call"


async def test_the_kit_works_on_the_page_after_a_visit(tab: Tab):
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.wait_for_url("**/messages")
    await tab.page.locator("[aria-busy]").wait_for(state="detached")
    await tab.page.locator("[popovertarget=example-menu]").click()
    await tab.page.locator("#example-menu").wait_for()
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("/")
    assert await tab.page.evaluate("document.activeElement.id") == "search"


async def test_a_visit_that_does_not_arrive_leaves_everything_as_it_is(tab: Tab):
    tab.watch.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    await tab.page.fill("#composer", "half a sentence")
    await tab.context.set_offline(True)
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.locator("#toasts").get_by_text("The server cannot be reached just now.").wait_for()
    assert await tab.page.input_value("#composer") == "half a sentence"
    await tab.context.set_offline(False)
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.wait_for_url("**/messages")


async def test_what_a_proxy_answers_in_place_of_the_server_leaves_everything_as_it_is(tab: Tab):
    """It was taken for a page: an empty one made the browser give up all that was typed; a form said nothing at all."""
    tab.watch.expect("status of 502")
    page = tab.page
    unreached = page.locator("#toasts").get_by_text("The server cannot be reached just now.")
    await page.evaluate("window.kept = true")
    await page.route("**/messages", lambda route: route.fulfill(status=502, body=""))
    await page.fill("#composer", "half a sentence")
    await page.locator(".rail").get_by_role("link", name="Messages").click()
    await unreached.wait_for()
    await page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<form method=post action=/messages><button>Send it to nobody</button></form>')"
    )
    await page.evaluate("document.getElementById('toasts').replaceChildren()")
    await page.get_by_role("button", name="Send it to nobody").click()
    await unreached.wait_for()
    assert await page.input_value("#composer") == "half a sentence"
    await page.unroute("**/messages")
    await page.locator(".rail").get_by_role("link", name="Messages").click()
    await page.wait_for_url("**/messages")
    assert await page.evaluate("window.kept")


async def test_a_visit_that_does_not_arrive_is_over(tab: Tab):
    """Its bar went on for ever, above the words that say that nothing arrives."""
    tab.watch.expect("status of 502")
    page, bar = tab.page, tab.page.locator(".turbo-progress-bar")

    async def late(route: Route):
        await bar.wait_for()  # a bar is shown from half a second on
        await route.fulfill(status=502, body="")

    await page.route("**/messages", late)
    await page.locator(".rail").get_by_role("link", name="Messages").click()
    await page.locator("#toasts").get_by_text("The server cannot be reached just now.").wait_for()
    await bar.wait_for(state="detached")


async def test_nobody_reads_of_a_page_that_is_fetched_ahead_in_vain(tab: Tab):
    """To move the pointer over the links of the rail was enough."""
    tab.watch.expect("status of 502")
    page = tab.page
    await page.route("**/messages", lambda route: route.fulfill(status=502, body=""))
    async with page.expect_response("**/messages"):
        await page.locator(".rail").get_by_role("link", name="Messages").hover()
    await page.evaluate("new Promise((done) => setTimeout(done))")
    assert await page.locator("#toasts").inner_text() == ""
    await page.locator(".rail").get_by_role("link", name="Messages").click()
    await page.locator("#toasts").get_by_text("try again in a moment").wait_for()


async def test_whoever_sends_a_form_in_vain_is_told_to_look_before_they_send_it_again(tab: Tab):
    """A proxy may have lost the answer, and not what was sent."""
    tab.watch.expect("status of 504")
    page = tab.page
    await page.route("**/messages", lambda route: route.fulfill(status=504, body=""))
    await page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<form method=post action=/messages><button>Send it to nobody</button></form>')"
    )
    await page.get_by_role("button", name="Send it to nobody").click()
    await page.locator("#toasts").get_by_text("look whether what you sent has arrived").wait_for()


async def test_a_visit_that_is_called_off_while_it_arrives_is_no_error(tab: Tab):
    async with tab.page.expect_response("**/slow"):
        await tab.page.evaluate("void Turbo.visit('/slow')")
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.wait_for_url("**/messages")
    await tab.page.locator("[aria-busy]").wait_for(state="detached")
    assert tab.watch.problems == []


async def test_the_policy_allows_scripts_of_later_pages(tab: Tab):
    nonce = await tab.page.get_attribute("meta[name=csp-nonce]", "content")
    await tab.page.locator(".rail").get_by_role("link", name="Messages").click()
    await tab.page.wait_for_url("**/messages")
    await tab.page.locator("[aria-busy]").wait_for(state="detached")
    assert await tab.page.get_attribute("meta[name=csp-nonce]", "content") == nonce


async def test_a_slow_visit_shows_a_bar_that_the_policy_allows(tab: Tab):
    """Turbo puts a stylesheet into the page for it; a refused one would be a problem on the console."""
    styled = await tab.page.evaluate(
        "[...document.styleSheets].some((sheet) => !sheet.href && sheet.cssRules.length > 0)"
    )
    assert styled
