"""Temporal layers: read from packets of VP9 and AV1, and left out for whose line is too narrow, without a hole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.media.arena import SLOT_BYTES
from signaling.media.codecs import Picture, av1_temporal, vp9_picture
from signaling.media.layer import Layer
from signaling.media.outgoing import Outgoing
from signaling.media.rtp import FIXED, Packet, parse
from signaling.media.sdp import Codec, Section
from signaling.media.track import Track
from tests.signaling.scene import Stage, settled, until

# The order in which encoders send three layers.
THREE = (0, 2, 1, 2)
LAYERED = 0x20
MOST = 64


def vp9(temporal: int, *, key: bool = False, begins: bool = True, up: bool = False, spatial: int = 0) -> bytes:
    """A payload with a picture id of 15 bits and layers."""
    first = 0x80 | LAYERED | (0 if key else 0x40) | (0x08 if begins else 0)
    return bytes((first, 0x80, 7, temporal << 5 | up << 4 | spatial << 1, 9)) + b"picture"


def vp8(temporal: int, picture: int, *, key: bool = False, begins: bool = True) -> bytes:
    """A payload with a picture id of 15 bits, a count of lowest layers, and a layer."""
    return bytes((0x80 | (0x10 if begins else 0), 0xE0, 0x80 | picture >> 8, picture & 0xFF, 0, temporal << 6, not key))


def av1(temporal: int | None, *, key: bool = False, goes_on: bool = False) -> bytes:
    """A payload with one unit, at a key frame behind a sequence header that names no layer."""
    unit = b"unit" if temporal is None else bytes((6 << 3 | 0x04, temporal << 5)) + b"unit"
    if key:
        return bytes((0x20 | 0x08, 3, 1 << 3)) + b"ab" + unit
    return bytes((0x10 | (0x80 if goes_on else 0),)) + unit


def test_the_layer_of_a_vp9_picture_is_read_from_its_descriptor() -> None:
    assert vp9_picture(vp9(0, key=True)) == Picture(True, 0, False)
    assert vp9_picture(vp9(2, up=True)) == Picture(True, 2, True)
    assert vp9_picture(vp9(1, begins=False)) == Picture(False, 1, False)
    assert vp9_picture(vp9(1, spatial=1)) == Picture(False, 1, False), "the picture has begun with the layer below"
    assert vp9_picture(bytes((LAYERED | 0x08, 0x40, 9))) == Picture(True, 2, False), "without a picture id"
    assert vp9_picture(bytes((0x80 | LAYERED | 0x08, 7, 0x40, 9))) == Picture(True, 2, False), "with a short one"
    assert vp9_picture(b"\x08picture") is None
    whole = vp9(2)
    assert [vp9_picture(whole[:length]) for length in range(4)] == [None] * 4


def test_the_layer_of_an_av1_picture_is_read_from_the_first_unit_that_names_one() -> None:
    assert [av1_temporal(av1(temporal)) for temporal in (0, 1, 2)] == [0, 1, 2]
    assert av1_temporal(av1(0, key=True)) == 0, "a sequence header stands before it"
    assert av1_temporal(bytes((0x00, 3)) + b"\x30ab" + bytes((2, 0x34, 0x40))) == 2, "where no count is said"
    assert av1_temporal(bytes((0x80 | 0x20, 2, 0x34, 0x20, 0x34, 0x40))) == 2, "what goes on has no header"
    assert av1_temporal(av1(None, goes_on=True)) is None
    assert av1_temporal(b"\x10\x30unit") is None
    assert [av1_temporal(cut) for cut in (b"", b"\x10", b"\x10\x34", b"\x00\xff")] == [None] * 4


def packet(codec: str, seq: int, time: int, payload: bytes, *, marker: bool = True) -> bytes:
    return FIXED.pack(0x80, 45 | (0x80 if marker else 0), seq & 0xFFFF, time * 3_000, 77) + payload


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
async def test_layers_are_left_out_without_a_hole_and_come_back_where_nothing_is_missing(
    stage: Stage, codec: str
) -> None:
    anna, viewer = await stage.two_of(f"{codec}/90000", 77)
    slot = stage.node.rooms["stage"].participants["viewer"].slots["v"]
    track = stage.node.rooms["stage"].participants["anna"].tracks["camera"]
    sent = list[bytes]()

    def send(number: int, temporal: int, *, up: bool) -> None:
        """A picture of two packets."""
        key = number == 0
        first, second = vp9(temporal, key=key, up=up), vp9(temporal, begins=False, up=up)
        if codec == "AV1":
            first, second = av1(temporal, key=key), av1(None, goes_on=True)
        for payload in (first, second):
            marked = payload + bytes((number, temporal))
            anna.send(packet(codec, len(sent), number, marked, marker=payload is second))
            sent.append(marked)

    async def pictures(numbers: range, up: Sequence[int] = ()) -> list[int]:
        """The numbers of those that come; what was sent before counts for nothing."""
        viewer.packets.clear()
        for number in numbers:
            send(number, THREE[number % 4], up=number in up)
        await until(lambda: any(each.payload[-2] >= numbers[-1] - 3 for each in viewer.packets))
        await settled()
        seen.extend(viewer.packets)
        assert all(each.payload in sent for each in viewer.packets), "its numbers are left as they are"
        found = [each.payload[-2] for each in viewer.packets]
        assert found[::2] == found[1::2], "whole pictures"
        return found[::2]

    seen = list[Packet]()
    assert await pictures(range(4)) == [0, 1, 2, 3]
    assert track.layers[0].layered
    slot.temporal = 1
    assert await pictures(range(4, 12)) == [4, 8]
    slot.temporal = 2
    # Of VP9 the sender says where higher layers may begin; of AV1 they may where the lowest one has been seen.
    assert await pictures(range(12, 20), up=[16]) == ([12, 16, 18] if codec == "VP9" else [12, 14, 16, 18])
    slot.temporal = 3
    assert await pictures(range(20, 28), up=[24]) == (
        [20, 22, 24, 25, 26, 27] if codec == "VP9" else list(range(20, 28))
    )
    assert [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(seen)] == [1] * (len(seen) - 1)
    for peer in (anna, viewer):
        await peer.close()


@dataclass
class Out:
    """A fan-out that keeps what goes out, unencrypted."""

    memory: bytearray = field(default_factory=lambda: bytearray(MOST * SLOT_BYTES))
    sizes: list[int] = field(default_factory=lambda: [0] * MOST)
    sent: list[Packet] = field(default_factory=list)

    def room(self) -> tuple[int, int]:
        return 0, MOST

    def seal(self, _session: Any, count: int, _to: Any) -> None:
        for at in range(0, count * SLOT_BYTES, SLOT_BYTES):
            found = parse(bytes(self.memory[at : at + self.sizes[at // SLOT_BYTES]]))
            assert found
            self.sent.append(found)


@dataclass
class Peer:
    """A viewer's connection."""

    sending: object = field(default_factory=object)
    to: object = None
    ready: bool = True


