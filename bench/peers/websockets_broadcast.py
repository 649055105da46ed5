"""The peer `websockets.broadcast`: the websockets library's asyncio server, as its documentation recommends."""

from __future__ import annotations

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.peers.listen import listen

members: set[ServerConnection] = set()


async def member(connection: ServerConnection) -> None:
    """Say on to everybody what this one says."""
    members.add(connection)
    try:
        async for text in connection:
            broadcast(members, text)
    finally:
        members.discard(connection)


async def main() -> None:
    """Serve until ended from outside."""
    async with serve(member, sock=listen(), compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
