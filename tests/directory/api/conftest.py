"""Programs of the cast, each with tokens of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest

from people import api_tokens
from server.kernel.access import SCOPES
from tests.directory.scene import Scene
from tests.kernel_fixtures import BASE

# (somebody of the cast; None: nobody, the scopes of the token: all unless said) -> a program that sends it.
Program = Callable[..., object]


async def token(there: Scene, name: str, *scopes: str) -> tuple[str, str]:
    """A token of somebody, for all scopes unless some are said; its id and the token."""
    async with there.kernel.database.write() as uow:
        until = uow.clock.now() + timedelta(days=30)
        made, secret = await api_tokens.make(uow, there.ids[name], "A program", scopes or tuple(SCOPES.values()), until)
        return made.id, secret


@pytest.fixture
async def program(there: Scene) -> AsyncIterator[Callable[..., object]]:
    """Makes programs: of nobody, or with a token."""
    async with AsyncExitStack() as stack:

        async def make(name: str | None = None, *scopes: str) -> httpx2.AsyncClient:
            headers = {"accept": "application/json", "accept-language": "en"}
            if name is not None:
                headers["authorization"] = f"Bearer {(await token(there, name, *scopes))[1]}"
            transport = httpx2.ASGITransport(there.app)
            return await stack.enter_async_context(
                httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)
            )

        yield make
