"""Workers and media nodes that share a Redis, for tests."""

import asyncio
import itertools
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bench.media.peer import Media, RawPeer
from server.kernel.clock import SystemClock
from server.kernel.redis_bus import RedisBus
from server.kernel.settings import Settings
from signaling.media.member import Membership
from signaling.media.node import Place
from signaling.media.spread import Budget
from signaling.own_nodes import OwnNodes
from signaling.protocol import Join, MediaError, Rights, RoomState
from signaling.registry import Registry
from tests.support.patience import PATIENCE_S

_numbers = itertools.count(1)
DEAD = set[str]()  # lives that were killed
SPEAKER = Rights(listen=True, publish=["microphone"])
LISTENER = Rights(listen=True, publish=[])


@dataclass
class Worker:
    """A server process, as far as calls are concerned, and what it told those connected to it."""

    back_end: OwnNodes
    states: list[RoomState] = field(default_factory=list)
    peers: list[RawPeer] = field(default_factory=list)

    async def stop(self) -> None:
        """The end, also for who is still connected."""
        for peer in self.peers:
            await peer.close()
        await self.back_end.stop()

    async def join(
        self, name: str, *, sends: bool = False, room: str = "room", generation: int = 0, rights: Rights | None = None
    ) -> RawPeer:
        """Somebody who is connected to this worker comes in."""
        peer = RawPeer([Media("0", "audio", sends)])
        more = {"publish": [{"mid": "0", "source": "microphone"}]} if sends else {"listen": {"0": "auto"}}
        asked = {"room": room, "participant": name, "person": name, "session": name, "generation": generation}
        params = Join.model_validate(asked | more | {"sdp": peer.offer(), "rights": (rights or SPEAKER).model_dump()})
        try:
            joined = await self.back_end.join(params)
        except MediaError:
            peer.socket.close()
            raise
        peer.connect(joined.sdp)
        self.peers.append(peer)
        await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
        return peer

    @property
    def people(self) -> list[str]:
        """Who is in the room by the newest state."""
        return [each.id for each in self.states[-1].participants] if self.states else []


class Installation:
    """Workers and nodes that share a Redis, in the test's own process."""

    def __init__(self, url: str, ending: AsyncExitStack) -> None:
        self.settings = Settings(
            redis_url=url, redis_prefix=f"nodes_{os.getpid()}_{next(_numbers)}", media_node="elsewhere"
        )
        self._ending = ending

    async def bus(self) -> RedisBus:
        """A connection of one process."""
        bus = RedisBus(self.settings.redis_url, self.settings.redis_prefix, SystemClock())
        await bus.start()
        self._ending.push_async_callback(bus.stop)
        return bus

    async def worker(self) -> Worker:
        """A further server process."""
        worker = Worker(OwnNodes(self.settings, await self.bus()))
        worker.back_end.ears.on_room = worker.states.append
        await worker.back_end.start()
        self._ending.push_async_callback(worker.stop)
        return worker

    async def node(self, name: str, budget: Budget | None = None) -> Membership:
        """A further node."""
        membership = Membership(Place(), await self.bus(), Registry(self.settings), name, budget)
        await membership.start()
        self._ending.push_async_callback(ended, membership)
        return membership

    def registry(self) -> Registry:
        """A look into Redis."""
        made = Registry(self.settings)
        self._ending.push_async_callback(made.stop)
        return made


async def killed(node: Membership) -> None:
    """It ends without a word: nothing is withdrawn, nothing is said."""
    assert node._beating is not None
    node._beating.cancel()
    await node._bus.unsubscribe(f"media:node:{node.life}", node._hear)
    node._tell = lambda _kind, _data: None  # type: ignore[method-assign]
    await node.node.stop()
    await node._registry.stop()
    DEAD.add(node.life)


async def ended(node: Membership) -> None:
    """It ends in order, unless it was killed before."""
    if node.life not in DEAD:
        await node.stop()
