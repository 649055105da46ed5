"""One end of a connection: its ICE side, its handshake, its keys, and where it can be reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from signaling.media.dialling import Dialling
from signaling.media.dtls import Handshake
from signaling.media.ice import IceSide
from signaling.media.rtcp import Part
from signaling.media.rtp import Packet
from signaling.media.seams import SrtpKeys, SrtpSession
from signaling.media.stun import Address
from signaling.media.system_tls import SystemHandshake

# Pairs of one peer that count as validated: a browser with many networks has about ten.
PAIRS_MOST = 16
# Nothing that is proved to come from the peer for so long: it is gone. Browsers check every 2.5 s at the latest.
SILENCE_S = 10.0
# A peer that has not finished its handshake by then never will.
HANDSHAKE_S = 20.0


class Listener(Protocol):
    """Who is told what comes from a peer."""

    def on_ready(self) -> None:
        """There are keys: media can flow."""
        ...

    def on_packet(self, packet: Packet) -> None:
        """A genuine RTP packet."""
        ...

    def on_control(self, parts: list[Part]) -> None:
        """Genuine RTCP."""
        ...

    def on_gone(self, reason: str) -> None:
        """The peer has left, or is silent for too long."""
        ...


@dataclass(eq=False, slots=True)
class Peer:
    """A connection. Made by `Mux.open`."""

    side: IceSide
    handshake: Handshake | SystemHandshake
    listener: Listener
    opened_at: float
    heard_at: float
    address: Address | None = None
    to: Any = None  # the address as the fan-out wants it
    sending: SrtpSession | None = None
    receiving: SrtpSession | None = None
    closed: bool = False
    pairs: dict[Address, None] = field(default_factory=dict)  # the validated ones, by age
    retry_at: float | None = None
    dialling: Dialling | None = None  # where we make the checks
    former: list[IceSide] = field(default_factory=list)  # until the peer is known to know `side`
    silence_s: float = 0.0  # where it is not SILENCE_S

    def agree(self, keys: SrtpKeys) -> None:
        """The handshake is done."""
        self.sending, self.receiving = SrtpSession(keys, sending=True), SrtpSession(keys, sending=False)
        self.retry_at = None

    @property
    def ready(self) -> bool:
        """Whether media can be sent to it."""
        return self.sending is not None and self.to is not None and not self.closed

    def use(self, address: Address, destination: Callable[[Address], Any]) -> None:
        """Send there from now on."""
        if address != self.address:
            self.address, self.to = address, destination(address)

    def validate(self, address: Address) -> Address | None:
        """Note a pair; the oldest one is returned when it had to be forgotten for it."""
        self.pairs.pop(address, None)
        self.pairs[address] = None
        if len(self.pairs) <= PAIRS_MOST:
            return None
        oldest = next(each for each in self.pairs if each != self.address)
        del self.pairs[oldest]
        return oldest

    def expired(self, now: float) -> str:
        """Why it is to be given up, or nothing."""
        if self.sending is None and now - self.opened_at > HANDSHAKE_S:
            return "handshake"
        return "silent" if self.sending is not None and now - self.heard_at > (self.silence_s or SILENCE_S) else ""
