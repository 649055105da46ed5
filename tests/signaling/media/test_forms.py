"""Header extensions as viewers agreed on them: ids are theirs, what they do not know is padding, nothing moves."""

import struct
from typing import NamedTuple

from hypothesis import example, given
from hypothesis import strategies as some

from signaling.media import rtp
from signaling.media.forms import LAYOUTS_MOST, Form

SEND_TIME = 3  # as the viewers know it
IDS = ((1, 9), (2, SEND_TIME), (4, 14), (7, 15))  # what has a larger id than 14 stands in long headers only
NOW = 1_234.5
TIME = (int(NOW * 262_144) & 0xFFFFFF).to_bytes(3)
BODY = b"what the codec made"


class Extension(NamedTuple):
    number: int
    value: bytes
    padding: int = 0  # bytes behind it


EXTENSIONS = some.lists(
    some.builds(Extension, some.integers(1, 14), some.binary(min_size=1, max_size=16), some.integers(0, 2)), max_size=5
)


def packet_of(found: list[Extension], *, long: bool, sources: int = 0) -> rtp.Packet:
    heads = [
        bytes((each.number, len(each.value))) if long else bytes((each.number << 4 | len(each.value) - 1,))
        for each in found
    ]
    block = b"".join(head + each.value + bytes(each.padding) for head, each in zip(heads, found, strict=True))
    block += bytes(-len(block) % 4)
    first = rtp.FIXED.pack(0x90 | sources, 0x80 | 96, 5, 6, 7) + bytes(4 * sources)
    kind = rtp.TWO_BYTES if long else rtp.ONE_BYTE
    made = rtp.parse(first + struct.pack("!HH", kind, len(block) // 4) + block + BODY)
    assert made
    return made


def extensions_of(data: bytes) -> list[tuple[int, int, bytes]]:
    return [(number, at, data[at : at + length]) for number, at, length in rtp.extensions(data)]


def wanted(packet: rtp.Packet, *, long: bool) -> list[tuple[int, int, bytes]]:
    ids = {theirs: ours for theirs, ours in IDS if long or ours <= 14}
    return [
        (ids[number], at, TIME if ids[number] == SEND_TIME and len(value) == 3 else value)
        for number, at, value in extensions_of(packet.data)
        if number in ids
    ]


@given(packets=some.lists(some.tuples(EXTENSIONS, some.booleans(), some.integers(0, 2)), min_size=1, max_size=6))
@example(
    packets=[
        ([Extension(1, b"a"), Extension(2, b"abc")], False, 0),
        ([Extension(1, b"b"), Extension(2, b"xyz")], False, 0),
    ]
)
@example(packets=[([Extension(1, b"\x30ab")], False, 0), ([Extension(3, b"a"), Extension(1, b"b")], False, 0)])
@example(packets=[([Extension(2, b"abc"), Extension(2, b"xyz")], True, 1)])
def test_a_packet_goes_out_with_its_viewers_ids_and_everything_else_stays_where_it_is(
    packets: list[tuple[list[Extension], bool, int]],
) -> None:
    form = Form(100, IDS, SEND_TIME)
    for found, long, sources in packets:
        packet = packet_of(found, long=long, sources=sources)
        made = form.put(packet, NOW)
        assert extensions_of(made) == wanted(packet, long=long)
        begin = packet.body - len(packet.data) + len(made)
        assert begin == packet.body, "nothing moves"
        assert made[begin:] == BODY
        assert made[1] == 0x80 | 100
        assert (made[:1], made[2 : 12 + 4 * sources]) == (packet.data[:1], packet.data[2 : 12 + 4 * sources])


def test_values_that_nobody_was_told_of_do_not_go_out() -> None:
    form = Form(100, IDS, SEND_TIME)
    for value in (b"secret", b"hidden"):
        assert value not in form.put(packet_of([Extension(5, value), Extension(1, b"a")], long=False), NOW)


def test_whoever_lays_out_each_packet_in_another_way_takes_no_memory() -> None:
    form = Form(100, IDS, SEND_TIME)
    for padding in range(4 * LAYOUTS_MOST):
        form.put(packet_of([Extension(1, b"a", 4 * padding)], long=False), NOW)
    assert len(form._layouts) <= LAYOUTS_MOST


def test_a_packet_without_extensions_is_changed_in_its_payload_type_alone() -> None:
    packet = rtp.parse(rtp.FIXED.pack(0x80, 0x80 | 96, 5, 6, 7) + BODY)
    assert packet
    assert Form(100, IDS, SEND_TIME).put(packet, NOW) == packet.data[:1] + bytes((0x80 | 100,)) + packet.data[2:]
