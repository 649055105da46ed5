"""A client that speaks WebSocket byte by byte, so that it can get it wrong."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator

from tests.server.live.ground import ORIGIN, World
from tests.support.patience import PATIENCE_S

MASK = b"\x01\x02\x03\x04"


def frame(
    payload: bytes, opcode: int = 1, *, fin: bool = True, rsv: int = 0, masked: bool = True, length: int | None = None
) -> bytes:
    """A frame from a client, right or wrong; `length` is what it claims."""
    claimed = len(payload) if length is None else length
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    mask_bit = 0x80 if masked else 0
    if claimed < 126:
        head = bytes((first, mask_bit | claimed))
    elif claimed < 65_536:
        head = struct.pack("!BBH", first, mask_bit | 126, claimed)
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, claimed)
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


class RawClient:
    """An upgraded connection. Frames from the server are read one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    async def next_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame; opcode -1 when the connection is gone."""
        try:
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = struct.unpack("!H", await self.reader.readexactly(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", await self.reader.readexactly(8))[0]
            return first & 0x0F, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1, b""

    async def close_code(self, within: float = PATIENCE_S) -> int:
        """The code of the server's close frame; 1006 when there was none. What comes before it is dropped."""
        async with asyncio.timeout(within):
            while True:
                opcode, payload = await self.next_frame()
                if opcode == 8:
                    return int(struct.unpack("!H", payload[:2])[0])
                if opcode == -1:
                    return 1006

    async def gone(self, within: float = PATIENCE_S) -> bool:
        """Whether the server lets the connection go."""
        try:
            async with asyncio.timeout(within):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True


@contextlib.asynccontextmanager
async def raw(world: World, *, greeted: bool = True, narrow: bool = False) -> AsyncIterator[RawClient]:
    """A raw connection of Ben; greeted, unless told otherwise. A `narrow` one takes little that it does not read."""
    plug = socket.socket()
    if narrow:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plug, ("127.0.0.1", world.port))
    reader, writer = await asyncio.open_connection(sock=plug, limit=4096 if narrow else 2**20)
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: fairmatch.v1\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    client = RawClient(reader, writer)
    try:
        if greeted:
            hello = {"i": 0, "m": "hello", "p": {"ticket": await world.ticket("ben"), "channels": {"chat:hall": None}}}
            client.send(frame(json.dumps(hello).encode()))
            opcode, payload = await client.next_frame()
            while opcode == 9:  # a ping: it took long
                opcode, payload = await client.next_frame()
            assert (opcode, b'"resume"' in payload) == (1, True), payload
        yield client
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
