import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from limits.aio.storage import MemoryStorage
from starlette.requests import HTTPConnection

from server.kernel.http import ProblemError
from server.kernel.ids import new_id
from server.kernel.rate import Limiter, address_of
from server.kernel.settings import Settings
from tests.support.backend import settings_with
from tests.support.guard import Guard
from tests.support.patience import PATIENCE_S
from tests.support.services import Redis


async def spent(limiter: Limiter, times: int, *who: str, limit: str = "3 per minute") -> int:
    """How many of so many tries were allowed."""
    allowed = 0
    for _ in range(times):
        try:
            await limiter.spend("knock", limit, *who)
            allowed += 1
        except ProblemError:
            continue
    return allowed


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is waited for by a busy machine too: whose answer comes late would be counted in memory instead."""
    monkeypatch.setattr("server.kernel.rate.REDIS_TIMEOUT_S", PATIENCE_S)


@pytest.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    """Each place to count in."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    async with counting(settings_with(redis_url=url, redis_prefix=new_id())) as limiter:
        yield limiter


@asynccontextmanager
async def counting(settings: Settings) -> AsyncIterator[Limiter]:
    """The limiter of one worker."""
    limiter = Limiter(settings)
    yield limiter
    await limiter.stop()


async def test_so_many_are_allowed_and_no_more(limiter: Limiter) -> None:
    assert await spent(limiter, 10, "ada") == 3


async def test_each_person_has_their_own(limiter: Limiter) -> None:
    await spent(limiter, 10, "ada")

    assert await spent(limiter, 10, "ben") == 3


async def test_each_thing_has_its_own(limiter: Limiter) -> None:
    await spent(limiter, 10, "ada")

    await limiter.spend("ring", "3 per minute", "ada")


async def test_a_try_that_is_refused_uses_nothing_up(limiter: Limiter) -> None:
    async def ring(network: str) -> None:
        await limiter.spend_all(("network", "2 per minute", network), ("bell", "3 per minute", "ada"))

    await ring("here")
    await ring("here")
    for _ in range(5):
        with pytest.raises(ProblemError):
            await ring("here")

    await ring("there")
    with pytest.raises(ProblemError):
        await ring("there")
    await limiter.spend("network", "2 per minute", "there")
    with pytest.raises(ProblemError):
        await limiter.spend("network", "2 per minute", "there")


async def test_who_is_refused_hears_when_to_come_back(limiter: Limiter) -> None:
    await spent(limiter, 3, "ada")

    with pytest.raises(ProblemError) as refused:
        await limiter.spend("knock", "3 per minute", "ada")

    seconds = int(refused.value.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert refused.value.extra == {"after": seconds * 1000}


async def test_a_clock_that_was_ahead_and_is_set_back_keeps_nobody_out(
    limiter: Limiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = time.time
    monkeypatch.setattr("time.time", lambda: right() + 3600)
    assert await spent(limiter, 10, "ada") == 3
    monkeypatch.setattr("time.time", lambda: right() + 30)  # as workers' clocks may differ
    assert await spent(limiter, 10, "ada") == 3
    monkeypatch.setattr("time.time", right)
    assert await spent(limiter, 10, "ada") == 0
    monkeypatch.setattr("time.time", lambda: right() + 3600)
    assert await spent(limiter, 10, "ben") == 3
    monkeypatch.setattr("time.time", right)
    await limiter.spend_all(("knock", "3 per minute", "ben"), ("ring", "3 per minute", "ben"))


async def test_workers_share_one_limit(redis_url: str) -> None:
    settings = settings_with(redis_url=redis_url, redis_prefix=new_id())

    async with counting(settings) as one, counting(settings) as other:
        assert await spent(one, 2, "ada") == 2
        assert await spent(other, 2, "ada") == 1


async def test_without_redis_each_worker_counts_for_itself(
    tmp_path: Path, process_guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Redis(tmp_path, process_guard) as redis:
        async with counting(settings_with(redis_url=redis.url)) as limiter:
            assert await spent(limiter, 1, "ada") == 1
            redis.pause()
            monkeypatch.setattr("server.kernel.rate.REDIS_TIMEOUT_S", 0.25)

            assert await spent(limiter, 10, "ada") == 3
            redis.resume()


async def test_what_is_counted_in_memory_is_waited_for_by_a_busy_process(monkeypatch: pytest.MonkeyPatch) -> None:
    acquire = MemoryStorage.acquire_entry

    async def late(*given: Any, **more: Any) -> bool:
        """As when the thread that clears away what has expired comes late: it holds the lock meanwhile."""
        await asyncio.sleep(0.01)
        return await acquire(*given, **more)

    monkeypatch.setattr(MemoryStorage, "acquire_entry", late)
    monkeypatch.setattr("server.kernel.rate.REDIS_TIMEOUT_S", 0)
    async with counting(settings_with(redis_url="")) as limiter:
        assert await spent(limiter, 4, "ada") == 3


def connection(host: str | None) -> HTTPConnection:
    return HTTPConnection({"type": "http", "client": (host, 1) if host else None, "headers": []})


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
        (None, ""),
    ],
)
def test_an_ipv6_household_counts_as_one_address(host: str | None, counted: str) -> None:
    assert address_of(connection(host)) == counted