@dataclass
class Sent:
    """A picture: its layer, whether higher ones may begin behind it, in how many packets, and how many layers the
    viewer's line bears from one of them on."""

    temporal: int
    up: bool
    packets: int
    bears: int
    bears_from: int = 0
    late: frozenset[int] = frozenset()  # packets that get lost on their way in, and come again behind three others


FIRST = Sent(0, True, 2, 3)
PICTURES = st.lists(
    st.builds(
        Sent,
        st.integers(0, 2),
        st.booleans(),
        st.integers(1, 3),
        st.integers(1, 3),
        st.integers(0, 2),
        st.one_of(st.just(frozenset[int]()), st.frozensets(st.integers(0, 2), max_size=2)),
    ),
    min_size=1,
    max_size=30,
)


@dataclass
class Part:
    """A packet of a picture."""

    number: int
    part: int
    picture: Sent
    packet: Packet

    @property
    def is_late(self) -> bool:
        return self.part in self.picture.late


def parts_of(codec: str, made: Sequence[Sent]) -> list[Part]:
    """The packets of these pictures in their order, the first picture a key frame."""
    found = list[Part]()
    for number, picture in enumerate(made):
        for part in range(picture.packets):
            payload = vp9(picture.temporal, key=number == 0, begins=part == 0, up=picture.up)
            if codec == "AV1":
                payload = av1(None, goes_on=True) if part else av1(picture.temporal, key=number == 0)
            elif codec == "VP8":
                payload = vp8(picture.temporal, 100 + number, key=number == 0, begins=part == 0)
            came = parse(packet(codec, len(found), number, payload + bytes((number, part))))
            assert came
            found.append(Part(number, part, picture, came))
    return found


