"""A network between a browser and a server that a test can damage: cut, hold, or swallow what goes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# Bytes taken at a time.
_CHUNK = 64 * 1024


@dataclass(eq=False)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def abort(self) -> None:
        for writer in (self.client, self.server):
            writer.transport.abort()


class Proxy:
    """Forwards TCP to a server. All times of damage end with `mend`."""

    def __init__(self) -> None:
        self._target = ("127.0.0.1", 0)
        self._connections: set[_Connection] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._swallowing = self._swallowing_answers = False
        self._refusing = False
        self._listener: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """Where a browser finds the server behind it."""
        return f"http://localhost:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._connections)

    def lead_to(self, host: str, port: int) -> None:
        """Where connections go from now on. A proxy has its address before the server behind it is there."""
        self._target = (host, port)

    def cut(self) -> None:
        """End every connection at once, as a cable that is pulled; new ones are refused until `mend`."""
        self._refusing = True
        self.drop()

    def drop(self) -> None:
        """End every connection at once; new ones are welcome."""
        for connection in list(self._connections):
            connection.abort()

    def hold(self) -> None:
        """Let nothing through, and lose nothing: a network that has stalled."""
        self._flowing.clear()

    def blackhole(self) -> None:
        """Take everything and deliver nothing: what is sent from now on is lost, and nobody says so."""
        self._swallowing = True

    def swallow_answers(self) -> None:
        """Deliver what the client says and lose what the server says."""
        self._swallowing_answers = True

    def mend(self) -> None:
        """Work again. Connections through which something was lost are of no use any more, and are ended."""
        if self._swallowing or self._swallowing_answers:
            self.drop()
        self._refusing = self._swallowing = self._swallowing_answers = False
        self._flowing.set()

    async def start(self) -> None:
        """Listen on a free port."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        """End everything."""
        assert self._listener is not None
        self._listener.close()
        tasks = [task for connection in self._connections for task in connection.tasks]
        self._flowing.set()
        self.drop()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, server_writer)
        self._connections.add(connection)
        ways = ((reader, server_writer), (server_reader, writer))
        connection.tasks = [asyncio.ensure_future(self._pump(connection, *way)) for way in ways]
        await asyncio.gather(*connection.tasks)
        for end in (writer, server_writer):
            end.close()
        self._connections.discard(connection)

    async def _pump(self, connection: _Connection, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(_CHUNK):
                await self._flowing.wait()
                if not self._lost(connection, sink):
                    sink.write(data)
                    await sink.drain()
            if not self._lost(connection, sink):
                sink.write_eof()
        except OSError:
            connection.abort()

    def _lost(self, connection: _Connection, sink: asyncio.StreamWriter) -> bool:
        return self._swallowing or (self._swallowing_answers and sink is connection.client)


@asynccontextmanager
async def a_proxy() -> AsyncIterator[Proxy]:
    """A proxy for as long as it is needed."""
    proxy = Proxy()
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
