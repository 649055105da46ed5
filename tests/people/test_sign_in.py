"""Signing in by a link, by password, and out again."""

import re
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from people import actions, operators, sessions
from people.model import SignInLink, SignInSession
from people.parts import People
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.scene import (
    AYLIN,
    BEN,
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


async def test_a_link_by_mail_signs_in(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    asked = await client.post("/sign-in", data={"email": AYLIN, "next": "/me/data"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/sent")
    assert AYLIN in (await client.get("/sign-in/sent")).text
    entered = await follow(client, link_in(await last_mail(kernel, AYLIN)))
    assert (entered.status_code, entered.headers["location"]) == (303, "/me/data")
    assert await is_signed_in(client)


async def test_a_link_works_where_it_is_opened(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    link = link_in(await last_mail(kernel, AYLIN))
    async with browser_of(app) as phone:
        await follow(phone, link)
        assert await is_signed_in(phone)
    assert not await is_signed_in(client)


async def test_opening_a_link_uses_nothing_up(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    link = link_in(await last_mail(kernel, AYLIN))
    for _ in range(3):
        async with browser_of(app) as scanner:
            assert "Sign in on this device" in (await open_link(scanner, link)).text
            await scanner.head(link)
    assert (await follow(client, link)).status_code == 303


async def test_a_link_leaves_the_address_bar_at_once(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    moved = await client.get(link_in(await last_mail(kernel, AYLIN)))
    assert moved.headers["location"] == "/sign-in/link"
    assert moved.headers["cache-control"] == "no-store"
    assert moved.headers["referrer-policy"] == "no-referrer"


async def test_a_link_works_once(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    link = link_in(await last_mail(kernel, AYLIN))
    await follow(client, link)
    async with browser_of(app) as thief:
        assert "does not work any more" in (await open_link(thief, link)).text
        again = await thief.post("/sign-in/link")
        assert again.status_code == 422
        assert not await is_signed_in(thief)


async def test_a_link_expires_after_half_an_hour(kernel: Kernel, clock: FrozenClock, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    link = link_in(await last_mail(kernel, AYLIN))
    clock.advance(minutes=29, seconds=59)
    assert "Sign in on this device" in (await open_link(client, link)).text
    clock.advance(seconds=1)
    assert "does not work any more" in (await open_link(client, link)).text
    assert (await client.post("/sign-in/link")).status_code == 422
    assert not await is_signed_in(client)


NO_TOKENS = ["", "x", "A" * 43, "../../etc/passwd", "%00", "'; DROP TABLE persons; --", "ä" * 43]


async def test_a_link_that_never_was_one_says_so(client: httpx2.AsyncClient):
    for token in NO_TOKENS:
        page = await client.get("/sign-in/link", params={"token": token}, follow_redirects=True)
        assert "does not work any more" in page.text
        assert (await client.post("/sign-in/link")).status_code == 422


async def test_the_answer_is_the_same_whoever_has_the_address(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    await person(kernel, AYLIN)
    answers = []
    for email in (AYLIN, BEN):
        async with browser_of(app) as browser:
            posted = await browser.post("/sign-in", data={"email": email})
            shown = await browser.get(posted.headers["location"])
            answers.append((posted.status_code, dict(posted.cookies).keys(), _without_chance(shown.text, email)))
    assert answers[0] == answers[1]


async def test_whoever_has_no_account_gets_a_link_that_begins_one(kernel: Kernel, client: httpx2.AsyncClient):
    await client.post("/sign-in", data={"email": BEN, "next": "/me/devices"})
    mail = await last_mail(kernel, BEN)
    assert mail["subject"] == "No account with this address yet"
    link = link_in(mail)
    assert "Your name" in (await open_link(client, link)).text
    nameless = await client.post("/sign-in/link", data={"name": " "})
    assert (nameless.status_code, await known(kernel, BEN)) == (422, None)
    entered = await client.post("/sign-in/link", data={"name": "Ben Otto", "time_zone": "Asia/Tokyo"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/me/devices")
    ben = await known(kernel, BEN)
    assert ben is not None
    assert (ben.name, ben.time_zone, ben.email_confirmed_at is not None) == ("Ben Otto", "Asia/Tokyo", True)


async def test_a_mail_speaks_the_language_of_its_reader(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN, locale="de")
    await client.post("/sign-in", data={"email": AYLIN})
    mail = await last_mail(kernel, AYLIN)
    assert mail["subject"] == "Ihr Anmeldelink"
    assert "30 Minuten" in text_of(mail)


async def test_what_is_typed_as_address_stays_when_it_is_none(client: httpx2.AsyncClient):
    page = await client.post("/sign-in", data={"email": '"><script>alert(1)</script>', "next": "/me"})
    assert page.status_code == 422
    assert "That is not a mail address we can write to." in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


async def test_nobody_is_sent_to_another_site(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    for hostile in ("https://example.com/", "//example.com", "/\\example.com"):
        assert "example.com" not in (await client.get("/sign-in", params={"next": hostile})).text
        await client.post("/sign-in", data={"email": AYLIN, "next": hostile})
        entered = await follow(client, link_in(await last_mail(kernel, AYLIN)))
        assert entered.headers["location"] == "/"
        client.cookies.clear()


async def test_a_mailbox_cannot_be_flooded(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    for email in (AYLIN, BEN):
        statuses = [(await client.post("/sign-in", data={"email": email})).status_code for _ in range(7)]
        assert statuses == [303] * 5 + [429] * 2
        assert len(await mails(kernel, email)) == 5
    refused = await client.post("/sign-in", data={"email": AYLIN.upper()})
    assert refused.status_code == 429
    assert "too often" in refused.text
    assert AYLIN.upper() in refused.text
    local, _, domain = AYLIN.partition("@")
    for added in ("+a", "+b"):
        address = f"{local}{added}@{domain}"
        assert (await client.post("/register", data={"name": "Aylin", "email": address})).status_code == 429


async def test_another_persons_session_ends_when_a_link_is_followed(app: Starlette, kernel: Kernel):
    async with at_browser(app, BEN) as (browser, ben):
        await person(kernel, AYLIN)
        await browser.post("/sign-in", data={"email": AYLIN})
        link = link_in(await last_mail(kernel, AYLIN))
        assert "Ben Otto will be signed out" in (await open_link(browser, link)).text
        await browser.post("/sign-in/link")
        assert "Aylin" in (await browser.get("/me")).text
        async with kernel.database.read() as session:
            theirs = select(SignInSession.revoked_at).where(SignInSession.person_id == ben.id)
            assert await session.scalar(theirs) is not None


async def test_nobody_is_signed_in_as_another_than_the_page_said(
    app: Starlette, kernel: Kernel, client: httpx2.AsyncClient
):
    for email in (AYLIN, BEN):
        await person(kernel, email)
        await client.post("/sign-in", data={"email": email})
    page = await open_link(client, link_in(await last_mail(kernel, AYLIN)))
    shown = re.search(r'name="link" value="([^"]+)"', page.text)
    assert shown
    await open_link(client, link_in(await last_mail(kernel, BEN)))  # in another tab, by whoever sent it there
    again = await client.post("/sign-in/link", data={"link": shown[1]})
    assert again.status_code == 422
    assert BEN in again.text
    assert not await is_signed_in(client)


async def test_an_address_that_was_never_confirmed_is_by_the_first_link(kernel: Kernel, client: httpx2.AsyncClient):
    assert (await person(kernel, AYLIN)).email_confirmed_at is None
    await client.post("/sign-in", data={"email": AYLIN})
    await follow(client, link_in(await last_mail(kernel, AYLIN)))
    aylin = await known(kernel, AYLIN)
    assert aylin is not None
    assert aylin.email_confirmed_at == kernel.clock.now()


async def test_an_operator_hands_out_links_of_any_lifetime(
    kernel: Kernel, clock: FrozenClock, client: httpx2.AsyncClient
):
    aylin = await person(kernel, AYLIN)
    async with kernel.database.write() as uow:
        url = await operators.link_for(uow, kernel.settings, aylin, next_path="/me", lifetime=timedelta(days=7))
    clock.advance(days=6)
    entered = await follow(client, url.removeprefix("http://localhost:8000"))
    assert entered.headers["location"] == "/me"


async def test_old_links_are_forgotten(kernel: Kernel, clock: FrozenClock, client: httpx2.AsyncClient):
    await client.post("/sign-in", data={"email": AYLIN})
    clock.advance(days=4)
    await client.post("/sign-in", data={"email": BEN})
    async with kernel.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(SignInLink)) == 1


async def test_a_password_signs_in(kernel: Kernel, app: Starlette, client: httpx2.AsyncClient):
    await _with_password(app, AYLIN)
    entered = await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD, "next": "/me/data"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/me/data")
    assert await is_signed_in(client)


WRONG_PAIRS = [(AYLIN, "three green harbors"), (BEN, PASSWORD), ("nobody", PASSWORD), (AYLIN, ""), (AYLIN, "x" * 5000)]


async def test_who_changes_a_password_locks_out_whoever_is_being_let_in_by_the_old_one(
    kernel: Kernel, app: Starlette, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    people = app.state.people
    await _with_password(app, AYLIN)
    aylin = await known(kernel, AYLIN)
    assert aylin is not None
    matches = people.passwords.matches

    async def slowly(kept: str | None, typed: str) -> bool:
        found: bool = await matches(kept, typed)
        async with kernel.database.write() as uow:
            await actions.set_password(uow, people, aylin, await people.passwords.hash("four blue rivers"))
            await sessions.revoke_all(uow, aylin.id, by=aylin.id)
        return found

    monkeypatch.setattr(people.passwords, "matches", slowly)
    refused = await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD})
    assert (refused.status_code, await is_signed_in(client)) == (422, False)


async def test_a_password_that_is_hashed_anew_on_the_way_in_lets_in(
    kernel: Kernel, app: Starlette, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    people = app.state.people
    await _with_password(app, AYLIN)
    monkeypatch.setattr(people.passwords, "outdated", lambda _kept: True)
    await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD})
    assert await is_signed_in(client)


async def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Starlette, client: httpx2.AsyncClient):
    await _with_password(app, AYLIN)
    for address, password in WRONG_PAIRS:
        refused = await client.post("/sign-in/password", data={"address": address, "password": password})
        assert refused.status_code == 422
        assert "This address and this password do not belong together." in refused.text
        assert f'value="{address}"' in refused.text
        assert not password or password not in refused.text
    assert not await is_signed_in(client)


async def test_passwords_cannot_be_guessed_at_leisure(app: Starlette, kernel: Kernel, client: httpx2.AsyncClient):
    await _with_password(app, AYLIN)
    for number in range(10):
        wrong = await client.post("/sign-in/password", data={"address": AYLIN, "password": f"wrong guess {number}"})
        assert wrong.status_code == 422
    right = await client.post("/sign-in/password", data={"address": AYLIN, "password": PASSWORD})
    assert right.status_code == 429
    assert "too often" in right.text
    # The way by mail is open meanwhile.
    await client.post("/sign-in", data={"email": AYLIN})
    assert (await follow(client, link_in(await last_mail(kernel, AYLIN)))).status_code == 303


async def test_signing_out_ends_the_session_for_good(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        kept = dict(browser.cookies)
        assert (await browser.post("/sign-out")).headers["location"] == "/"
        assert not await is_signed_in(browser)
        browser.cookies.update(kept)
        assert not await is_signed_in(browser)


async def test_signing_out_twice_is_no_error(client: httpx2.AsyncClient):
    assert (await client.post("/sign-out")).status_code == 303


async def test_who_is_signed_in_need_not_sign_in(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        for path in ("/sign-in?next=/me", "/register?next=/me", "/sign-in/password?next=/me"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/me")


async def test_the_page_about_the_mail_is_shown_to_whoever_asked_for_it(client: httpx2.AsyncClient):
    assert (await client.get("/sign-in/sent")).headers["location"] == "/sign-in"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    kernel: Kernel, client: httpx2.AsyncClient
):
    await person(kernel, AYLIN)
    await client.post("/sign-in", data={"email": AYLIN})
    entered = await follow(client, link_in(await last_mail(kernel, AYLIN)))
    (cookie,) = [line for line in entered.headers.get_list("set-cookie") if line.startswith("fairmatch_session=")]
    assert re.match(r"fairmatch_session=[\w-]{43};", cookie)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_foreign_site_cannot_sign_anybody_in(kernel: Kernel, client: httpx2.AsyncClient):
    aylin = await person(kernel, AYLIN)
    await sign_in(kernel, client, aylin)
    for path in ("/sign-in", "/sign-in/password", "/sign-in/link", "/sign-out", "/register", "/me", "/me/data/erase"):
        refused = await client.post(path, headers={"sec-fetch-site": "cross-site"})
        assert refused.status_code == 403
    assert await is_signed_in(client)


def _without_chance(html: str, email: str) -> str:
    """A page without what differs every time."""
    html = re.sub(r'nonce="[^"]*"|csp-nonce" content="[^"]*"', "", html)
    return html.replace(email, "ADDRESS")


async def _with_password(app: Starlette, email: str) -> None:
    people: People = app.state.people
    await person(people.kernel, email, password_hash=await people.passwords.hash(PASSWORD))
