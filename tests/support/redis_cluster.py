"""A Redis Cluster of two primaries, as small as one can be that has topics on different machines."""

import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as Connection

from server.kernel.ids import new_id
from tests.support.daemon import POLL_S, START_TIMEOUT_S, free_port
from tests.support.guard import Guard
from tests.support.services import Redis

SLOTS = 16_384


class Primary(Redis):
    """A redis-server that is a part of a cluster."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        super().__init__(folder, guard)
        self.bus_port = free_port()

    def command(self) -> Sequence[str]:
        """With the port at which the primaries talk to one another."""
        return [*super().command(), "--cluster-enabled", "yes", "--cluster-port", str(self.bus_port)]


class RedisCluster:
    """Two started primaries, which share the slots."""

    def __init__(self, primaries: Sequence[Primary]) -> None:
        self.name = new_id()  # put before every channel, so that tests do not hear one another
        self.urls = [each.url.removesuffix("/0") for each in primaries]
        self._connections: list[Any] = [Connection(port=each.port) for each in primaries]  # its commands have no types
        first, second = self._connections
        first.execute_command("CLUSTER ADDSLOTSRANGE", 0, SLOTS // 2 - 1)
        second.execute_command("CLUSTER ADDSLOTSRANGE", SLOTS // 2, SLOTS - 1)
        second.execute_command("CLUSTER MEET", "127.0.0.1", primaries[0].port, primaries[0].bus_port)
        until = time.monotonic() + START_TIMEOUT_S
        while not all(self._is_whole(each) for each in self._connections):
            if time.monotonic() > until:
                raise TimeoutError("the cluster is not whole")
            time.sleep(POLL_S)

    def shard_channels(self) -> list[int]:
        """How many topics are heard on each primary."""
        return [len(each.execute_command("PUBSUB SHARDCHANNELS", "*")) for each in self._connections]

    def move(self, slot: int) -> None:
        """Give a slot to the other primary, as an operator does who shares the load anew."""
        names = [each.execute_command("CLUSTER MYID") for each in self._connections]
        owner = 0 if slot < SLOTS // 2 else 1
        for connection in reversed(self._connections) if owner == 0 else self._connections:
            connection.execute_command("CLUSTER SETSLOT", slot, "NODE", names[1 - owner])

    def close(self) -> None:
        """Let the connections go."""
        for each in self._connections:
            each.close()

    @staticmethod
    def _is_whole(connection: Any) -> bool:
        info = connection.execute_command("CLUSTER INFO")
        return (info["cluster_state"], info["cluster_known_nodes"]) == ("ok", "2")


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _redis_cluster(tmp_path_factory: pytest.TempPathFactory, process_guard: Guard) -> Iterator[RedisCluster]:
    folders = [tmp_path_factory.mktemp(f"primary-{number}") for number in range(2)]
    primaries = [Primary(folder, process_guard) for folder in folders]
    with primaries[0], primaries[1]:
        cluster = RedisCluster(primaries)
        yield cluster
        cluster.close()


@pytest.fixture
def redis_cluster(_redis_cluster: RedisCluster) -> RedisCluster:
    """The cluster of this test process, with a name for this test alone."""
    _redis_cluster.name = f"test-{next(_numbers)}"
    return _redis_cluster
