"""A UDP proxy that loses, delays and reorders, is narrow, is silent for a while, or speaks from other ports."""

from __future__ import annotations

import asyncio
import math
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Address = tuple[str, int]

# What waits before a narrow place, in seconds: about as much as the boxes hold that people have at home.
QUEUE_S = 0.25
_DATAGRAM = 65_536


class UdpProxy:
    """Stands between peers and a server, to which each of them comes from a port of its own. Change its attributes
    while it runs."""

    def __init__(self, server: Address, seed: int = 1) -> None:
        self.loss = 0.0
        self.delay_s = 0.0
        self.jitter_s = 0.0
        self.bits = math.inf  # a second, each way
        self.silent = False
        # Hosts of relays, with the one by which the server sees each: they get through while it is silent as well, and
        # keep their ports.
        self.relays: dict[str, str] = {}
        # Whether chance takes nothing at the moment.
        self.spares: Callable[[], bool] = lambda: False
        self._server = server
        self._chance = random.Random(seed)
        self._near: asyncio.DatagramTransport | None = None
        self._far: dict[Address, socket.socket] = {}
        self._in, self._out = Narrow(), Narrow()

    async def start(self) -> Address:
        """Begin; where peers are to send to."""
        loop = asyncio.get_running_loop()
        self._near, _ = await loop.create_datagram_endpoint(lambda: _End(self._from_peer), ("127.0.0.1", 0))
        address: Address = self._near.get_extra_info("sockname")
        return address

    @property
    def port(self) -> int:
        """To which peers send."""
        assert self._near is not None
        return int(self._near.get_extra_info("sockname")[1])

    def change_port(self) -> None:
        """Speak to the server from other ports, as after a change of network."""
        for far in self._far.values():
            asyncio.get_running_loop().remove_reader(far)
            far.close()
        self._far.clear()

    def stop(self) -> None:
        """End."""
        if self._near:
            self._near.close()
        self.change_port()

    def _from_peer(self, data: bytes, peer: Address) -> None:
        if self._is_lost(peer):
            return
        far = self._far.get(peer) or self._open(peer)
        self._send(self._in, data, lambda: _to_server(far, data))

    def _open(self, peer: Address) -> socket.socket:
        far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        far.setblocking(False)
        seen = self.relays.get(peer[0])
        far.bind((seen, peer[1]) if seen else ("127.0.0.1", 0))
        far.connect(self._server)
        asyncio.get_running_loop().add_reader(far, self._from_server, far, peer)
        self._far[peer] = far
        return far

    def _from_server(self, far: socket.socket, peer: Address) -> None:
        with suppress(OSError):
            while data := far.recv(_DATAGRAM):
                if not self._is_lost(peer):
                    self._send(self._out, data, lambda data=data: self._to_peer(data, peer))  # type: ignore[misc]

    def _to_peer(self, data: bytes, peer: Address) -> None:
        if self._near and not self._near.is_closing():
            self._near.sendto(data, peer)

    def _is_lost(self, peer: Address) -> bool:
        is_blocked = self.silent and peer[0] not in self.relays
        return is_blocked or (self._chance.random() < self.loss and not self.spares())

    def _send(self, place: Narrow, data: bytes, send: Callable[[], Any]) -> None:
        loop = asyncio.get_running_loop()
        wait = place.take(len(data), self.bits, loop.time())
        if wait is None:
            return
        wait += self.delay_s + self._chance.random() * self.jitter_s
        if wait:
            loop.call_later(wait, send)
        else:
            send()


def _to_server(far: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # closed meanwhile, or the server is not there
        far.send(data)


@dataclass
class Narrow:
    """A place that lets only so many bits through; what does not fit into the queue before it is lost."""

    _free_at: float = 0.0

    def take(self, size: int, bits: float, now: float) -> float | None:
        """How long a datagram waits; None: there is no room for it."""
        begins = max(now, self._free_at)
        if begins - now > QUEUE_S:
            return None
        self._free_at = begins + size * 8 / bits
        return self._free_at - now


class _End(asyncio.DatagramProtocol):
    def __init__(self, take: Any) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._take(data, addr)
