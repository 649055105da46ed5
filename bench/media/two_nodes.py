"""Our own nodes where there are two of them: a stage spreads over both, as it does for operators."""

from __future__ import annotations

import asyncio
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.ground import settings_of
from bench.media.fairmatch import CONNECT_S
from bench.media.peer import Media, RawPeer
from bench.places import ROOT, VAR
from bench.processes import ServerError, cores, pinned
from server.kernel.clock import SystemClock
from server.kernel.redis_bus import RedisBus
from server.kernel.settings import Settings
from signaling import kept_node
from signaling.own_nodes import OwnNodes
from signaling.protocol import Join, Published, Rights
from tests.support.guard import Guard
from tests.support.services import Redis

START_S = 90.0
# Neither node may carry less than this part of the viewers.
FAIR = 0.3


class TwoNodes:
    """Two media nodes on the server's core, found in Redis; the first takes `most` people of a room."""

    name = "fairmatch"
    says = "two of Fairmatch's media nodes, found in Redis and asked over it"

    def __init__(self, most: int) -> None:
        self._most = most
        self._services = ExitStack()
        self._nodes: list[subprocess.Popen[bytes]] = []
        self._bus: RedisBus | None = None
        self._asked: OwnNodes | None = None
        self._coming = asyncio.Lock()
        self._watching = 0

    def missing(self) -> str:
        """It is always there where Redis is."""
        return ""

    async def start(self) -> None:
        """Start Redis and both nodes, and wait until both are found."""
        settings = self._begin()
        self._bus = RedisBus(settings.redis_url, settings.redis_prefix, SystemClock())
        await self._bus.start()
        self._asked = OwnNodes(settings, self._bus)
        await self._asked.start()
        async with asyncio.timeout(START_S):
            while len((await self._asked.nodes.all())[0]) < len(self._nodes):  # noqa: ASYNC110 - they enter themselves
                await asyncio.sleep(0.1)

    def _begin(self) -> Settings:
        VAR.mkdir(parents=True, exist_ok=True)
        folder = Path(self._services.enter_context(TemporaryDirectory(dir=VAR, prefix="nodes-")))
        folder.chmod(0o755)
        guard = Guard()
        self._services.callback(guard.close)
        redis = self._services.enter_context(Redis(folder, guard))
        values = {"redis_url": redis.url, "media_host": RawPeer.host, "media_viewers": self._most}
        settings = settings_of(values | {"data": folder, "media_node": "elsewhere", "log_level": "warning"})
        environment = os.environ | kept_node.environment(settings)
        with pinned(cores()[0]):
            for name in ("one", "two"):
                self._nodes.append(subprocess.Popen(kept_node.command(name), cwd=ROOT, env=environment))
        return settings

    async def stop(self) -> None:
        """End both, and Redis. Raises ServerError: they did not share the viewers."""
        shared = await self._shares()
        if self._asked:
            await self._asked.stop()
        if self._bus:
            await self._bus.stop()
        for node in self._nodes:
            node.terminate()
        for node in self._nodes:
            node.wait()
        self._services.close()
        if min(shared) < FAIR * sum(shared):
            raise ServerError(f"the viewers were not shared: {shared}")

    async def _shares(self) -> list[int]:
        return [each.participants for each in await self._asked.stats()] if self._asked else [0]

    async def _spread(self) -> None:
        """Wait until the room is on both nodes."""
        assert self._asked
        async with asyncio.timeout(START_S):
            while any(not each.rooms for each in await self._asked.stats()):  # noqa: ASYNC110 - in other processes
                await asyncio.sleep(0.05)

    def pids(self) -> list[int]:
        """Both nodes."""
        return [node.pid for node in self._nodes]

    async def publish(self, name: str) -> RawPeer:
        """Somebody who sends video."""
        peer = RawPeer([Media("0", "video", True)])
        rights, publish = Rights(listen=True, publish=["camera"]), [Published(mid="0", source="camera")]
        return await self._joined(peer, self._join(name, peer, rights=rights, publish=publish))

    async def watch(self, name: str, of: list[str]) -> RawPeer:
        """Somebody who gets the video of these, and may not send."""
        peer = RawPeer([Media(str(at), "video", False) for at in range(len(of))])
        listen = {str(at): f"{each}.camera" for at, each in enumerate(of)}
        rights = Rights(listen=True, publish=[])
        async with self._coming:  # one after the other, so that it is always the same ones who sit on the second node
            joined = await self._joined(peer, self._join(name, peer, rights=rights, listen=listen))
            self._watching += 1
            if self._watching == self._most:
                await self._spread()
        return joined

    @staticmethod
    def _join(name: str, peer: RawPeer, **more: Any) -> Join:
        return Join(room="bench", participant=name, generation=0, person="", sdp=peer.offer(), **more)

    async def _joined(self, peer: RawPeer, join: Join) -> RawPeer:
        assert self._asked
        peer.connect((await self._asked.join(join)).sdp)
        await asyncio.wait_for(peer.connected.wait(), CONNECT_S)
        return peer