def as_they_come(parts: Sequence[Part]) -> list[Part]:
    """Those that get lost behind three others."""
    places = [(place + 3.5 if each.is_late else place) for place, each in enumerate(parts)]
    return [parts[place] for place in sorted(range(len(parts)), key=lambda at: places[at])]


@dataclass
class Through:
    """What a viewer got, in the order of the viewer's numbers, and how many layers the line bore for each picture."""

    got: list[Packet]
    parts: list[Part]
    bore: dict[int, int] = field(default_factory=dict)

    def of(self, number: int) -> list[int]:
        """The packets of a picture that came."""
        return [each.payload[-1] for each in self.got if each.payload[-2] == number]


def through(codec: str, pictures: Sequence[Sent]) -> Through:
    """Send these pictures, behind a key frame."""
    section = Section("video", 9, "", (), mid="v", codecs=[Codec(45, codec.lower(), 90_000)])
    track, layer, out, peer = Track("t", "anna", "video", "camera", section), Layer(77), Out(), Peer()
    track.layers.append(layer)
    slot = Outgoing("v", peer, section, {})  # type: ignore[arg-type]
    slot.carry(track)
    parts = parts_of(codec, [FIRST, *pictures])
    done = Through(out.sent, parts)
    for each in as_they_come(parts):
        if each.part == each.picture.bears_from:
            slot.temporal = each.picture.bears
        if not each.is_late:
            done.bore.setdefault(each.number, slot.temporal)
        assert layer.accept(each.packet, section.codecs[0], 1.0)
        assert slot.forward(out, layer, [each.packet], 0, 1.0) == 1  # type: ignore[arg-type]
    first = done.got[0].seq
    done.got.sort(key=lambda each: (each.seq - first) & 0xFFFF)
    return done


@settings(deadline=None)
@given(st.sampled_from(["VP8", "VP9", "AV1"]), PICTURES)
def test_whatever_is_left_out_what_comes_is_whole_and_needs_nothing_that_is_missing(
    codec: str, pictures: list[Sent]
) -> None:
    done, made = through(codec, pictures), [FIRST, *pictures]
    assert [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(done.got)] == [1] * (len(done.got) - 1)
    in_time = sorted({each.number for each in done.parts if not each.is_late and each.part in done.of(each.number)})
    for number in in_time:
        assert done.of(number) == list(range(made[number].packets)), "whole"
    came = {number for number, picture in enumerate(made) if len(done.of(number)) == picture.packets}
    if codec == "VP8":
        names = {each.payload[-2]: each.payload[3] for each in done.got}
        # What got lost altogether and was overtaken comes as it was, as nobody knows whether it is needed.
        whole = sorted(came - (done.bore.keys() - set(in_time)))
        assert [names[b] - names[a] for a, b in pairwise(whole)] == [1] * (len(whole) - 1)
    else:
        assert {each.payload for each in done.got} <= {each.packet.payload for each in done.parts}, "numbers stay"
    for number, picture in enumerate(made):
        # Of AV1 only the first packet says the layer: a picture that lost it comes, in case it is needed.
        says = codec != "AV1" or 0 not in picture.late
        if number not in done.bore or not says:
            continue
        assert picture.temporal or number in came, "the lowest layer comes always"
        if number in came:
            assert picture.temporal < done.bore[number]
            lacks_nothing(codec, made, came, number)


def lacks_nothing(codec: str, made: Sequence[Sent], came: set[int], number: int) -> None:
    """What a picture may build upon came as well, or something later behind which higher layers begin anew."""
    if codec == "VP8":
        return  # whose encoders say it otherwise, and whose decoders wait for it
    ups = [each for each in came if (made[each].up if codec == "VP9" else made[each].temporal == 0)]
    for missing in set(range(number)) - came:
        if (lacks := made[missing].temporal) <= made[number].temporal:
            assert any(missing < up < number and made[up].temporal < lacks for up in ups), (missing, number)


@pytest.mark.parametrize("codec", ["VP8", "VP9", "AV1"])
def test_a_picture_whose_first_packet_gets_lost_behind_one_that_is_left_out_comes_whole(codec: str) -> None:
    done = through(codec, [Sent(2, False, 2, 1), Sent(0, True, 3, 1, late=frozenset({0})), Sent(2, False, 2, 1)])
    assert [(each.payload[-2], each.payload[-1]) for each in done.got] == [(0, 0), (0, 1), (2, 0), (2, 1), (2, 2)]
