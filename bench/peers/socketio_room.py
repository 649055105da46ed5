"""The peer `python-socketio`: its ASGI application on uvicorn, one room that everybody is in."""

from __future__ import annotations

from typing import Any

import socketio  # type: ignore[import-untyped]  # it has none
import uvicorn

from bench.peers.listen import listen

ROOM = "hall"
server: Any = socketio.AsyncServer(async_mode="asgi", http_compression=False, cors_allowed_origins="*")


async def connected(sid: str, environ: dict[str, Any]) -> None:
    """Everybody comes into the one room."""
    await server.enter_room(sid, ROOM)


async def said(sid: str, text: str) -> None:
    """Say on to everybody what this one says."""
    await server.emit("m", text, room=ROOM)


def main() -> None:
    """Serve until ended from outside."""
    server.on("connect", connected)
    server.on("m", said)
    app = socketio.ASGIApp(server)
    config = uvicorn.Config(app, lifespan="off", log_level="warning", ws_per_message_deflate=False)
    uvicorn.Server(config).run(sockets=[listen()])


if __name__ == "__main__":
    main()
