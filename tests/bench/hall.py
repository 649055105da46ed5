"""A tiny room for the load clients: it says on what it hears, and can be told to misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from websockets.asyncio.server import Request, Response, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from bench.client import Target
from tests.support.patience import PATIENCE_S

# Given all members and what was said, what each of them is sent.
Speech = Callable[[Sequence[ServerConnection], str], AsyncIterator[tuple[ServerConnection, str]]]


async def honest(members: Sequence[ServerConnection], text: str) -> AsyncIterator[tuple[ServerConnection, str]]:
    """Everybody gets everything once."""
    for member in members:
        yield member, text


class Hall:
    """Everybody in one room."""

    def __init__(self, speech: Speech = honest, busy: int = 0) -> None:
        self.speech = speech
        self.busy = busy  # so many upgrades are answered with 503
        self.members: list[ServerConnection] = []
        self.greetings: list[str] = []
        self.pongs = 0

    async def member(self, connection: ServerConnection) -> None:
        """Greet, then say on."""
        self.greetings.append(str(await connection.recv()))
        await connection.send('{"i":1,"r":{"resume":"x"}}')
        self.members.append(connection)
        with suppress(ConnectionClosed):  # load clients leave without a word
            async for text in connection:
                async for member, said in self.speech(self.members, str(text)):
                    await member.send(said)

    def door(self, connection: ServerConnection, request: Request) -> Response | None:
        """Admission."""
        if not self.busy:
            return None
        self.busy -= 1
        response = connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "later\n")
        response.headers["Retry-After"] = "0"
        return response

    async def ping_all(self) -> None:
        """Ping everybody and count the answers."""
        for member in self.members:
            await asyncio.wait_for(await member.ping(), PATIENCE_S)
            self.pongs += 1


@asynccontextmanager
async def open_hall(hall: Hall) -> AsyncIterator[int]:
    """The hall on a free port, which is handed out."""
    async with serve(hall.member, "127.0.0.1", 0, compression=None, process_request=hall.door) as server:
        yield server.sockets[0].getsockname()[1]


def target(port: int, hello: object) -> Target:
    """How the hall is talked to."""
    return Target(port, hello=hello, ready='"resume":', message='{"i":@N@,"cid":"@CID@","text":"@TEXT@"}')  # type: ignore[arg-type]
