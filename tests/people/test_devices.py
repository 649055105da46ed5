"""Devices, passwords and addresses: what a person changes about their ways in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette

from people.model import Person
from people.parts import People
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.scene import (
    AYLIN,
    BEN,
    CLARA,
    PASSWORD,
    at_browser,
    follow,
    is_signed_in,
    known,
    last_mail,
    link_in,
    mails,
    open_link,
    person,
    sign_in,
    text_of,
)

OTHER = "seven quiet lanterns"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


async def test_every_device_is_listed_this_one_first(app: Starlette, kernel: Kernel, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, aylin), browser_of(app) as other:
        clock.advance(hours=2)
        other.headers["user-agent"] = FIREFOX
        await sign_in(kernel, other, aylin)
        page = (await browser.get("/me/devices")).text
        assert page.index("Unknown browser") < page.index("This device") < page.index("Firefox · Linux")
        assert FIREFOX not in page


async def test_a_device_is_signed_out_from_another(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin), browser_of(app) as other:
        session_id = await sign_in(kernel, other, aylin)
        assert await is_signed_in(other)
        assert (await browser.post(f"/me/devices/{session_id}/sign-out")).status_code == 303
        assert not await is_signed_in(other)
        assert await is_signed_in(browser)
        assert (await browser.post(f"/me/devices/{session_id}/sign-out")).status_code == 404


async def test_nobody_signs_out_anothers_device(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    ben = await person(kernel, BEN)
    session_id = await sign_in(kernel, client, ben)
    async with at_browser(app, AYLIN) as (browser, _):
        for id_ in (session_id, "x", "%00"):
            assert (await browser.post(f"/me/devices/{id_}/sign-out")).status_code == 404
    assert await is_signed_in(client)


async def test_everything_else_is_signed_out_at_once(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin), browser_of(app) as phone, browser_of(app) as tablet:
        await sign_in(kernel, phone, aylin)
        await sign_in(kernel, tablet, aylin)
        await browser.post("/me/devices/sign-out-others")
        assert [await is_signed_in(one) for one in (browser, phone, tablet)] == [True, False, False]


async def test_signing_this_device_out_here_ends_at_the_door(app: Starlette, kernel: Kernel):
    async with browser_of(app) as browser:
        session_id = await sign_in(kernel, browser, await person(kernel, AYLIN))
        gone = await browser.post(f"/me/devices/{session_id}/sign-out")
        assert gone.headers["location"] == "/sign-in"
        assert not await is_signed_in(browser)


async def test_a_password_is_set_soon_after_signing_in(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    async with at_browser(app, AYLIN) as (browser, aylin), browser_of(app) as other:
        await sign_in(kernel, other, aylin)
        assert (await browser.post("/me/password", data={"new_password": PASSWORD})).status_code == 303
        assert await is_signed_in(browser)
        assert not await is_signed_in(other)
    assert "A password was set" in text_of(await last_mail(kernel, AYLIN))
    await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD})
    assert await is_signed_in(client)


async def test_later_a_password_is_changed_with_the_present_one(app: Starlette, clock: FrozenClock, kernel: Kernel):
    async with _with_password(app) as (browser, _):
        clock.advance(minutes=30)
        for proof in ("", "wrong guess 1"):
            refused = await browser.post("/me/password", data={"new_password": OTHER, "proof": proof})
            assert refused.status_code == 422
            assert "not your present password" in refused.text
        changed = await browser.post("/me/password", data={"new_password": OTHER, "proof": PASSWORD})
        assert changed.status_code == 303


async def test_without_a_password_one_signs_in_again_first(app: Starlette, clock: FrozenClock, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        clock.advance(minutes=30)
        refused = await browser.post("/me/password", data={"new_password": PASSWORD, "proof": ""})
        assert refused.status_code == 422
        assert "Please sign out, sign in again" in refused.text
    now = await known(kernel, AYLIN)
    assert now is not None
    assert now.password_hash is None


async def test_a_bad_password_is_not_set(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for bad in ("", "short", "aylin.yildiz1", "x" * 129):
            refused = await browser.post("/me/password", data={"new_password": bad})
            assert refused.status_code == 422
            assert 'href="#password-new_password"' in refused.text


async def test_a_password_is_removed(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    async with _with_password(app) as (browser, _):
        await browser.post("/me/password/remove")
    await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD})
    assert not await is_signed_in(client)
    assert "was removed" in text_of(await last_mail(kernel, AYLIN))


async def test_proofs_are_limited(app: Starlette, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("people.pages.devices.PROOFS", "3 per minute")
    async with _with_password(app) as (browser, _):
        clock.advance(minutes=30)
        form = {"new_password": OTHER, "proof": "wrong guess"}
        statuses = [(await browser.post("/me/password", data=form)).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]


async def test_an_address_is_changed_once_the_new_one_is_confirmed(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        asked = await browser.post("/me/address", data={"email": CLARA})
        assert asked.status_code == 303
        link = link_in(await last_mail(kernel, CLARA))
        assert await _email_of(kernel, aylin) == AYLIN
        assert "Use this address" in (await open_link(browser, link)).text
        await browser.post("/sign-in/link")
        assert await _email_of(kernel, aylin) == CLARA
    assert CLARA in text_of(await last_mail(kernel, AYLIN))


async def test_a_mistyped_address_gives_its_owner_no_account(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    stranger = await person(kernel, BEN)
    async with at_browser(app, AYLIN) as (browser, aylin):
        await browser.post("/me/address", data={"email": CLARA})
        link = link_in(await last_mail(kernel, CLARA))
        assert "sign in here first" in (await open_link(client, link)).text
        assert (await client.post("/sign-in/link")).status_code == 422
        assert not await is_signed_in(client)
        await sign_in(kernel, client, stranger)
        assert (await client.post("/sign-in/link")).status_code == 422
        assert await _email_of(kernel, aylin) == AYLIN
        await follow(browser, link)
        assert await _email_of(kernel, aylin) == CLARA


async def test_links_to_the_former_address_are_worth_nothing_afterwards(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    async with at_browser(app, AYLIN) as (browser, _):
        await client.post("/sign-in", data={"email": AYLIN})
        former = link_in(await last_mail(kernel, AYLIN))
        await browser.post("/me/address", data={"email": CLARA})
        await follow(browser, link_in(await last_mail(kernel, CLARA)))
    assert "does not work any more" in (await open_link(client, former)).text


async def test_an_address_that_somebody_has_is_not_given_away(app: Starlette, kernel: Kernel):
    ben = await person(kernel, BEN)
    async with at_browser(app, AYLIN) as (browser, aylin):
        free = await browser.post("/me/address", data={"email": CLARA})
        taken = await browser.post("/me/address", data={"email": BEN})
        assert (free.status_code, free.headers["location"]) == (taken.status_code, taken.headers["location"])
        await open_link(browser, link_in(await last_mail(kernel, BEN)))
        assert (await browser.post("/sign-in/link")).status_code == 422
        assert await _email_of(kernel, aylin) == AYLIN
        assert await _email_of(kernel, ben) == BEN


NO_ADDRESSES = ["", "clara", AYLIN, "clara@example.org\r\nBcc: ben@example.org"]


async def test_what_is_no_other_address_is_refused(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for typed in NO_ADDRESSES:
            refused = await browser.post("/me/address", data={"email": typed})
            assert refused.status_code == 422
            assert 'href="#address-email"' in refused.text
    assert await mails(kernel, CLARA) == []


async def test_a_later_change_of_address_needs_a_proof(app: Starlette, clock: FrozenClock, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        clock.advance(minutes=30)
        assert (await browser.post("/me/address", data={"email": CLARA})).status_code == 422
    assert await mails(kernel, CLARA) == []


async def _email_of(kernel: Kernel, who: Person) -> str | None:
    async with kernel.database.read() as session:
        return (await session.get_one(Person, who.id)).email


@asynccontextmanager
async def _with_password(app: Starlette) -> AsyncIterator[tuple[httpx2.AsyncClient, Person]]:
    """Aylin at her browser, with a password."""
    people: People = app.state.people
    async with at_browser(app, AYLIN, password_hash=await people.passwords.hash(PASSWORD)) as there:
        yield there
