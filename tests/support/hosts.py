"""Hosts of strangers, on this machine: what they answer, and what their names stand for."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

HERE = "127.0.0.1"
Answering = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(answer: Answering, trust: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A host on this machine; `answer` gets the whole head of a request and writes what it likes. Gives its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer((await reader.readuntil(b"\r\n\r\n")).decode(), writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, HERE, 0, ssl=trust)
    async with server:
        yield server.sockets[0].getsockname()[1]


def saying(content: bytes, status: str = "200 OK", **headers: str) -> Answering:
    async def answer(_head: str, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)

    return answer


def knowing(**hosts: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(host: str, _port: int) -> list[str]:
        return hosts[host.partition(".")[0]]

    return resolve
