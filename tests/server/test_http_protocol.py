"""The bounds on a request's head, over a real socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn

from server import http_protocol
from server.http_protocol import HEAD_BYTES, BoundedHttp
from tests.server.kernel.asgi import app_with
from tests.support.patience import PATIENCE_S


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for no head. For what is about that alone: on a slow machine a head takes its time, too."""
    monkeypatch.setattr(http_protocol, "HEAD_S", 0.2)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server with these bounds."""
    config = uvicorn.Config(app_with(), port=0, http=BoundedHttp, log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    async with asyncio.timeout(PATIENCE_S):
        while not server.started:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def said(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What the server answers to these bytes before it closes the connection, which may be in the middle of them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(everything(reader))
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
    async with asyncio.timeout(PATIENCE_S):
        answer = await reading
    writer.close()
    return answer


async def everything(reader: asyncio.StreamReader) -> bytes:
    """All bytes until the end, orderly or not."""
    read = b""
    with contextlib.suppress(ConnectionError):
        while some := await reader.read(65536):
            read += some
    return read


HEAD = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"


async def test_an_ordinary_request_is_answered(port: int) -> None:
    assert (await said(port, HEAD + b"\r\n")).startswith(b"HTTP/1.1 200")


async def test_a_request_in_small_pieces_is_answered(port: int) -> None:
    pieces = [HEAD[at : at + 10] for at in range(0, len(HEAD), 10)]

    assert (await said(port, *pieces, b"\r\n", pause=0.01)).startswith(b"HTTP/1.1 200")


async def test_an_endless_header_is_cut_off(port: int) -> None:
    answer = await said(port, HEAD, *[b"x-long: " + b"x" * 8192] * (HEAD_BYTES // 8192 + 2), pause=0.01)

    assert answer.startswith(b"HTTP/1.1 431")


async def test_endless_headers_are_cut_off(port: int) -> None:
    answer = await said(port, HEAD, *[b"x-many: y\r\n" * 800] * (HEAD_BYTES // 8800 + 2), pause=0.01)

    assert answer.startswith(b"HTTP/1.1 431")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("begun", [b"", b"G", HEAD])
async def test_who_never_comes_to_an_end_is_cut_off(port: int, begun: bytes) -> None:
    assert (await said(port, begun)).startswith(b"HTTP/1.1 408")


@pytest.mark.usefixtures("impatient")
async def test_an_idle_connection_between_requests_is_nobodys_fault(port: int) -> None:
    whole = HEAD.replace(b"connection: close\r\n", b"") + b"\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(whole)
        async with asyncio.timeout(PATIENCE_S):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"}")
        await asyncio.sleep(0.4)
    writer.close()


async def test_a_large_body_is_no_large_head(port: int) -> None:
    body = b"x" * (4 * HEAD_BYTES)
    head = b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)

    assert (await said(port, head, body)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET\r\n\r\n", b"\0" * 100])
async def test_what_is_no_http_is_a_bad_request(port: int, nonsense: bytes) -> None:
    assert (await said(port, nonsense)).startswith(b"HTTP/1.1 400")
