"""Viewers who are served together get, to the byte, what each of them would get alone."""

import errno
import itertools
import socket
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from signaling.media import fanout, rtp, seams, sender
from signaling.media.forms import batches
from signaling.media.layer import Layer
from signaling.media.outgoing import Outgoing
from signaling.media.sdp import Codec, Section
from signaling.media.track import Track

VP8, RTX = Codec(96, "vp8", 90_000), Codec(97, "rtx", 90_000, parameters="apt=96")
THEIRS = Codec(100, "vp8", 90_000)
# Encryption adds 16 bytes here and 10 there.
PROFILES = (b"SRTP_AEAD_AES_128_GCM", b"SRTP_AES128_CM_SHA1_80")
VIEWERS = 19  # one group, and a part of another
FEW = 5  # of whom a single packet is sent to each alone
# What is noted about what was sent.
STATE = ("highest", "last_seq", "last_time", "last_sent_at", "packets", "octets", "last_picture", "last_tl0", "offset")


class Wire:
    """What the system gets: it takes only so much at a time, and does with messages what the kernel does."""

    def __init__(self) -> None:
        self.datagrams: dict[Any, list[bytes]] = defaultdict(list)
        self.takes = 1_000

    def refuses(self) -> bool:
        self.takes -= 1
        return self.takes % 5 == 0

    def sendto(self, data: memoryview, address: Any) -> None:
        if self.refuses():
            raise BlockingIOError
        self.datagrams[address].append(bytes(data))

    def sendmmsg(self, out: Any, messages: Any, count: int) -> int:
        if self.refuses():
            out._ffi.errno = errno.EAGAIN
            return -1
        for number in range(taken := min(count, 7)):
            header, ffi = messages[number].msg_hdr, out._ffi
            vectors = [header.msg_iov[at] for at in range(header.msg_iovlen)]
            data = b"".join(ffi.buffer(each.iov_base, each.iov_len) for each in vectors)
            size = len(data)
            if header.msg_controllen:
                control = ffi.buffer(header.msg_control, header.msg_controllen)
                size = int.from_bytes(control[16:18], "little")
                assert len(vectors) <= fanout.SEGMENTS_MOST
                assert len(data) <= fanout.MESSAGE_BYTES_MOST
            name = bytes(ffi.buffer(header.msg_name, header.msg_namelen))
            address = socket.inet_ntoa(name[4:8]), int.from_bytes(name[2:4])
            self.datagrams[address] += [data[at : at + size] for at in range(0, len(data), size)]
        return taken


@dataclass
class Peer:
    """Where a viewer is, with the keys of their connection."""

    sending: Any
    to: Any
    address: Any
    closed: bool = False
    ready: bool = True


class Driven(sender.Sender):
    """Goes on when it is told to, not by a loop."""

    def _schedule(self) -> None:
        pass

    def _block(self) -> None:
        self._blocked = True

    def finish(self) -> None:
        while self.waiting or self._blocked:
            self._blocked = self._blocked and not self._out.flush()
            self.run()


@dataclass
class Scene:
    """Two encodings of a camera and their viewers; `alone`: everybody is served by themselves."""

    way: str
    alone: bool
    sock: socket.socket
    count: int = VIEWERS
    wire: Wire = field(default_factory=Wire)
    now: float = 1.0
    failed: list[Any] = field(default_factory=list)  # where from

    def __post_init__(self) -> None:
        self.out: Any = fanout.choose(self.sock, self.way)
        if self.way == "sendto":
            self.out._socket = self.wire
        else:
            self.out._library = mock.Mock(
                sendmmsg=lambda _fd, at, count, _flags: self.wire.sendmmsg(self.out, at, count)
            )
        section = Section("video", 9, "", (), mid="v", codecs=[VP8], extensions={rtp.URI_SEND_TIME: 3})
        self.track = Track("t", "anna", "video", "camera", section)
        self.layers = [Layer(1), Layer(2)]
        self.track.layers = list(self.layers)
        self.sender = Driven(self.out, -1, lambda: self.now, lambda peer, _error: self.fail(peer))
        self.viewers = [self.viewer(number) for number in range(self.count)]

    def viewer(self, number: int) -> Outgoing:
        profile = PROFILES[number == 5]
        keys = seams.keys_for(profile, "server", lambda size: bytes((number + at) % 256 for at in range(size)))
        assert keys
        address = "127.0.0.1", 5_000 + number
        peer: Any = Peer(seams.SrtpSession(keys, sending=True), self.out.destination(address), address)
        codecs = [THEIRS if number % 3 == 1 else VP8, RTX]
        made = Outgoing("v", peer, Section("video", 9, "", (), codecs=codecs), {rtp.URI_SEND_TIME: 3}, 10 + number, 90)
        made.last_seq, made.repair_seq = (0, 505, 32_760, 65_530)[number % 4], 7
        made.last_time = (1 << 32) - 1_000 * number - 1
        made.carry(self.track)
        return made

    def fail(self, peer: Any) -> None:
        self.failed.append(peer.address)
        peer.closed = True

    def serve(self) -> None:
        with mock.patch.object(sender, "forward_together", return_value=0) if self.alone else mock.MagicMock():
            for layer in self.layers:
                if layer.pending:
                    for batch in batches(layer.take_pending()):
                        self.sender.add(self.track, layer, batch)
            self.sender.finish()

    def state(self) -> list[Any]:
        for each in self.viewers:
            each.settle()
        return [[getattr(each, name) for name in STATE] for each in self.viewers]


