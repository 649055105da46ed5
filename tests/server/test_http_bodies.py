"""The bounds on what comes after a request's head, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from server import http_protocol
from server.http_protocol import HEAD_BYTES, BoundedHttp
from tests.support.patience import PATIENCE_S

POST = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b"5\r\nhello\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how many bytes the body had; at /unread without having read it."""
    if scope["path"] == "/unread":
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
        return
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(str(size)))]})
    await send({"type": "http.response.body", "body": str(size).encode()})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for no body. For what is about that alone: on a slow machine a body takes its time, too."""
    monkeypatch.setattr(http_protocol, "BODY_S", 0.2)


@pytest.fixture
async def line() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with these bounds."""
    config = uvicorn.Config(app, port=0, http=BoundedHttp, log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
    yield reader, writer
    writer.close()
    server.should_exit = True
    await serving


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


# Who sends on after being cut off may find the connection reset before the answer is read.
CUT_OFF = (b"HTTP/1.1 431 Request Header Fields Too Large", b"")


async def answer_to(line: Line, *pieces: bytes) -> bytes:
    """The first line of the answer; nothing when the connection was reset."""
    reader, writer = line
    try:
        async with asyncio.timeout(PATIENCE_S):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
            return (await reader.readline()).strip()
    except ConnectionError:
        return b""


async def test_a_body_in_the_smallest_chunks_is_read(line: Line) -> None:
    chunks = [b"1\r\nx\r\n" * 1_000] * 20

    assert await answer_to(line, POST, *chunks, b"0\r\n\r\n") == b"HTTP/1.1 200 OK"


async def test_a_body_with_a_few_trailers_is_read_and_the_connection_goes_on(line: Line) -> None:
    for _ in range(3):
        assert await answer_to(line, POST + CHUNK + b"0\r\nsum: 1\r\n\r\n") == b"HTTP/1.1 200 OK"
        await line[0].readuntil(b"\r\n\r\n")
        assert await line[0].readexactly(1) == b"5"


async def test_endless_trailers_are_cut_off(line: Line) -> None:
    trailers = [b"x-long: " + b"x" * 8192 + b"\r\n"] * (HEAD_BYTES // 8192 + 2)

    assert await answer_to(line, POST + CHUNK + b"0\r\n", *trailers) in CUT_OFF


async def test_an_endless_chunk_extension_is_cut_off(line: Line) -> None:
    pieces = [b"x" * 8192] * (HEAD_BYTES // 8192 + 2)

    assert await answer_to(line, POST + b"5;", *pieces) in CUT_OFF


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_never_ends_is_not_waited_for(line: Line) -> None:
    assert await answer_to(line, POST + CHUNK) == b"HTTP/1.1 408 Request Timeout"
    assert await line[0].read() == b"connection: close\r\ncontent-length: 0\r\n\r\n"


@pytest.mark.usefixtures("impatient")
async def test_a_connection_may_rest_between_two_requests_for_longer_than_a_body(line: Line) -> None:
    assert await answer_to(line, POST + CHUNK + b"0\r\n\r\n") == b"HTTP/1.1 200 OK"
    await asyncio.sleep(0.4)
    await line[0].readuntil(b"\r\n\r\n5")

    assert await answer_to(line, POST + CHUNK + b"0\r\n\r\n") == b"HTTP/1.1 200 OK"


async def test_a_large_body_over_a_slow_line_is_read_for_as_long_as_it_goes_on(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, wait = asyncio.Queue[BoundedHttp](), BoundedHttp._await_body

    def awaits(self: BoundedHttp) -> None:
        wait(self)
        waits.put_nowait(self)

    monkeypatch.setattr(BoundedHttp, "_await_body", awaits)
    monkeypatch.setattr(http_protocol, "BODY_BYTES_PER_S", len(b"hello") / http_protocol.BODY_S)
    reader, writer = line
    async with asyncio.timeout(PATIENCE_S):
        writer.write(POST)
        for _while in range(3):
            server = await waits.get()
            writer.write(CHUNK)
            while not server._body_bytes:  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.001)
            server._look_at_body()  # as when that time is over
        server._look_at_body()  # nothing has come since
        assert (await reader.readline()).strip() == b"HTTP/1.1 408 Request Timeout"


@pytest.mark.usefixtures("impatient")
async def test_a_body_that_nobody_reads_is_cut_off_however_steadily_it_comes(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "BODY_BYTES_PER_S", 0)
    reader, writer = line
    async with asyncio.timeout(PATIENCE_S):
        writer.write(POST.replace(b"/", b"/unread", 1))
        assert (await reader.readline()).strip() == b"HTTP/1.1 403 Forbidden"
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(CHUNK)
                await writer.drain()
                await asyncio.sleep(0.01)
