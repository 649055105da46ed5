"""What the seam alone can reach: uvicorn, a frame encoded once, `transport.write` to each member; nothing else.

    python -m bench.peers.seam [--loop uvloop|asyncio] [--gather none|turn|loaded] [--tick MILLISECONDS]

`turn` gathers what one turn of the loop brought into one write per member, at most one write per tick; `loaded` waits
for the tick only after a write that carried more than one message: a quiet room has no delay, a busy one fewer writes.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from bench.peers.frames import text_frame
from bench.peers.listen import listen


class SeamProtocol(WebSocketsSansIOProtocol):
    """Puts the transport's bound `write` into the ASGI scope."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"]["bench.write"] = {"write": self.transport.write}


class Room:
    """All connections, and the frames that wait for the next write."""

    def __init__(self, gather: str, tick: float) -> None:
        self.writes: dict[object, Any] = {}
        self.waiting: list[bytes] = []
        self.scheduled = False
        self.quiet_until = 0.0
        self.tick = tick
        self.least = 2 if gather == "loaded" else 1
        self.send = self.send_now if gather == "none" else self.send_gathered

    def send_now(self, frame: bytes) -> None:
        for write in list(self.writes.values()):
            write(frame)

    def send_gathered(self, frame: bytes) -> None:
        self.waiting.append(frame)
        if self.scheduled:
            return
        self.scheduled = True
        loop = asyncio.get_running_loop()
        wait = self.quiet_until - loop.time()
        if wait > 0:
            loop.call_later(wait, self.flush)
        else:
            loop.call_soon(self.flush)

    def flush(self) -> None:
        frames = self.waiting
        self.waiting = []
        self.scheduled = False
        self.send_now(b"".join(frames))
        if self.tick and len(frames) >= self.least:
            self.quiet_until = asyncio.get_running_loop().time() + self.tick


def application(room: Room) -> Any:
    """The ASGI application of one room."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        key = object()
        room.writes[key] = scope["extensions"]["bench.write"]["write"]
        try:
            while (message := await receive())["type"] == "websocket.receive":
                room.send(text_frame(message["text"].encode()))
        finally:
            del room.writes[key]

    return app


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", default="uvloop", choices=["uvloop", "asyncio"])
    parser.add_argument("--gather", default="turn", choices=["none", "turn", "loaded"])
    parser.add_argument("--tick", type=float, default=0.0, help="milliseconds")
    options = parser.parse_args()
    listener = listen()
    config = uvicorn.Config(
        application(Room(options.gather, options.tick / 1000)),
        ws=SeamProtocol,
        loop=options.loop,
        lifespan="off",
        log_level="warning",
        ws_per_message_deflate=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
