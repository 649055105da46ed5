"""Connections that only try whether somebody's network lets a call through to this port: of no room, and soon over."""

from collections.abc import Sequence
from dataclasses import dataclass

from signaling.media.answer import Local, write_answer
from signaling.media.mux import Mux
from signaling.media.peer import Peer
from signaling.media.rtcp import Part
from signaling.media.rtp import Packet
from signaling.media.sdp import Offer
from signaling.media.stun import Address
from signaling.protocol import MediaError, Tried

# A browser gives up after six seconds (reach.js), and says good-bye as soon as it is through.
LASTS_S = 10.0
# At once: each takes a handshake and the place of somebody who talks.
MOST = 100


@dataclass(eq=False)
class _Try:
    """The listener of one of them: nothing but its end counts."""

    tries: "Tries"
    peer: Peer | None = None

    def on_ready(self) -> None:
        """The browser knows as much itself."""

    def on_packet(self, packet: Packet) -> None:
        """Nothing is sent here."""

    def on_control(self, parts: list[Part]) -> None:
        """Nor said."""

    def on_gone(self, reason: str) -> None:
        """The browser knows what it wanted to know, or will never be heard of."""
        self.tries.forget(self)


class Tries:
    """Those that go on at a node."""

    def __init__(self, mux: Mux, addresses: Sequence[Address]) -> None:
        self._mux = mux
        self._addresses = tuple(addresses)
        self._open: dict[_Try, float] = {}  # with when they began, the oldest first

    def __len__(self) -> int:
        return len(self._open)

    def answer(self, offer: Offer) -> Tried:
        """Expect who offers this: all sections are answered, none carries anything. Raises MediaError."""
        if len(self._open) >= MOST:
            raise MediaError("unavailable", "too many are trying")
        made = _Try(self)
        role = "client" if offer.setup == "passive" else "server"
        peer = made.peer = self._mux.open(offer.fragment, offer.fingerprints, role, made)  # type: ignore[arg-type]
        self._open[made] = self._mux.clock()
        local = Local(peer.side.local, self._mux.fingerprint, peer.handshake.role, self._addresses)
        return Tried(sdp=write_answer(offer, local, 1, frozenset(), {}))

    def forget(self, over: _Try) -> None:
        """One has come to its end."""
        self._open.pop(over, None)

    def end_old(self, now: float) -> None:
        """End those that last too long, whether anybody came or not."""
        for each in [each for each, begun in self._open.items() if now - begun >= LASTS_S]:
            if each.peer:
                self._mux.close(each.peer)
            self.forget(each)
