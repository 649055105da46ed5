"""The network that tests damage does what each kind of damage says."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.patience import PATIENCE_S
from tests.support.proxy import Proxy, a_proxy

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def heard() -> list[bytes]:
    """What the server behind the proxy got."""
    return []


@pytest.fixture
async def proxy(heard: list[bytes]) -> AsyncIterator[Proxy]:
    """Before a server that answers every line with the same line."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with a_proxy() as between:
        between.lead_to(*server.sockets[0].getsockname())
        yield between
    server.close()


async def _connect(proxy: Proxy) -> Stream:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def _say(stream: Stream, line: bytes, within: float = PATIENCE_S) -> bytes:
    stream[1].write(line + b"\n")
    return (await asyncio.wait_for(stream[0].readline(), within)).strip()


async def test_what_is_said_goes_there_and_back(proxy: Proxy) -> None:
    stream = await _connect(proxy)
    assert await _say(stream, b"hello") == b"hello"
    assert proxy.connections == 1
    stream[1].close()


async def test_a_cut_ends_connections_and_refuses_new_ones_until_mended(proxy: Proxy) -> None:
    stream = await _connect(proxy)
    await _say(stream, b"hello")
    proxy.cut()
    assert await _ended(stream)
    assert await _ended(await _connect(proxy))
    proxy.mend()
    again = await _connect(proxy)
    assert await _say(again, b"back") == b"back"
    again[1].close()


async def test_what_is_held_comes_later_and_whole(proxy: Proxy) -> None:
    stream = await _connect(proxy)
    proxy.hold()
    with pytest.raises(TimeoutError):
        await _say(stream, b"one", within=0.2)
    proxy.mend()
    assert await asyncio.wait_for(stream[0].readline(), PATIENCE_S) == b"one\n"
    stream[1].close()


async def test_what_a_black_hole_took_never_comes_and_the_connection_is_worth_nothing_after_it(
    proxy: Proxy, heard: list[bytes]
) -> None:
    stream = await _connect(proxy)
    await _say(stream, b"hello")
    proxy.blackhole()
    with pytest.raises(TimeoutError):
        await _say(stream, b"lost", within=0.2)
    proxy.mend()
    assert await _ended(stream)
    assert heard == [b"hello\n"]


async def test_answers_that_are_swallowed_were_asked_for(proxy: Proxy, heard: list[bytes]) -> None:
    stream = await _connect(proxy)
    proxy.swallow_answers()
    stream[1].write(b"asked\n")
    async with asyncio.timeout(PATIENCE_S):
        while not heard:  # noqa: ASYNC110 - the server fills a list and tells nobody
            await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stream[0].readline(), 0.2)
    proxy.mend()
    assert await _ended(stream)
    assert heard == [b"asked\n"]


async def _ended(stream: Stream) -> bool:
    try:
        return await asyncio.wait_for(stream[0].read(), PATIENCE_S) == b""
    except ConnectionError:
        return True
    finally:
        stream[1].close()
