"""A UDP proxy that loses, delays and reorders, is silent for a while, or speaks from another port."""

from __future__ import annotations

import asyncio
import random
from typing import Any

Address = tuple[str, int]


class UdpProxy:
    """Stands between one peer and a server. Change its attributes while it runs."""

    def __init__(self, server: Address, seed: int = 1) -> None:
        self.loss = 0.0
        self.delay_s = 0.0
        self.jitter_s = 0.0
        self.silent = False
        self._server = server
        self._chance = random.Random(seed)
        self._near: asyncio.DatagramTransport | None = None
        self._far: asyncio.DatagramTransport | None = None
        self._peer: Address | None = None

    async def start(self) -> Address:
        """Begin; where the peer is to send to."""
        loop = asyncio.get_running_loop()
        self._near, _ = await loop.create_datagram_endpoint(lambda: _End(self._from_peer), ("127.0.0.1", 0))
        await self.change_port()
        address: Address = self._near.get_extra_info("sockname")
        return address

    async def change_port(self) -> None:
        """Speak to the server from another port, as after a change of network."""
        if self._far:
            self._far.close()
        loop = asyncio.get_running_loop()
        self._far, _ = await loop.create_datagram_endpoint(lambda: _End(self._from_server), ("127.0.0.1", 0))

    def stop(self) -> None:
        """End."""
        for transport in (self._near, self._far):
            if transport:
                transport.close()

    def _from_peer(self, data: bytes, address: Address) -> None:
        self._peer = address
        self._pass(self._far, data, self._server)

    def _from_server(self, data: bytes, _address: Address) -> None:
        if self._peer:
            self._pass(self._near, data, self._peer)

    def _pass(self, by: asyncio.DatagramTransport | None, data: bytes, to: Address) -> None:
        if by is None or self.silent or self._chance.random() < self.loss:
            return
        wait = self.delay_s + self._chance.random() * self.jitter_s
        if wait:
            asyncio.get_running_loop().call_later(wait, self._send, by, data, to)
        else:
            self._send(by, data, to)

    @staticmethod
    def _send(by: asyncio.DatagramTransport, data: bytes, to: Address) -> None:
        if not by.is_closing():
            by.sendto(data, to)


class _End(asyncio.DatagramProtocol):
    def __init__(self, take: Any) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._take(data, addr)
