"""One UDP port for all peers: what comes is told apart by its first byte (RFC 7983) and by where it comes from."""

import asyncio
import socket
from collections.abc import Callable

import structlog

from signaling.media import rtcp, rtp
from signaling.media.arena import SLOT_BYTES
from signaling.media.dialling import Dialling
from signaling.media.dtls import Handshake, HandshakeError, is_client_hello
from signaling.media.fanout import FanOut, choose
from signaling.media.faults import Faults
from signaling.media.ice import Credentials, IceLite, IceSide
from signaling.media.intake import READ_TOGETHER, intake_of
from signaling.media.peer import Listener, Peer
from signaling.media.seams import OK, Role, SrtpSession, fingerprint_of, make_certificate, srtp_unprotect
from signaling.media.stun import BINDING_SUCCESS, HEADER_BYTES, Address
from signaling.media.system_tls import SystemHandshake, is_there

log = structlog.get_logger(__name__)

# How often as many as are read together are, before what came is forwarded.
READS_MOST = 2
# The kernel's buffers: a key frame to 200 viewers is 20 MB and is paced; 4 MiB are 30 ms of a Gbit/s.
SOCKET_BYTES = 4 * 1024 * 1024
# How often handshakes are looked after, and silent peers are looked for.
TICK_S = 0.1
# Checks of other nodes whose answers are waited for.
ASKED_MOST = 1_024
_ANSWER = BINDING_SUCCESS.to_bytes(2)


