"""Sessions: who is signed in, for how long, and how it ends."""

import asyncio

import httpx2
import pytest
from sqlalchemy import event, select
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from people import sessions
from people.events import SessionRevoked, SessionStarted
from people.model import SignInSession
from people.sessions import Method
from people.tokens import digest
from server.kernel.clock import FrozenClock
from server.kernel.parts import Kernel
from tests.kernel_fixtures import NOON, browser_of, started
from tests.people.scene import AYLIN, BEN, at_browser, is_signed_in, person, sign_in
from tests.support.backend import Backend


async def test_a_session_lives_for_ninety_days_after_its_last_use(app: Starlette, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        for _ in range(3):
            clock.advance(days=89)
            assert await is_signed_in(browser)
        clock.advance(days=90)
        assert not await is_signed_in(browser)


async def test_being_seen_is_written_every_five_minutes_at_most(app: Starlette, kernel: Kernel, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        seen = []
        for minutes in (4, 1, 4, 1):
            clock.advance(minutes=minutes)
            await browser.get("/me")
            async with kernel.database.read() as session:
                seen.append((await session.scalar(select(SignInSession.last_seen_at)) or NOON) - NOON)
        assert [passed.total_seconds() / 60 for passed in seen] == [0, 5, 5, 10]


async def test_knowing_who_it_is_costs_one_query(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, aylin):
        asked = _noting(kernel)
        signed = await sessions.authenticate(_with_cookie(app, browser.cookies["fairmatch_session"]))
        assert signed is not None
        assert (signed.person.id, signed.person.admin) == (aylin.id, False)
        assert len(asked) == 1


NOISE = ["", "x", "A" * 42, "A" * 44, "'; DROP TABLE persons; --" + "A" * 18, "%00" * 15, "ä" * 43]


async def test_noise_in_the_cookie_asks_the_database_nothing(app: Starlette, kernel: Kernel):
    asked = _noting(kernel)
    for token in NOISE:
        assert await sessions.authenticate(_with_cookie(app, token)) is None
    assert asked == []


async def test_a_token_of_nobody_is_nobody(kernel: Kernel, client: httpx2.AsyncClient):
    await person(kernel, AYLIN)
    client.cookies.set("fairmatch_session", "A" * 43)
    assert not await is_signed_in(client)


async def test_the_database_knows_no_token(app: Starlette, kernel: Kernel):
    async with at_browser(app, AYLIN) as (browser, _):
        token = browser.cookies["fairmatch_session"]
        async with kernel.database.read() as session:
            kept = await session.scalar(select(SignInSession.token_hash))
        assert kept == digest(token) != token


async def test_beginnings_and_ends_are_told(kernel: Kernel):
    told: list[object] = []

    async def note(happened: object) -> None:
        told.append(happened)

    kernel.events.on(SessionStarted, note)
    kernel.events.on(SessionRevoked, note)
    aylin = await person(kernel, AYLIN)
    async with kernel.database.write() as uow:
        first, _ = await sessions.start(uow, aylin, Method.LINK, "")
        second, _ = await sessions.start(uow, aylin, Method.PASSKEY, "")
    async with kernel.database.write() as uow:
        assert await sessions.revoke_all(uow, aylin.id, by=aylin.id, but=second) == 1
        assert not await sessions.revoke(uow, aylin.id, first, by=aylin.id)
    assert told == [
        SessionStarted(aylin.id, first),
        SessionStarted(aylin.id, second),
        SessionRevoked(aylin.id, first),
    ]


async def test_an_end_that_is_rolled_back_is_not_told(kernel: Kernel):
    told: list[SessionRevoked] = []

    async def note(happened: SessionRevoked) -> None:
        told.append(happened)

    kernel.events.on(SessionRevoked, note)
    aylin = await person(kernel, AYLIN)
    async with kernel.database.write() as uow:
        session_id, _ = await sessions.start(uow, aylin, Method.LINK, "")

    async def end_and_fail() -> None:
        async with kernel.database.write() as uow:
            await sessions.revoke(uow, aylin.id, session_id, by=None)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await end_and_fail()
    assert told == []


async def test_the_live_line_learns_which_sessions_stand(kernel: Kernel, clock: FrozenClock):
    aylin, ben = await person(kernel, AYLIN), await person(kernel, BEN)
    async with kernel.database.write() as uow:
        hers, _ = await sessions.start(uow, aylin, Method.LINK, "")
        his, _ = await sessions.start(uow, ben, Method.LINK, "")
        await sessions.revoke(uow, ben.id, his, by=None)
    async with kernel.database.read() as session:
        found = await sessions.alive(session, [hers, his, "unknown"], clock.now())
        assert {id_: who.id for id_, who in found.items()} == {hers: aylin.id}
        clock.advance(days=90)
        assert await sessions.alive(session, [hers], clock.now()) == {}


async def test_ends_of_long_ago_are_forgotten(kernel: Kernel, clock: FrozenClock):
    aylin = await person(kernel, AYLIN)
    for _ in range(3):
        async with kernel.database.write() as uow:
            await sessions.start(uow, aylin, Method.LINK, "")
        clock.advance(days=100)
    async with kernel.database.read() as session:
        assert len((await session.scalars(select(SignInSession))).all()) == 1


async def test_many_requests_at_once_are_one_session(app: Starlette, kernel: Kernel, clock: FrozenClock):
    async with at_browser(app, AYLIN) as (browser, _):
        clock.advance(minutes=10)
        answers = await asyncio.gather(*(browser.get("/me/devices") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}


async def test_with_https_the_cookie_is_bound_to_this_host(backend: Backend, clock: FrozenClock):
    async with started(backend.settings(base_url="https://fair.example.org"), clock) as application:
        kernel: Kernel = application.state.kernel
        async with browser_of(application) as browser:
            browser.base_url = "https://fair.example.org"
            await sign_in(kernel, browser, await person(kernel, AYLIN))
            assert "__Host-fairmatch_session" in browser.cookies
            assert await is_signed_in(browser)
            gone = await browser.post("/sign-out")
            (cookie,) = [line for line in gone.headers.get_list("set-cookie") if line.startswith("__Host-")]
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie


def _noting(kernel: Kernel) -> list[str]:
    """What the database is asked about sessions from now on."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if "sign_in_sessions" in sql:
            asked.append(sql)

    event.listen(kernel.database.engine.sync_engine, "before_cursor_execute", note)
    return asked


def _with_cookie(app: Starlette, token: str) -> HTTPConnection:
    """A request with this session cookie."""
    cookie = f"fairmatch_session={token}".encode()
    return HTTPConnection({"type": "http", "app": app, "headers": [(b"cookie", cookie)]})
