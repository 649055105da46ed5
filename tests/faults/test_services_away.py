"""Redis and PostgreSQL restart, hang and forget, and the conversation comes out whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.kernel.clock import SystemClock
from server.kernel.db import Database
from server.kernel.events import Events
from server.kernel.migrate import upgrade
from tests.faults.client import RecordingClient
from tests.faults.happened import FaultOver
from tests.faults.lobby import everybody_in, lobby_on
from tests.support.backend import Backend
from tests.support.daemon import Daemon
from tests.support.desk import scratch
from tests.support.guard import Guard
from tests.support.server_process import ServerProcess, Servers
from tests.support.services import PostgreSQL, Redis

MESSAGES = 40
HANG_S = 5.0


async def restart(service: Daemon) -> None:
    """Away for a moment, and back with nothing in its memory."""
    await asyncio.to_thread(service.kill)
    await asyncio.to_thread(service.start)


async def hang(service: Daemon) -> None:
    """There, but silent."""
    service.pause()
    await asyncio.sleep(HANG_S)  # the fault itself is a time
    service.resume()


Fault = Callable[[Daemon], Awaitable[None]]


@pytest.mark.parametrize("fault", [restart, hang])
async def test_a_redis_that_fails_costs_no_message(
    postgresql_url: str, process_guard: Guard, tmp_path: Path, fault: Fault
) -> None:
    with Redis(tmp_path, process_guard) as redis:
        backend = Backend("cluster", tmp_path, postgresql_url, redis.url, "faults", workers=2)
        await _conversation_comes_out_whole(backend, process_guard, lambda: fault(redis))


async def test_a_postgresql_that_restarts_costs_no_message(
    redis_url: str, process_guard: Guard, tmp_path: Path
) -> None:
    folder = scratch()  # PostgreSQL's user may not look into the test's own
    process_guard.remove(folder)
    with PostgreSQL(folder, process_guard, durable=True) as postgresql:
        backend = Backend("cluster", tmp_path, postgresql.url, redis_url, "faults-postgresql", workers=2)
        await _migrated(backend)
        await _conversation_comes_out_whole(backend, process_guard, lambda: restart(postgresql))


async def test_a_worker_that_stands_still_costs_no_message(
    postgresql_url: str, redis_url: str, process_guard: Guard, tmp_path: Path
) -> None:
    backend = Backend("cluster", tmp_path, postgresql_url, redis_url, "faults-worker", workers=2)
    async with _workers(backend, process_guard, tmp_path) as servers:
        await _talk_during(backend, servers, lambda: hang(servers.processes[0]))


async def _conversation_comes_out_whole(backend: Backend, guard: Guard, fault: Callable[[], Awaitable[None]]) -> None:
    async with _workers(backend, guard, backend.data) as servers:
        await _talk_during(backend, servers, fault)


async def _talk_during(backend: Backend, servers: Servers, fault: Callable[[], Awaitable[None]]) -> None:
    lobby = await lobby_on(backend, people=6)
    clients = lobby.clients(servers)
    async with everybody_in(clients):
        await asyncio.gather(_after_a_third(clients, fault), *(_say(client) for client in clients))
        await asyncio.gather(*(client.reached(MESSAGES * len(clients)) for client in clients))
    assert await lobby.violations() == []


async def _after_a_third(clients: list[RecordingClient], fault: Callable[[], Awaitable[None]]) -> None:
    await clients[0].reached(MESSAGES * len(clients) // 3)
    await fault()
    clients[0].history.add(FaultOver(clients[0].history.time.now()))


async def _say(client: RecordingClient) -> None:
    for number in range(MESSAGES):
        await client.send(f"{client.name} says {number}")


@asynccontextmanager
async def _workers(backend: Backend, guard: Guard, folder: Path) -> AsyncIterator[Servers]:
    values = {name: getattr(backend, name) for name in ("data", "database_url", "redis_url", "redis_prefix")}
    processes = [ServerProcess(f"server-{number}", folder, guard, values) for number in range(backend.workers)]
    servers = Servers(processes, backend)
    try:
        await asyncio.gather(*(servers.start(index) for index in range(backend.workers)))
        yield servers
    finally:
        await asyncio.gather(*(servers.kill(index) for index in range(backend.workers)))


async def _migrated(backend: Backend) -> None:
    database = Database(backend.settings(), SystemClock(), Events())
    await upgrade(database)
    await database.close()