@dataclass(frozen=True)
class Sent:
    """A packet: how far its number is from the one before, what it is."""

    layer: int
    step: int  # 0: one that is missing, if any is
    size: int
    picture: bool  # it begins one
    key: bool
    temporal: int = 0


@dataclass(frozen=True)
class Moved:
    """Something that is done about a viewer."""

    viewer: int
    what: str
    value: int


PADDING = -1  # bytes of a packet that carries nothing, not even a descriptor
SIZES = some.sampled_from((40, 200, 1_100, 1_100, 1_101, 1_101, PADDING))
PACKETS = some.builds(
    Sent,
    some.integers(0, 1),
    some.sampled_from((1, 1, 1, 1, 1, 1, 1, 0, 2, 3)),
    SIZES,
    some.booleans(),
    some.booleans(),
    some.integers(0, 2),
)
# A picture in many packets: more than a burst holds, or than is left of the arena.
PICTURES = some.builds(
    lambda layer, size, count: [Sent(layer, 1, size, at == 0, False) for at in range(count)],
    some.integers(0, 1),
    SIZES,
    some.integers(1, 70),
)
MOVES = some.builds(
    Moved,
    some.integers(0, VIEWERS - 1),
    some.sampled_from(("want", "temporal", "close", "again", "break")),
    some.integers(1, 3),
)
STEPS = some.lists(
    some.one_of(PICTURES, PICTURES, some.lists(PACKETS, min_size=1, max_size=8), MOVES), min_size=2, max_size=14
)


def written(scene: Scene, sent: Sent, times: dict[int, int]) -> None:
    """A packet comes in."""
    layer = scene.layers[sent.layer]
    before = layer.counting.highest if layer.counting.highest >= 0 else 65_500 - 600 * sent.layer
    index = before + sent.step if sent.step or not layer.missing else max(layer.missing)
    times[sent.layer] = time = times.get(sent.layer, (1 << 32) - 9_000) + 3_000 * sent.picture
    picture = time // 3_000
    head = rtp.FIXED.pack(0x90, 0x80 | 96, index & 0xFFFF, time & 0xFFFFFFFF, layer.ssrc)
    head += bytes((0xBE, 0xDE, 0, 1, 0x32, 1, 2, 3))
    descriptor = bytes(
        (0x90 if sent.picture else 0x80, 0xE0, 0x80 | picture >> 8 & 0x7F, picture & 0xFF, 1, sent.temporal << 6)
    )
    carried = descriptor + bytes((not sent.key,)) + bytes(index * at & 0xFF for at in range(sent.size))
    packet = rtp.parse(head + (b"" if sent.size == PADDING else carried))
    assert packet
    if layer.accept(packet, VP8, scene.now):
        layer.pending.append(packet)


def moved(scene: Scene, move: Moved) -> None:
    viewer = scene.viewers[move.viewer % scene.count]
    if move.what == "want":
        viewer.want(scene.layers[move.value % 2])
    elif move.what == "temporal":
        viewer.temporal = move.value
    elif move.what == "close":
        viewer.closed = move.value == 1
    elif move.what == "again":
        scene.wire.datagrams[viewer.peer.address] += asked_again(scene, viewer)
    elif move.value == 1:
        viewer.temporal = None  # type: ignore[assignment]


def asked_again(scene: Scene, viewer: Outgoing) -> list[bytes]:
    newest = viewer.group.next - 1 + viewer.offset if viewer.group else viewer.last_seq
    return viewer.again([newest - back & 0xFFFF for back in range(0, 600, 7)], scene.now)


def played(scene: Scene, steps: list[Any], fails: int) -> dict[Any, list[bytes]]:
    """All that goes to each viewer, and at the end what they can ask for again."""
    times: dict[int, int] = {}

    def protect(handle: Any, packet: Any, length: Any) -> int:
        seq, ssrc = packet[2] << 8 | packet[3], packet[11]
        return 1 if fails and (seq * 31 + ssrc) % fails == 0 else seams.srtp_protect(handle, packet, length)

    with mock.patch.object(fanout, "srtp_protect", protect):
        for layer in (0, 1):
            written(scene, Sent(layer, 1, 300, True, True), times)
        for step in steps:
            scene.now += 0.03
            if isinstance(step, Moved):
                moved(scene, step)
            else:
                for sent in step:
                    written(scene, sent, times)
                scene.serve()
    for viewer in scene.viewers:
        scene.now += 1
        scene.wire.datagrams[viewer.peer.address] += asked_again(scene, viewer)
    return scene.wire.datagrams


@pytest.fixture(scope="module")
def sock() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        yield made


@pytest.mark.parametrize("way", ["sendto", "sendmmsg", "gso"])
@settings(max_examples=40, deadline=None)
@given(steps=STEPS, fails=some.sampled_from((0, 0, 5, 41)), count=some.sampled_from((VIEWERS, VIEWERS, FEW)))
def test_whoever_is_served_together_with_others_gets_what_they_would_get_alone(
    sock: socket.socket, way: str, steps: list[Any], fails: int, count: int
) -> None:
    try:
        scenes = [Scene(way, alone, sock, count) for alone in (False, True)]
    except ValueError:
        pytest.skip(f"this system has no {way}")
    got, expected = (played(scene, steps, fails) for scene in scenes)
    assert got == expected
    assert scenes[0].failed == scenes[1].failed
    assert scenes[0].state() == scenes[1].state()
    for layer in scenes[0].layers:
        forms = [viewer.form for viewer in layer.viewers if viewer.source is layer]
        assert len(list(itertools.groupby(forms))) == len(set(forms)), "who is alike stands together"
