"""Programs of the people of a scene or a network, each with a token of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest

from people import api_tokens
from server.kernel.access import SCOPES
from tests.directory.needs.network import Network
from tests.directory.scene import Scene
from tests.kernel_fixtures import BASE

# (somebody there; None: nobody, the scopes of the token: all unless said) -> a program that sends it.
Program = Callable[..., Awaitable[httpx2.AsyncClient]]


async def token(there: Scene | Network, name: str, *scopes: str) -> str:
    """A token of somebody, for all scopes unless some are said."""
    ids = there.ids if isinstance(there, Scene) else there.people
    async with there.kernel.database.write() as uow:
        until = uow.clock.now() + timedelta(days=30)
        return (await api_tokens.make(uow, ids[name], "A program", scopes or tuple(SCOPES.values()), until))[1]


@pytest.fixture
async def program(there: Scene | Network) -> AsyncIterator[Program]:
    """Makes programs: of nobody, or with a token."""
    async with AsyncExitStack() as stack:

        async def make(name: str | None = None, *scopes: str) -> httpx2.AsyncClient:
            headers = {"accept": "application/json", "accept-language": "en"}
            if name is not None:
                headers["authorization"] = f"Bearer {await token(there, name, *scopes)}"
            transport = httpx2.ASGITransport(there.app)
            return await stack.enter_async_context(
                httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)
            )

        yield make
