"""A worker dies in the middle of a conversation, and nobody who was told "yes" was told wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.faults.client import RecordingClient
from tests.faults.happened import FaultOver, History
from tests.faults.lobby import everybody_in, lobby_on
from tests.support.backend import Backend
from tests.support.daemon import POLL_S
from tests.support.server_process import Serve, Servers

SENDS = 500


async def test_a_worker_killed_in_the_middle_of_500_sends_loses_and_doubles_nothing(
    backend: Backend, serve: Serve
) -> None:
    lobby = await lobby_on(backend)
    servers = await serve()
    clients = lobby.clients(servers)
    async with everybody_in(clients):
        await asyncio.gather(_kill_and_restart(servers, clients), *(_say(client) for client in clients))
        await _all_reach_the_top(clients)
        await asyncio.gather(*(_count(client) for client in clients))
    await asyncio.to_thread(lobby.take_logs, servers)
    assert await lobby.violations() == []
    assert len(await lobby.log()) == SENDS
    assert max(client.connections for client in clients) > 1, "nobody was cut off: nothing was tested"


POINTS = ["before_lock", "after_insert", "after_commit", "before_publish", "before_ack", "after_ack"]


@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_that_dies_at_a_named_point_loses_and_doubles_nothing(
    backend: Backend, serve: Serve, point: str
) -> None:
    """The worker ends itself at the point, when it comes by for the fifth time; a new one takes its place."""
    lobby = await lobby_on(backend)
    servers = await serve(failpoint=f"{point}:5")
    clients = lobby.clients(servers)
    async with everybody_in(clients), _the_dead_replaced(servers, lobby.history) as deaths:
        await asyncio.gather(*(_say(client, messages=10) for client in clients))
        await _all_reach_the_top(clients)
    assert deaths, "no worker died: nothing was tested"
    assert await lobby.violations() == []
    assert len(await lobby.log()) == 10 * len(clients)


async def _say(client: RecordingClient, messages: int = 50) -> None:
    for number in range(messages):
        await client.send(f"{client.name} says {number}")


async def _count(client: RecordingClient) -> None:
    """Read nearly everything, in two tabs of which one is behind, and ask how much is left."""
    for seq in (SENDS - 5, SENDS - 20):
        await client.read(seq)
    await client.count_unread()


async def _kill_and_restart(servers: Servers, clients: list[RecordingClient]) -> None:
    await clients[0].reached(SENDS // 4)
    await servers.kill(0)
    await servers.start(0)
    clients[0].history.add(FaultOver(clients[0].history.time.now()))


@asynccontextmanager
async def _the_dead_replaced(servers: Servers, history: History) -> AsyncIterator[list[int]]:
    """Start every worker again that ended itself; the block gets the list of the deaths."""
    deaths: list[int] = []

    async def watch(index: int) -> None:
        while True:
            if not servers.processes[index].running:
                deaths.append(index)
                servers.processes[index].forget("failpoint")
                await servers.start(index)
                history.add(FaultOver(history.time.now()))
            await asyncio.sleep(POLL_S)

    watching = [asyncio.create_task(watch(index)) for index in range(len(servers.processes))]
    try:
        yield deaths
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def _all_reach_the_top(clients: list[RecordingClient]) -> None:
    top = max(client.top for client in clients)
    await asyncio.gather(*(client.reached(top) for client in clients))
