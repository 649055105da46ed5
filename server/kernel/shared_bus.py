"""The bus of several workers, as it is configured."""

from server.kernel.bus import Bus
from server.kernel.clock import Clock
from server.kernel.redis_bus import RedisBus
from server.kernel.settings import Settings


def shared_bus(settings: Settings, clock: Clock, *, use: str = "") -> Bus:
    """One Redis, or the primaries of a cluster. Buses of another `use` hear nothing of this one."""
    prefix = f"{settings.redis_prefix}:{use}" if use else settings.redis_prefix
    if not settings.bus_cluster:
        return RedisBus(settings.redis_url, prefix, clock)
    from server.kernel.cluster_bus import ClusterBus  # loads what a single Redis does not need

    return ClusterBus(settings.bus_cluster, prefix, clock)
