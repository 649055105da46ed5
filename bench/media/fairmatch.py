"""Our own node, started as the server starts it."""

from __future__ import annotations

import asyncio

from bench.media.peer import Media, RawPeer
from bench.processes import cores, pinned
from server.kernel.settings import Settings
from signaling.lines import ChildLine

CONNECT_S = 20.0


class Fairmatch:
    """The media node."""

    name = "fairmatch"
    says = "Fairmatch's media node, one process in Python, started and asked as the server does it"

    def __init__(self, niceness: int | None = None) -> None:
        self._niceness = Settings().media_niceness if niceness is None else niceness
        self._line: ChildLine | None = None

    def missing(self) -> str:
        """It is always there."""
        return ""

    async def start(self) -> None:
        """Start the node, on the server's core."""
        arguments = ["--host", RawPeer.host, "--niceness", str(self._niceness)]
        self._line = ChildLine(arguments, lambda _kind, _data: None, lambda: None)
        with pinned(cores()[0]):
            await self._line.ask("stats", {})

    async def stop(self) -> None:
        """End it."""
        if self._line:
            await self._line.stop()

    def pids(self) -> list[int]:
        """The node alone."""
        return [self._line.pid] if self._line and self._line.pid else []

    async def publish(self, name: str) -> RawPeer:
        """Somebody who sends video."""
        peer = RawPeer([Media("0", "video", True)])
        await self._join(peer, name, {"publish": [{"mid": "0", "source": "camera"}]})
        return peer

    async def watch(self, name: str, of: list[str]) -> RawPeer:
        """Somebody who gets the video of these."""
        peer = RawPeer([Media(str(at), "video", False) for at in range(len(of))])
        await self._join(peer, name, {"listen": {str(at): f"{each}.camera" for at, each in enumerate(of)}})
        return peer

    async def _join(self, peer: RawPeer, name: str, more: dict[str, object]) -> None:
        assert self._line
        rights = {"listen": True, "publish": ["camera"]}
        params = {"room": "bench", "participant": name, "rights": rights, "sdp": peer.offer()} | more
        peer.connect((await self._line.ask("join", params))["sdp"])
        await asyncio.wait_for(peer.connected.wait(), CONNECT_S)
