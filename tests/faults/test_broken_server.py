"""The test of the test: a server that is broken on purpose must not get past the checker."""

import asyncio
import contextlib
import sys

import pytest

from tests.faults.client import RecordingClient
from tests.faults.lobby import everybody_in, lobby_on
from tests.support.backend import Backend
from tests.support.server_process import Serve

# In which rule each broken promise shows.
SHOWS = {
    "acknowledges_before_the_commit": "H1",
    "forgets_who_sent_it_before": "H1",
    "tells_neighbours_in_the_wrong_order": "H3",
    "catches_up_with_something_else": "H3",
}
MESSAGES = 6
# A broken server may never bring its clients to the top; what they saw by then is enough.
LONG_ENOUGH_S = 15.0


@pytest.mark.parametrize("way", SHOWS)
async def test_a_broken_server_is_found_out(backend: Backend, serve: Serve, way: str) -> None:
    lobby = await lobby_on(backend, people=4)
    servers = await serve(program=[sys.executable, "-m", "tests.faults.broken", way])
    servers.trouble_expected = True
    clients = lobby.clients(servers)
    *staying, leaving = clients
    async with everybody_in(staying):
        async with everybody_in([leaving]):
            await _talk(clients)
        await _talk(staying)
        await servers.kill(0)
        await servers.start(0)
        async with everybody_in([leaving]):
            with contextlib.suppress(TimeoutError):
                await asyncio.gather(*(client.reached(max(each.top for each in clients), 5) for client in clients))
    assert SHOWS[way] in {violation.split(":")[0] for violation in await lobby.violations()}


async def _talk(clients: list[RecordingClient]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONG_ENOUGH_S):
            await asyncio.gather(*(_say(client) for client in clients))


async def _say(client: RecordingClient) -> None:
    for number in range(MESSAGES):
        await client.send(f"{client.name} says {number}")
