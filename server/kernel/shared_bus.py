"""The bus of several workers, as it is configured."""

import asyncio

import structlog
from hiredis import ReplyError

from server.kernel.away import reason_of
from server.kernel.bus import Bus
from server.kernel.clock import Clock
from server.kernel.redis_bus import RedisBus, channel_of
from server.kernel.redis_line import open_line
from server.kernel.settings import Settings

# How long to wait for Redis to say who hears a topic.
ANSWER_LIMIT_S = 1.0

log = structlog.get_logger(__name__)


def shared_bus(settings: Settings, clock: Clock, *, use: str = "") -> Bus:
    """One Redis, or the primaries of a cluster. Buses of another `use` hear nothing of this one."""
    prefix = f"{settings.redis_prefix}:{use}" if use else settings.redis_prefix
    if not settings.bus_cluster:
        return RedisBus(settings.redis_url, prefix, clock)
    from server.kernel.cluster_bus import ClusterBus  # loads what a single Redis does not need

    return ClusterBus(settings.bus_cluster, prefix, clock)


async def is_heard(settings: Settings, topic: str) -> bool:
    """Whether any process is subscribed to a topic of the bus; False as well when Redis does not say so soon."""
    url, count, channel = settings.redis_url, "NUMSUB", channel_of(settings.redis_prefix, topic)
    try:
        if settings.bus_cluster:
            from server.kernel.cluster_bus import home_of

            count = "SHARDNUMSUB"
            url, channel = await home_of(settings.bus_cluster, settings.redis_prefix, topic)
        async with asyncio.timeout(ANSWER_LIMIT_S):
            return await _is_heard(url, count, channel)
    except (OSError, ReplyError) as error:
        log.warning("bus_does_not_say", topic=topic, error=reason_of(error))
        return False


async def _is_heard(url: str, count: str, channel: bytes) -> bool:
    line = await open_line(url, lambda _: None)
    try:
        _, listeners = await line.ask("PUBSUB", count, channel)
    finally:
        line.abort()
    return bool(listeners)
