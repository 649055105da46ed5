"""The whole application on a port of this machine, and people of the fair on its live line."""

import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from websockets.asyncio.client import connect

from server.live.doors import SUBPROTOCOL
from server.live.transport import SERVER_OPTIONS
from tests.fairs.guests import Guests
from tests.server.live.ground import ORIGIN, Client


@dataclass
class Lines:
    """People who are connected, and the lobby's topics."""

    there: Guests
    port: int
    chat: str
    room: str

    @contextlib.asynccontextmanager
    async def client(self, name: str, *topics: str) -> AsyncIterator[Client]:
        """Somebody's connection, greeted, with these topics (none: the lobby's channel)."""
        ticket = (await self.there[name].post("/live/ticket")).json()["ticket"]
        wanted = dict.fromkeys(topics or (self.chat,))
        options: dict[str, Any] = {"origin": ORIGIN, "subprotocols": [SUBPROTOCOL], "compression": None}
        async with connect(f"ws://127.0.0.1:{self.port}/live", **options) as opened:
            client = Client(opened, name)
            client.welcome = await client.call("hello", ticket=ticket, channels=wanted)
            yield client


@contextlib.asynccontextmanager
async def lines(there: Guests) -> AsyncIterator[Lines]:
    """Serve the application; it is started already."""
    page = (await there["aylin"].get("/fairs/ruhr")).text
    chat, room = (re.search(rf'"({kind}:[^"]+)"', page) for kind in ("chat", "room"))
    assert chat
    assert room
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            there.app, lifespan="off", log_config=None, timeout_graceful_shutdown=2, **SERVER_OPTIONS
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup([listening])
        try:
            yield Lines(there, listening.getsockname()[1], chat[1], room[1])
        finally:
            await server.shutdown([listening])
