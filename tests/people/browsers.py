"""People before browsers of their own, signed in: all of them with one transaction, since a thousand tests begin so."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from starlette.applications import Starlette

from people import sessions
from people.model import Person
from people.sessions import Method
from server.kernel.parts import Kernel
from tests.kernel_fixtures import browser_of


@asynccontextmanager
async def signed_in(app: Starlette, people: Mapping[str, str]) -> AsyncIterator[dict[str, httpx2.AsyncClient]]:
    """A browser for each of these people, given as ids by the names that a test has for them."""
    kernel: Kernel = app.state.kernel
    cookies = await cookies_of(kernel, *people.values())
    browsers: dict[str, httpx2.AsyncClient] = {}
    async with AsyncExitStack() as stack:
        for key, cookie in zip(people, cookies, strict=True):
            browsers[key] = await stack.enter_async_context(browser_of(app))
            browsers[key].cookies.set(sessions.cookie_name(kernel.settings), cookie)
        yield browsers


async def cookies_of(kernel: Kernel, *people: str) -> list[str]:
    """The cookie of a new session for each of these people."""
    async with kernel.database.write() as uow:
        found = [await uow.session.get_one(Person, each) for each in people]
        return [(await sessions.start(uow, each, Method.LINK, ""))[1] for each in found]
