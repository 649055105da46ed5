"""RTCP: what the node reads from viewers and publishers and what it says to them (RFC 3550, 4585, 5104; REMB)."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, PLI, FIR, AFB = 1, 1, 4, 15

# Packets in one datagram, and lost numbers in one message: more is not from a browser.
MOST_PARTS = 32
MOST_LOST = 512

_HEADER = struct.Struct("!BBH")
_REPORT = struct.Struct("!IIIIII")
_NTP_EPOCH = 2_208_988_800


@dataclass(frozen=True, slots=True)
class Report:
    """What a receiver says about one stream: `lost` is the share of the last interval in 1/256."""

    ssrc: int
    lost: int
    jitter: int
    last_sr: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """Which moment (NTP, 64 bits) a timestamp stands for."""

    ssrc: int
    ntp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Lost:
    """These numbers of a stream did not arrive."""

    ssrc: int
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    """A receiver can't go on without a key frame (PLI or FIR)."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many bits per second a receiver believes to get through (REMB), and of which streams that is said."""

    bits_per_second: int
    ssrcs: tuple[int, ...] = ()


Part = Report | SenderReport | Lost | KeyFrameWanted | Estimate


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram of the RTP range is RTCP (RFC 5761)."""
    return len(data) >= 8 and 192 <= data[1] <= 223


def parse(data: bytes) -> list[Part]:
    """All that concerns us in a decrypted datagram; what is malformed ends it."""
    parts: list[Part] = []
    at = 0
    for _ in range(MOST_PARTS):
        if at + 8 > len(data):
            break
        first, kind, words = _HEADER.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        try:
            parts += _parts(first & 0x1F, kind, data[at + 4 : end])
        except struct.error:
            break
        at = end
    return parts


def _parts(count: int, kind: int, body: bytes) -> Iterator[Part]:
    if kind == SR:
        ssrc, ntp, timestamp = struct.unpack_from("!IQI", body)
        yield SenderReport(ssrc, ntp, timestamp)
        yield from _reports(count, body, 24)
    elif kind == RR:
        yield from _reports(count, body, 4)
    elif kind == RTPFB and count == NACK:
        yield Lost(int.from_bytes(body[4:8]), tuple(_lost(body)))
    elif kind == PSFB:
        yield from _feedback(count, body)


def _reports(count: int, body: bytes, at: int) -> Iterator[Report]:
    for number in range(count):
        ssrc, loss, _highest, jitter, last_sr, delay = _REPORT.unpack_from(body, at + 24 * number)
        yield Report(ssrc, loss >> 24, jitter, last_sr, delay)


def _lost(body: bytes) -> list[int]:
    seqs: list[int] = []
    for first, mask in struct.iter_unpack("!HH", body[8:]):
        seqs.append(first)
        seqs += [(first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1]
        if len(seqs) > MOST_LOST:
            break
    return seqs[:MOST_LOST]


def _feedback(count: int, body: bytes) -> Iterator[Part]:
    if count == PLI:
        yield KeyFrameWanted(int.from_bytes(body[4:8]))
    elif count == FIR:
        for ssrc, _ in struct.iter_unpack("!II", body[8:]):
            yield KeyFrameWanted(ssrc)
    elif count == AFB and body[8:12] == b"REMB" and len(body) >= 16:
        word = int.from_bytes(body[13:16])
        ssrcs = struct.unpack_from(f"!{body[12]}I", body, 16)
        yield Estimate((word & 0x3FFFF) << (word >> 18), ssrcs)


def _message(count: int, kind: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    """A sender report without reports on others."""
    return _message(
        0, SR, struct.pack("!IQIII", ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    )


def receiver_report(own: int, blocks: Sequence[bytes]) -> bytes:
    """A receiver report; its blocks are made by `report_block`, at most 31."""
    return _message(len(blocks), RR, struct.pack("!I", own) + b"".join(blocks))


def report_block(ssrc: int, share: int, total: int, highest: int, jitter: int, last_sr: int, delay: int) -> bytes:
    """What we got of one stream: `share` lost of the last interval in 1/256, `total` lost, `delay` in 1/65,536 s."""
    loss = (share & 0xFF) << 24 | max(0, min(total, 0x7FFFFF))
    return _REPORT.pack(ssrc, loss, highest & 0xFFFFFFFF, jitter & 0xFFFFFFFF, last_sr, delay & 0xFFFFFFFF)


def description(ssrc: int, name: str) -> bytes:
    """SDES with the canonical name alone."""
    chunk = struct.pack("!IBB", ssrc, 1, len(name)) + name.encode()
    chunk += bytes(4 - len(chunk) % 4)
    return _message(1, SDES, chunk)


def nack(own: int, ssrc: int, seqs: Sequence[int]) -> bytes:
    """Ask for these numbers again."""
    pairs: list[tuple[int, int]] = []
    for seq in seqs:
        if pairs and 0 < (distance := (seq - pairs[-1][0]) & 0xFFFF) <= 16:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] | 1 << (distance - 1))
        else:
            pairs.append((seq, 0))
    return _message(NACK, RTPFB, struct.pack("!II", own, ssrc) + b"".join(struct.pack("!HH", *each) for each in pairs))


def pli(own: int, ssrc: int) -> bytes:
    """Ask for a key frame."""
    return _message(PLI, PSFB, struct.pack("!II", own, ssrc))


def remb(own: int, bits_per_second: int, ssrcs: Sequence[int]) -> bytes:
    """Tell a publisher how much is wanted."""
    exponent = max(0, bits_per_second.bit_length() - 18)
    word = len(ssrcs) << 24 | exponent << 18 | bits_per_second >> exponent
    body = struct.pack("!II4sI", own, 0, b"REMB", word) + b"".join(struct.pack("!I", each) for each in ssrcs)
    return _message(AFB, PSFB, body)


def bye(ssrcs: Sequence[int]) -> bytes:
    """These streams end."""
    return _message(len(ssrcs), BYE, b"".join(struct.pack("!I", each) for each in ssrcs))


def ntp_of(unix_seconds: float) -> int:
    """A moment as NTP has it: seconds since 1900 in 32.32 bits."""
    return int((unix_seconds + _NTP_EPOCH) * (1 << 32))


def middle(ntp: int) -> int:
    """The middle 32 bits, as reports name a sender report."""
    return ntp >> 16 & 0xFFFFFFFF
