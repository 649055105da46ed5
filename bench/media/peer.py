"""A peer of a call that has no browser: it offers, checks, shakes hands and then sends and gets RTP as it is told.

Made for loads and for tests: it neither encodes nor decodes, so that the time is the server's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from signaling.media import rtcp, rtp, stun
from signaling.media.dtls import Handshake
from signaling.media.seams import Role, SrtpSession, fingerprint_of, make_certificate
from signaling.media.stun import Address

CODECS = {
    "audio": "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n",
    "video": "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 goog-remb\r\n"
    "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
}
FORMATS = {"audio": "111", "video": "96 97"}
_CERTIFICATE = make_certificate()

BUFFER_BYTES = 4 * 1024 * 1024
_RCVBUFFORCE = 33  # Linux; for root
# How often a check is repeated until it is answered, and then, to be known as alive.
CHECK_EVERY_S, ALIVE_EVERY_S = 0.05, 2.0
# A flight of the handshake that was not answered is sent again.
AGAIN_S = 0.5


@dataclass
class Media:
    """A section: what it sends (its ssrcs), or that it receives."""

    mid: str
    kind: str
    sends: bool
    ssrc: int = field(default_factory=lambda: secrets.randbelow(2**31) + 1)
    repair_ssrc: int = field(default_factory=lambda: secrets.randbelow(2**31) + 1)
    rids: tuple[str, ...] = ()
    lines: str = ""
    formats: str = ""  # numbers of what `lines` describe, in place of the usual formats


class RawPeer:
    """One connection. `packets` gets what arrives, decrypted; replace `on_packet` to look at it oneself."""

    host = "127.0.0.1"  # where peers have their sockets

    def __init__(self, sections: Sequence[Media]) -> None:
        self.sections = list(sections)
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.host, 0))
        self.socket.setblocking(False)
        self.address: Address = self.socket.getsockname()
        _widen(self.socket)
        self.packets: list[rtp.Packet] = []
        self.control: list[rtcp.Part] = []
        self.raw_received = 0
        self.on_packet: Callable[[rtp.Packet], None] = self.packets.append
        self.connected = asyncio.Event()
        self.controlling = True
        self._said_at = 0.0  # when something was said of the handshake last
        self._begins = True
        self._remote: tuple[Address, str, bytes] | None = None
        self._handshake: Handshake | None = None
        self._checking: asyncio.Task[None] | None = None
        self.sending: SrtpSession | None = None
        self.receiving: SrtpSession | None = None

    def offer(self) -> str:
        """The description of what it has."""
        mids = " ".join(section.mid for section in self.sections)
        head = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\n"
        return head + "".join(self._section(section) for section in self.sections)

    @classmethod
    def answering(cls, offer: str) -> tuple[RawPeer, str]:
        """A peer that takes everything that is offered, each section with its first codec, and its answer."""
        found = re.findall(r"m=(audio|video) \d+ \S+ (\d+).*?a=mid:(\S+)", offer, re.DOTALL)
        peer = cls([Media(mid, kind, False) for kind, _, mid in found])
        peer.controlling = False
        answer = peer.offer().replace("a=setup:actpass", "a=setup:active")
        answer = re.sub(r"a=extmap:.*?\r\n", "", answer)
        for kind, number, _ in found:
            codec = re.search(rf"a=rtpmap:{number} .*", offer)
            answer = answer.replace(CODECS[kind], f"{codec[0].strip() if codec else ''}\r\n")
            answer = answer.replace(f"SAVPF {FORMATS[kind]}", f"SAVPF {number}")
        return peer, answer

    def _section(self, section: Media) -> str:
        host, port = self.address
        usual = "" if section.formats else CODECS[section.kind]
        lines = (
            f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {section.formats or FORMATS[section.kind]}\r\nc=IN IP4 0.0.0.0\r\n"
            f"a=candidate:1 1 udp 2130706431 {host} {port} typ host\r\na=end-of-candidates\r\n"
            f"a=mid:{section.mid}\r\na={'sendonly' if section.sends else 'recvonly'}\r\na=rtcp-mux\r\n"
            f"a=ice-ufrag:{self.fragment}\r\na=ice-pwd:{self.password}\r\n"
            f"a=fingerprint:{fingerprint_of(_CERTIFICATE)}\r\na=setup:actpass\r\n"
            f"a=extmap:1 {rtp.URI_AUDIO_LEVEL}\r\na=extmap:2 {rtp.URI_SEND_TIME}\r\n"
            f"a=extmap:4 {rtp.URI_MID}\r\na=extmap:10 {rtp.URI_RID}\r\n{usual}{section.lines}"
        )
        if section.rids:
            lines += "".join(f"a=rid:{rid} send\r\n" for rid in section.rids)
            lines += f"a=simulcast:send {';'.join(section.rids)}\r\n"
        elif section.sends:
            if section.kind == "video":
                lines += f"a=ssrc-group:FID {section.ssrc} {section.repair_ssrc}\r\n"
            lines += f"a=ssrc:{section.ssrc} cname:raw\r\n"
        return lines

    def connect(self, answer: str, through: Address | None = None) -> None:
        """Begin to connect to who answered; `through` is a proxy before it. Await `connected`."""
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+)", answer, re.IGNORECASE)
        fragment, password = re.search(r"a=ice-ufrag:(\S+)", answer), re.search(r"a=ice-pwd:(\S+)", answer)
        fingerprint = re.search(r"a=fingerprint:(\S+) (\S+)", answer)
        if not (found and fragment and password and fingerprint):
            raise ValueError(answer)
        self._remote = through or (found[1], int(found[2])), fragment[1], password[1].encode()
        if self._handshake is None:
            self._begins = "a=setup:active" not in answer
            role: Role = "client" if self._begins else "server"
            self._handshake = Handshake(_CERTIFICATE, role, [(fingerprint[1], fingerprint[2])])
            asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        assert self._handshake
        loop = asyncio.get_running_loop()
        while True:
            self.check()
            if self._said_at and self._begins and not self._handshake.done and loop.time() - self._said_at > AGAIN_S:
                self._say(self._handshake.again())
            await asyncio.sleep(CHECK_EVERY_S)
            if self.connected.is_set():
                await asyncio.sleep(ALIVE_EVERY_S)

    def check(self, *, password: bytes | None = None) -> None:
        """Send a check that nominates; where the other side is in control, one that doesn't."""
        assert self._remote
        address, fragment, right = self._remote
        attributes = {
            stun.USERNAME: f"{fragment}:{self.fragment}".encode(),
            stun.PRIORITY: (1_853_824_767).to_bytes(4),
            stun.ICE_CONTROLLING if self.controlling else stun.ICE_CONTROLLED: os.urandom(8),
        }
        if self.controlling:
            attributes[stun.USE_CANDIDATE] = b""
        message = stun.write(stun.BINDING_REQUEST, os.urandom(12), attributes, password or right)
        with contextlib.suppress(OSError):
            self.socket.sendto(message, address)

    def _say(self, datagrams: Sequence[bytes]) -> None:
        self._said_at = asyncio.get_running_loop().time()
        for datagram in datagrams:
            self.send_raw(datagram)

    def send_raw(self, datagram: bytes) -> None:
        """A datagram as it is."""
        assert self._remote
        with contextlib.suppress(OSError):
            self.socket.sendto(datagram, self._remote[0])

    def send(self, packet: bytes) -> None:
        """RTP, encrypted."""
        assert self.sending
        self.send_raw(self.sending.protect(packet))

    def send_control(self, packet: bytes) -> None:
        """RTCP, encrypted."""
        assert self.sending
        self.send_raw(self.sending.protect_rtcp(packet))

    def _readable(self) -> None:
        for _ in range(256):
            try:
                data = self.socket.recv(2048)
            except OSError:
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        first = data[0] if data else 255
        if first < 4:
            self._take_check(stun.parse(data))
        elif 19 < first < 64:
            self._shake(data)
        elif self.receiving:
            self.raw_received += 1
            if rtcp.is_rtcp(data):
                if clear := self.receiving.unprotect_rtcp(data):
                    self.control += rtcp.parse(clear)
            elif (clear := self.receiving.unprotect(data)) and (packet := rtp.parse(clear)):
                self.on_packet(packet)

    def _take_check(self, message: stun.StunMessage) -> None:
        """An answer to ours; or one of a full agent, which wants to be answered."""
        if message.kind == stun.BINDING_SUCCESS:
            if self._handshake and self._begins and not self._said_at:  # at once, as browsers do
                self._say(self._handshake.start())
        elif message.kind == stun.BINDING_REQUEST and self._remote:
            self.send_raw(stun.success(message, self._remote[0], self.password.encode()))

    def _shake(self, data: bytes) -> None:
        assert self._handshake
        self._say(self._handshake.feed(data))
        if self._handshake.keys and not self.connected.is_set():
            keys = self._handshake.keys
            self.sending, self.receiving = SrtpSession(keys, sending=True), SrtpSession(keys, sending=False)
            self.connected.set()

    async def close(self) -> None:
        """Vanish, without a word."""
        if self._checking:
            self._checking.cancel()
            await asyncio.gather(self._checking, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


def _widen(sock: socket.socket) -> None:
    """Room for what comes while the load client is busy elsewhere; as much as the system allows."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, BUFFER_BYTES)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)


def vp8(seq: int, timestamp: int, ssrc: int, *, key: bool, size: int = 1_100, marker: bool = True) -> bytes:
    """A packet as of a VP8 encoder: the first of a frame."""
    head = rtp.FIXED.pack(0x80, 96 | marker << 7, seq & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + bytes((0x10, 0x00 if key else 0x01)) + bytes(size - 2)


def opus(seq: int, timestamp: int, ssrc: int, *, loudness: int = 0, size: int = 80) -> bytes:
    """A packet as of an Opus encoder, with its loudness (0 to 127) in the header."""
    head = rtp.FIXED.pack(0x90, 111, seq & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + bytes((0xBE, 0xDE, 0, 1, 0x10, 0x80 | (127 - loudness), 0, 0)) + bytes((0xF8,)) + bytes(size - 1)
