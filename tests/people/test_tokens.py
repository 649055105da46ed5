"""API access: tokens are made for a purpose, shown once, counted, listed, and end when their owner says so."""

import re
from datetime import timedelta

import httpx2
from sqlalchemy import select
from starlette.applications import Starlette

from people import api_tokens, erasure, sessions
from people.model import ApiToken
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of
from tests.people.scene import AYLIN, BEN, at_browser, last_mail, text_of

FORM = {"name": "Our website", "scopes": ["directory:read", "products:write"], "until": "2026-12-31"}
SECRET = re.compile(api_tokens.PREFIX + r"[\w-]{43}")


async def made(browser: httpx2.AsyncClient, **fields: object) -> str:
    """Make a token at the page; the token."""
    answer = await browser.post("/me/tokens", data=FORM | fields)
    assert answer.status_code == 200, answer.text
    found = SECRET.search(answer.text)
    assert found
    return found[0]


async def me(app: Starlette, token: str) -> httpx2.Response:
    """What the API says to a program with this token."""
    async with browser_of(app) as program:
        return await program.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})


async def kept(kernel: Kernel) -> list[ApiToken]:
    """All tokens there are."""
    async with kernel.database.read() as session:
        return list(await session.scalars(select(ApiToken).order_by(ApiToken.id)))


async def test_a_token_is_shown_once_and_speaks_for_its_owner(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        token = await made(browser)
        shown = (await browser.get("/me/tokens")).text
        assert token not in shown
        assert 'good until <time datetime="2026-12-31T22:59:59Z">31 December 2026</time>' in shown
        told = text_of(await last_mail(kernel, AYLIN))
        assert "A token for programs was made in your account" in told
        assert token not in told
        said = (await me(app, token)).json()
        assert said["id"] == aylin.id
        assert said["token"] == {
            "name": "Our website",
            "scopes": ["directory:read", "products:write"],
            "expires_at": "2026-12-31T23:00:00Z",  # the day ends in the owner's zone
        }
        assert token.removeprefix(api_tokens.PREFIX) not in repr(vars((await kept(kernel))[0]))


async def test_no_cache_keeps_the_page_that_shows_a_token(app: Starlette):
    async with at_browser(app, AYLIN) as (browser, _):
        answer = await browser.post("/me/tokens", data=FORM)
        assert SECRET.search(answer.text)
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert (
            '<meta name="turbo-cache-control" content="no-cache">' in answer.text
        )  # Turbo's own, in the page's memory


async def test_where_one_looks_who_gets_in_programs_are_named_until_their_tokens_end(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        assert "by a token of yours" not in (await browser.get("/me/devices")).text
        token = await made(browser)
        await browser.post("/me/password", data={"new_password": "three lamps by the canal"})
        assert (await me(app, token)).status_code == 200, "a new password ends sign-ins alone"
        page = (await browser.get("/me/devices")).text
        assert "A program has access as well, by a token of yours" in page
        assert 'href="/me/tokens">See the tokens' in page
        await browser.post(f"/me/tokens/{(await kept(kernel))[0].id}/revoke")
        assert "by a token of yours" not in (await browser.get("/me/devices")).text


async def test_a_token_ends_when_it_is_revoked_and_nobody_else_can_do_that(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _), at_browser(app, BEN) as (other, _):
        token = await made(browser)
        revoke = f"/me/tokens/{(await kept(kernel))[0].id}/revoke"
        assert (await other.post(revoke)).status_code == 404
        assert (await me(app, token)).status_code == 200
        assert (await browser.post(revoke)).status_code == 303
        refused = await me(app, token)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_refused")
        assert refused.headers["www-authenticate"] == 'Bearer realm="Fairmatch", error="invalid_token"'
        assert (await browser.post(revoke)).status_code == 404
        assert "There are none" in (await browser.get("/me/tokens")).text


async def test_a_token_ends_by_itself(app: Starlette, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        token = await made(browser, until="2026-09-14")
        assert (await me(app, token)).status_code == 200
        clock.advance(hours=11)
        assert (await me(app, token)).status_code == 401


async def test_last_use_is_noted_at_most_once_a_minute(app: Starlette, kernel: Kernel, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        token = await made(browser)
        assert "not used yet" in (await browser.get("/me/tokens")).text
        first = clock.now()
        for seconds in (0, 40, 30):
            clock.advance(seconds=seconds)
            await me(app, token)
            used = (await kept(kernel))[0].last_used_at
            assert used == (first if seconds != 30 else clock.now())


WRONG: list[dict[str, object]] = [{"name": " "}, {"name": "x" * 61}, {"scopes": []}, {"scopes": ["everything"]}]
WRONG += [{"until": each} for each in ("", "soon", "2026-09-13", "2027-09-16", "9999-12-31")]


async def test_what_is_wrong_with_a_new_token_is_said_at_its_field(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        for wrong in WRONG:
            answer = await browser.post("/me/tokens", data=FORM | wrong)
            assert answer.status_code == 422, wrong
            assert f'id="{next(iter(wrong))}-error"' in answer.text
        assert await kept(kernel) == []


async def test_a_token_needs_a_fresh_sign_in(app: Starlette, kernel: Kernel, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        clock.advance(minutes=31)
        assert (await browser.post("/me/tokens", data=FORM)).status_code == 422
        assert await kept(kernel) == []


async def test_one_person_has_a_bounded_number_of_tokens(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        async with kernel.database.write() as uow:
            until = uow.clock.now() + timedelta(days=1)
            for number in range(api_tokens.MOST):
                await api_tokens.make(uow, aylin.id, f"No. {number}", ["directory:read"], until)
        assert (await browser.post("/me/tokens", data=FORM)).status_code == 422
        assert len(await kept(kernel)) == api_tokens.MOST


async def test_guessing_tokens_comes_to_an_end(app: Starlette):
    async with browser_of(app) as program:
        for wrong in ("x", api_tokens.PREFIX, api_tokens.PREFIX + "A" * 43, "\xff"):
            answer = await program.get("/api/v1/me", headers={"authorization": b"Bearer " + wrong.encode("latin-1")})
            assert answer.status_code == 401
        assert (await program.get("/api/v1/me", headers={"authorization": "Basic YTpi"})).status_code == 401
        tried = [await me(app, "nothing") for _ in range(60)]
    assert (tried[0].status_code, tried[-1].status_code) == (401, 429)


async def test_tokens_are_in_the_archive_without_their_secret_and_go_with_the_account(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        token = await made(browser)
        async with kernel.database.read() as session:
            told = (await erasure.collect(session, aylin.id)).data["api_tokens"]
        assert [(one["name"], one["scopes"]) for one in told] == [("Our website", FORM["scopes"])]
        assert "token_hash" not in told[0]
        async with kernel.database.write() as uow:
            await erasure.erase(uow, kernel, aylin.id)
        assert await kept(kernel) == []
        assert (await me(app, token)).status_code == 401


async def test_a_cookie_is_nothing_to_the_api(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        assert browser.cookies.get(sessions.cookie_name(kernel.settings))
        assert (await browser.get("/api/v1/me")).status_code == 401
        assert (await browser.post("/api/v1/organisations", json={"kind": "company", "name": "X"})).status_code == 401
