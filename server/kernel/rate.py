"""Rate limits: how often one person, or one address, may do a thing."""

import asyncio
import ipaddress
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from server.kernel.away import REDIS, reason_of
from server.kernel.http import ProblemError
from server.kernel.settings import Settings

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

T = TypeVar("T")

# A limit is looked up before the work it protects, so it must not take longer than the work.
REDIS_TIMEOUT_S = 0.25
# How long each process counts for itself after Redis failed to answer.
ON_ITS_OWN_S = 5.0
# Uses that lie ahead of the clock by more were counted before it was set back: workers' clocks differ by less.
AHEAD_S = 60.0


@dataclass(frozen=True)
class Left:
    """How far a limit is used up: of `most` uses in a window of seconds `uses` are left, and more come in `seconds`."""

    most: int
    window: int
    uses: int
    seconds: int


class Limiter:
    """Counts in Redis where several workers share one limit, else in memory; and in memory while Redis is away."""

    def __init__(self, settings: Settings) -> None:
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._redis = _redis(settings.redis_url) if settings.redis_url else None
        self._shared = _shared(self._redis, settings.redis_prefix) if self._redis else None
        self._alone_until = 0.0

    async def stop(self) -> None:
        """Close the connections."""
        if self._redis is not None:
            await self._redis.aclose()

    async def spend(self, what: str, limit: str, *who: str) -> None:
        """Count one use of `what` by `who`; `limit` reads like "5 per minute" or "100/hour".

        Raises ProblemError 429 with Retry-After when it is used up; a refused use is not counted.
        """
        await self.spend_all((what, limit, *who))

    async def left(self, what: str, limit: str, *who: str) -> "Left":
        """What is left of a limit, given as for `spend`."""
        item = parse(limit)
        window = await self._counted(lambda counter: counter.get_window_stats(item, what, *who))
        seconds = math.ceil(window.reset_time - time.time()) if window.remaining < item.amount else item.get_expiry()
        return Left(item.amount, item.get_expiry(), max(0, window.remaining), max(1, seconds))

    async def spend_all(self, *uses: tuple[str, ...]) -> None:
        """Count one use of several things, each given as for `spend`: none of them when one is used up, so that
        nobody uses up another's by tries that are refused. Raises ProblemError 429.
        """
        items = [(parse(limit), (what, *who)) for what, limit, *who in uses]
        wait = await self._counted(lambda counter: _spend(counter, items))
        if wait:
            raise too_often(wait)

    def _alone(self, error: Exception) -> None:
        REDIS.away(f"rate limits: {reason_of(error)}")
        self._alone_until = time.monotonic() + ON_ITS_OWN_S

    async def _counted(self, count: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        """Count where it is counted now. Only Redis can be away: what is in memory is waited for, also by a process
        that is so busy that its own threads come late."""
        if self._shared is not None and time.monotonic() >= self._alone_until:
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_S):
                    return await count(self._shared)
            except Exception as error:
                self._alone(error)
        return await count(self._memory)


def too_often(seconds: int) -> ProblemError:
    """The answer to too many requests."""
    return ProblemError(
        429,
        "rate_limited",
        "That was too often. Try again a little later.",
        headers={"retry-after": str(seconds)},
        after=seconds * 1000,
    )


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from, as far as limits go: an IPv6 network of 64 bits is one household."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:  # as a socket for both versions sees everybody who comes by the older one
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return host


Item = tuple[RateLimitItem, tuple[str, ...]]


async def _spend(counter: MovingWindowRateLimiter, items: Sequence[Item]) -> int:
    """Seconds to wait, 0 when all was allowed."""
    if len(items) > 1:
        for item, key in items:
            if not await _allows(counter, counter.test, item, key):
                return await _wait(counter, item, key)
    for item, key in items:
        if not await _allows(counter, counter.hit, item, key):
            return await _wait(counter, item, key)
    return 0


async def _allows(
    counter: MovingWindowRateLimiter, ask: Callable[..., Awaitable[bool]], item: RateLimitItem, key: tuple[str, ...]
) -> bool:
    """What a counter says; it forgets what was counted by a clock that was ahead, and would refuse for as long."""
    if await ask(item, *key):
        return True
    if await _wait(counter, item, key) <= item.get_expiry() + AHEAD_S:
        return False
    await counter.clear(item, *key)
    return await ask(item, *key)


async def _wait(counter: MovingWindowRateLimiter, item: RateLimitItem, key: tuple[str, ...]) -> int:
    window = await counter.get_window_stats(item, *key)
    return max(1, math.ceil(window.reset_time - time.time()))


def _redis(url: str) -> "ConnectionPool":
    from redis.asyncio import ConnectionPool

    return ConnectionPool.from_url(url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)


def _shared(pool: "ConnectionPool", prefix: str) -> MovingWindowRateLimiter:
    options: dict[str, Any] = {"connection_pool": pool}
    storage = RedisStorage("async+redis://", implementation="redispy", key_prefix=f"{prefix}:limits", **options)
    return MovingWindowRateLimiter(storage)