class Mux:
    """The port. `on_round` is called after each round of reading, to forward what came."""

    def __init__(self, sock: socket.socket, clock: Callable[[], float], sending: str = "") -> None:
        self.socket = sock
        self.clock = clock
        self.out: FanOut = choose(sock, sending)
        self.certificate = make_certificate()
        self.fingerprint = fingerprint_of(self.certificate)
        self.ice = IceLite(clock)
        self.on_round: Callable[[], None] = lambda: None
        self.faults = Faults(clock)
        self.peers: dict[str, Peer] = {}  # by our fragment
        self._former: dict[str, Peer] = {}  # by fragments of ours that new ones are taking the place of
        self._by_address: dict[Address, Peer] = {}
        self._asked: dict[bytes, Peer] = {}  # by transaction, the oldest first
        self._intake = intake_of(sock)
        self._has_read_all = True
        self._timer: asyncio.TimerHandle | None = None
        self.received = 0
        self.refused = 0

    def start(self) -> None:
        """Begin to read."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket.fileno(), self._readable)
        self._timer = loop.call_later(TICK_S, self._tick)

    def stop(self) -> None:
        """Read no more; peers are forgotten."""
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        if self._timer:
            self._timer.cancel()
        for peer in list(self.peers.values()):
            self.close(peer)

    def open(
        self,
        remote_fragment: str,
        fingerprints: list[tuple[str, str]],
        role: Role,
        listener: Listener,
        *,
        encoder: bool = False,
    ) -> Peer:
        """Expect a peer that announced these fingerprints; an encoder may need what browsers have long given up."""
        side = IceSide(Credentials.make(), remote_fragment)
        now = self.clock()
        kind = SystemHandshake if encoder and is_there() else Handshake
        peer = Peer(side, kind(self.certificate, role, fingerprints), listener, now, now)
        self._expect(peer)
        return peer

    def dial(self, dialling: Dialling, fingerprints: list[tuple[str, str]], listener: Listener) -> Peer:
        """Connect to another node."""
        side = IceSide(Credentials(dialling.fragment, b""), dialling.remote.fragment)
        now = self.clock()
        peer = Peer(side, Handshake(self.certificate, "client", fingerprints), listener, now, now, dialling=dialling)
        self.peers[dialling.fragment] = peer
        self._check(peer, now)
        return peer

    def offered_again(self, peer: Peer, remote_fragment: str) -> None:
        """Another offer on the same connection; with another fragment it asks for ICE anew. Who has not been connected
        yet may have got no answer before: they have all the time for it once more."""
        if not peer.handshake.done:
            peer.opened_at = self.clock()
        if peer.side.remote_fragment != remote_fragment:
            self._restart(peer, remote_fragment)

    def _restart(self, peer: Peer, remote_fragment: str) -> None:
        """ICE anew for a connection whose keys stay (RFC 8842, 4): its path goes on until a new one is checked. Until
        then the peer may not know the new credentials, and its checks with the former ones are answered. Of more than
        one restart in between, the side that it has used counts, and the last one that it may know."""
        for between in peer.former[1:]:
            self._forget(between)
        peer.former = [*peer.former[:1], peer.side]
        self._former[peer.side.local.fragment] = peer
        del self.peers[peer.side.local.fragment]
        peer.side = IceSide(Credentials.make(), remote_fragment)
        self._expect(peer)

    def _forget(self, former: IceSide) -> None:
        self.ice.remove(former)
        self._former.pop(former.local.fragment, None)

    def _forget_former(self, peer: Peer) -> None:
        for side in peer.former:
            self._forget(side)
        peer.former = []

    def _expect(self, peer: Peer) -> None:
        self.ice.add(peer.side)
        self.peers[peer.side.local.fragment] = peer

    def close(self, peer: Peer) -> None:
        """Nothing comes from it and nothing goes to it from now on."""
        peer.closed = True
        self.ice.remove(peer.side)
        self._forget_former(peer)
        self.peers.pop(peer.side.local.fragment, None)
        for address in peer.pairs:
            if self._by_address.get(address) is peer:
                del self._by_address[address]
        peer.pairs.clear()

    # -- reading ---------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Let what comes gather: nothing is read until `resume`, unless more has come already than was read."""
        if self._has_read_all:
            asyncio.get_running_loop().remove_reader(self.socket.fileno())

    def resume(self) -> None:
        """Read what has come meanwhile, without a round, and go on."""
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)
        self._read()

    def _readable(self) -> None:
        self._read()
        self.attempt(None, self.on_round)

    def _read(self) -> None:
        self._has_read_all = False
        for _ in range(READS_MOST):
            datagrams = self._intake.read()
            self.received += len(datagrams)
            for slot, length, address in datagrams:
                try:
                    self._sort(slot, length, address)
                except Exception as error:
                    self._stumbled(slot, address, error)
            if len(datagrams) < READ_TOGETHER:
                self._has_read_all = True
                break

    def _stumbled(self, slot: int, address: Address, error: Exception) -> None:
        """Media is the peer's own, and proved to be; with anything else a stranger could end somebody's call."""
        peer = self._by_address.get(address) if 127 < self._intake.memory[slot * SLOT_BYTES] < 192 else None
        self.fail(peer, error) if peer else self.faults.note("datagram", error)

    def _sort(self, slot: int, length: int, address: Address) -> None:
        if not length:
            return
        memory, at = self._intake.memory, slot * SLOT_BYTES
        first = memory[at]
        if 127 < first < 192:
            peer = self._by_address.get(address)
            if peer is not None and peer.receiving is not None:
                if 192 <= memory[at + 1] <= 223:
                    self._take_control(peer, peer.receiving, bytes(memory[at : at + length]))
                else:
                    self._take_media(peer, peer.receiving, slot, length)
                return
        elif first < 4:
            data = bytes(memory[at : at + length])
            self._take_answer(data, address) if data[:2] == _ANSWER else self._take_check(data, address)
            return
        elif 19 < first < 64:
            self._take_handshake(bytes(memory[at : at + length]), address)
            return
        self.refused += 1

    def _take_control(self, peer: Peer, receiving: SrtpSession, datagram: bytes) -> None:
        data = receiving.unprotect_rtcp(datagram)
        if data is not None:
            peer.heard_at = self.clock()
            peer.listener.on_control(rtcp.parse(data))

    def _take_media(self, peer: Peer, receiving: SrtpSession, slot: int, length: int) -> None:
        intake, at = self._intake, slot * SLOT_BYTES
        if (
            length < rtp.FIXED_BYTES
            or srtp_unprotect(receiving.handle, intake.packets[slot], intake.size_at[slot]) != OK
        ):
            self.refused += 1
            return
        packet = rtp.parse(bytes(intake.memory[at : at + intake.sizes[slot]]))
        if packet is not None:
            peer.heard_at = self.clock()
            peer.listener.on_packet(packet)

    def _take_check(self, data: bytes, address: Address) -> None:
        known = self._by_address.get(address)
        checked = self.ice.check(data, address, known.side if known else None)
        peer = self._whose(checked.side) if checked else None
        if checked is None or peer is None:
            self.refused += 1
            return
        if checked.side is peer.side:
            self._forget_former(peer)
        self._validate(peer, address)
        if checked.nominated or peer.address is None:
            peer.use(address, self.out.destination)
        self.out.send(checked.reply, address)
        if peer.handshake.role == "client" and peer.retry_at is None and not peer.handshake.done and checked.nominated:
            self._shake(peer, peer.handshake.start)

    def _whose(self, side: IceSide) -> Peer | None:
        return self.peers.get(side.local.fragment) or self._former.get(side.local.fragment)

    def _validate(self, peer: Peer, address: Address) -> None:
        peer.heard_at = self.clock()
        if forgotten := peer.validate(address):
            self._by_address.pop(forgotten, None)
        self._by_address[address] = peer

    def _check(self, peer: Peer, now: float) -> None:
        """The checks of another node that are due; only they are ever answered to us."""
        assert peer.dialling is not None
        for data, address in peer.dialling.due(now):
            self._asked[data[8:HEADER_BYTES]] = peer
            self.out.send(data, address)
        while len(self._asked) > ASKED_MOST:
            del self._asked[next(iter(self._asked))]

    def _take_answer(self, data: bytes, address: Address) -> None:
        """From another node that we check."""
        peer = self._asked.get(data[8:HEADER_BYTES])
        if peer is None or peer.closed or peer.dialling is None or not peer.dialling.take(data, address):
            self.refused += 1
            return
        del self._asked[data[8:HEADER_BYTES]]
        self._validate(peer, address)
        if peer.address is None:
            peer.use(address, self.out.destination)
            self._shake(peer, peer.handshake.start)

    def _take_handshake(self, data: bytes, address: Address) -> None:
        """Only from a pair that a check has validated: whoever sends a ClientHello first is not for that the peer."""
        peer = self._by_address.get(address)
        if peer is None or (is_client_hello(data) and peer.handshake.role == "client"):
            self.refused += 1
            return
        self._shake(peer, lambda: peer.handshake.feed(data))

    def _shake(self, peer: Peer, step: Callable[[], list[bytes]]) -> None:
        was_done = peer.handshake.done
        try:
            answer = step()
        except HandshakeError as error:
            log.info("handshake_failed", reason=str(error), finished=was_done)
            self._give_up(peer, "left" if was_done else "handshake")
            return
        for datagram in answer:
            if peer.address:
                self.out.send(datagram, peer.address)
        if peer.handshake.keys and not was_done:
            peer.agree(peer.handshake.keys)
            peer.heard_at = self.clock()
            self.attempt(peer, peer.listener.on_ready)
        elif not peer.handshake.done:
            peer.retry_at = self.clock() + (peer.handshake.wait_s() or 1.0)

    # -- time ------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)  # first: whatever happens, it goes on
        now = self.clock()
        for peer in list(self.peers.values()):
            self.attempt(peer, self._look_after, peer, now)

    def _look_after(self, peer: Peer, now: float) -> None:
        if peer.retry_at is not None and now >= peer.retry_at:
            self._shake(peer, peer.handshake.again)
        if peer.dialling:
            self._check(peer, now)
        if not peer.closed and (reason := peer.expired(now)):
            self._give_up(peer, reason)

    # -- what goes wrong here --------------------------------------------------------------------------------------

    def attempt(self, peer: Peer | None, do: Callable[..., object], *given: object) -> bool:
        """Do something that is one peer's, or None's: an error in it is noted, ends that peer, and nobody else.
        Returns whether there was none."""
        try:
            do(*given)
        except Exception as error:
            self.fail(peer, error) if peer else self.faults.note(do.__qualname__, error)
            return False
        return True

    def fail(self, peer: Peer, error: Exception) -> None:
        """Something about this peer is broken: it is given up, and comes in anew with nothing of it."""
        self.faults.note("peer", error, fragment=peer.side.local.fragment)
        try:
            self._give_up(peer, "fault")
        except Exception as further:
            self.faults.note("giving up", further)
            self.peers = {fragment: each for fragment, each in self.peers.items() if each is not peer}
            self._former = {fragment: each for fragment, each in self._former.items() if each is not peer}
            self._by_address = {at: each for at, each in self._by_address.items() if each is not peer}
            peer.pairs = {}
            self.attempt(None, peer.listener.on_gone, "fault")

    def _give_up(self, peer: Peer, reason: str) -> None:
        self.close(peer)
        peer.listener.on_gone(reason)


def bind(host: str, port: int) -> socket.socket:
    """The node's socket. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
