"""One person opens tab after tab, and the proxy spreads them over all workers, of which one is killed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from tests.faults.client import SUBPROTOCOL
from tests.faults.lobby import lobby_on
from tests.support.backend import Backend
from tests.support.daemon import POLL_S
from tests.support.patience import PATIENCE_S
from tests.support.server_process import Serve

MOST = 10


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What is open until the end of the test."""
    async with AsyncExitStack() as opened:
        yield opened


async def test_a_person_has_ten_tabs_on_all_workers_together_and_a_killed_one_keeps_nobody_out(
    backend: Backend, serve: Serve, stack: AsyncExitStack
) -> None:
    lobby = await lobby_on(backend, people=3)
    servers = await serve()
    here, there = servers.live_urls[0], servers.live_urls[-1]
    tabs = [await _tab(stack, url, lobby.tokens[0]) for url in [here, there] * (MOST // 2)]
    for url in (here, there):
        tabs.append(await _tab(stack, url, lobby.tokens[0]))
        await _stay(tabs, MOST)
    if backend.workers > 1:
        left = len([tab for tab in _open(tabs) if tab.remote_address[1] == servers.processes[-1].port])
        await servers.kill(0)
        await _stay(tabs, left)
        tabs += await asyncio.gather(*(_tab(stack, there, lobby.tokens[0]) for _ in range(MOST - left)))
        await _stay(tabs, MOST)
        tabs.append(await _tab(stack, there, lobby.tokens[0]))
        await _stay(tabs, MOST)


async def _tab(stack: AsyncExitStack, url: str, token: str) -> ClientConnection:
    """One more tab, which is welcomed or sent away."""
    headers = {"Authorization": f"Bearer {token}"}
    opening = connect(url, subprotocols=[SUBPROTOCOL], additional_headers=headers, compression=None)
    tab = await stack.enter_async_context(opening)
    await tab.send(json.dumps({"i": 1, "m": "hello", "p": {"resume": token, "channels": {}}}))
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            await tab.recv()
    return tab


async def _stay(tabs: list[ClientConnection], number: int) -> None:
    """Wait until no more than so many are open; who came in by two workers at once is let in before one is sent away.
    Nobody is sent away beyond that."""
    async with asyncio.timeout(PATIENCE_S):
        while len(_open(tabs)) > number:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(POLL_S)
    await asyncio.gather(*(asyncio.wait_for(tab.ping(), PATIENCE_S) for tab in _open(tabs)))
    assert len(_open(tabs)) == number


def _open(tabs: list[ClientConnection]) -> list[ClientConnection]:
    return [tab for tab in tabs if tab.state is State.OPEN]
