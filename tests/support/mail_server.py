"""A mail server with as much of the protocol as a test takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class MailServer:
    """Keeps what it gets. `refuse` answers every receiver so; while `lets` is not set, nobody hears that a mail was
    taken."""

    def __init__(self) -> None:
        self.refuse = ""
        self.received: list[str] = []
        self.lets = asyncio.Event()
        self.lets.set()
        self._came = asyncio.Condition()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            await self._talk(reader, writer)
        except ConnectionError:  # who sent was killed
            return
        finally:
            writer.close()

    async def got(self, mails: int) -> None:
        """Wait until so many have come."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.received) >= mails)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line.split(" ")[0].upper()
            if word == "RCPT" and self.refuse:
                writer.write(f"{self.refuse}\r\n".encode())
            elif word == "DATA":
                writer.write(b"354 go on\r\n")
                await self._take((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")

    async def _take(self, mail: str) -> None:
        async with self._came:
            self.received.append(mail)
            self._came.notify_all()
        await self.lets.wait()


@asynccontextmanager
async def a_mail_server() -> AsyncIterator[tuple[MailServer, str]]:
    """One that listens, and its address for the settings."""
    server = MailServer()
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server, f"smtp://127.0.0.1:{port}"
