"""The connection between two nodes: one for all rooms that are on both, in whichever direction."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from signaling.media import rtcp
from signaling.media.mux import Mux
from signaling.media.outgoing import Outgoing
from signaling.media.peer import Peer
from signaling.media.rtp import Packet

# Whoever makes the checks makes one each second: after four that got lost, the way between two nodes has ended.
SILENCE_S = 4.0


class Receives(Protocol):
    """The end of a stream that comes."""

    def on_packet(self, packet: Packet) -> None:
        """RTP."""
        ...

    def on_report(self, report: rtcp.SenderReport) -> None:
        """What its sender says."""
        ...


class Sends(Protocol):
    """The beginning of a stream that goes."""

    def on_feedback(self, slot: Outgoing, part: rtcp.Part) -> None:
        """What its receiver says."""
        ...

    def on_estimate(self, bits_per_second: int) -> None:
        """How much is wanted."""
        ...


class Link:
    """A connection, as one of the two nodes has it. It lasts until the other node is silent."""

    def __init__(self, mux: Mux, life: str, on_end: Callable[["Link"], None]) -> None:
        self.mux = mux
        self.life = life
        self.peer: Peer | None = None
        self.ready = asyncio.Event()
        self.receiving: dict[int, Receives] = {}  # by ssrc
        self.sending: dict[int, tuple[Sends, Outgoing]] = {}  # by ssrc
        self._on_end = on_end

    def use(self, peer: Peer) -> None:
        """This is its connection."""
        peer.silence_s = SILENCE_S
        self.peer = peer

    @property
    def is_open(self) -> bool:
        """Whether packets can go."""
        return self.peer is not None and self.peer.ready

    def close(self) -> None:
        """End it, without a word."""
        if self.peer:
            self.mux.close(self.peer)

    # -- what comes ------------------------------------------------------------------------------------------------

    def on_ready(self) -> None:
        """There are keys."""
        self.ready.set()

    def on_packet(self, packet: Packet) -> None:
        """RTP of any of the rooms."""
        if to := self.receiving.get(packet.ssrc):
            to.on_packet(packet)

    def on_control(self, parts: list[rtcp.Part]) -> None:
        """RTCP of any of the rooms."""
        for part in parts:
            if isinstance(part, rtcp.SenderReport):
                if to := self.receiving.get(part.ssrc):
                    to.on_report(part)
            elif isinstance(part, rtcp.Estimate):
                if found := next((self.sending[ssrc] for ssrc in part.ssrcs if ssrc in self.sending), None):
                    found[0].on_estimate(part.bits_per_second)
            elif found := self.sending.get(part.ssrc):
                found[0].on_feedback(found[1], part)

    def on_gone(self, _reason: str) -> None:
        """The other node is silent."""
        self._on_end(self)
