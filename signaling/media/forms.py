"""How viewers get packets: payload types and extension ids as they agreed on, put in once for all who agreed alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from signaling.media.arena import BURST_MOST, Burst
from signaling.media.rtp import FIXED_BYTES, ONE_BYTE, URI_SEND_TIME, ExtensionMap, Packet, extensions
from signaling.media.sdp import Codec
from signaling.media.track import Track

# Layouts of header extensions that a form knows; a track has a handful. More are forgotten together.
LAYOUTS_MOST = 64


class Layout(NamedTuple):
    """What becomes of a packet's header extensions. They are taken as one number, as most that come are laid out like
    those before: to go through them one by one takes several times as long."""

    fixed: int  # the bits that say what stands where
    said: int  # and what these are
    kept: int  # the bits of values that go on as they are
    put: int  # what goes out in place of the fixed ones
    send_time: int  # what the time of sending is multiplied with to stand at its place; 0: at none


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """How some viewers want a track's packets: payload type and extension ids. Shared, so that a packet is put into it
    once for all of them."""

    payload_type: int
    ids: ExtensionMap
    send_time: int  # the viewers' id of abs-send-time, 0: none
    _layouts: dict[bytes, Layout] = field(default_factory=dict)  # by kind and length

    def put(self, packet: Packet, now: float) -> bytes:
        """The packet with this payload type and these ids, sent now. Extensions that a viewer does not know are
        overwritten with padding, so that nothing moves."""
        data, end = packet.data, packet.body
        second = (data[1] & 0x80 | self.payload_type).to_bytes()
        if not data[0] & 0x10:
            return b"".join((data[:1], second, data[2:]))
        begin = FIXED_BYTES + 4 * (data[0] & 0x0F) + 4
        found = int.from_bytes(data[begin:end])
        layout = self._layouts.get(data[begin - 4 : begin])
        if layout is None or found & layout.fixed != layout.said:
            layout = self._learn(data, begin, end)
        # In 1/262,144 s, 24 bits (WebRTC's abs-send-time).
        time = (int(now * 262_144) & 0xFFFFFF) * layout.send_time
        made = found & layout.kept | layout.put | time
        return b"".join((data[:1], second, data[2:begin], made.to_bytes(end - begin), data[end:]))

    def _learn(self, data: bytes, begin: int, end: int) -> Layout:
        ids, size = dict(self.ids), end - begin
        head = 1 if int.from_bytes(data[begin - 4 : begin - 2]) == ONE_BYTE else 2
        fixed, kept, put, send_time = bytearray(b"\xff" * size), bytearray(size), bytearray(data[begin:end]), 0
        for number, there, length in extensions(data):
            at = there - begin
            to = ids.get(number, 0)
            is_known = 0 < to <= (14 if head == 1 else 255)
            fixed[at : at + length] = put[at : at + length] = bytes(length)
            if not is_known:
                put[at - head : at] = bytes(head)
            else:
                put[at - head] = to << 4 | (length - 1) if head == 1 else to
                if to == self.send_time and length == 3:
                    send_time |= 1 << 8 * (size - at - 3)
                else:
                    kept[at : at + length] = b"\xff" * length
        mask = int.from_bytes(fixed)
        if len(self._layouts) >= LAYOUTS_MOST:
            self._layouts.clear()
        self._layouts[data[begin - 4 : begin]] = made = Layout(
            mask, int.from_bytes(data[begin:end]) & mask, int.from_bytes(kept), int.from_bytes(put), send_time
        )
        return made


_FORMS: dict[tuple[int, ExtensionMap, int], Form] = {}
_FORMS_MOST = 4_096


def form_for(codec: Codec, extensions: dict[str, int], track: Track) -> Form:
    """The form in which a viewer with this codec and these extensions gets a track."""
    theirs = track.section.extensions
    ids = tuple(sorted((theirs[uri], number) for uri, number in extensions.items() if uri in theirs))
    key = codec.payload_type, ids, extensions.get(URI_SEND_TIME, 0)
    if len(_FORMS) > _FORMS_MOST:
        _FORMS.clear()
    return _FORMS.setdefault(key, Form(*key))


def put_into_form(packet: Packet, form: Form, now: float) -> bytes:
    """The packet in a form, put into it once for all who get it so."""
    packet.forms[form] = made = form.put(packet, now)
    return made


class Batch(list[Packet]):
    """Packets of one encoding whose numbers follow each other. They go out together: as a burst in each form, once
    somebody asks for it."""

    __slots__ = ("_bursts",)

    def __init__(self, packets: Iterable[Packet]) -> None:
        super().__init__(packets)
        self._bursts: dict[Form, Burst] = {}

    def burst(self, form: Form, now: float) -> Burst:
        """All of them, as they go to whoever gets them in this form."""
        return self._bursts.get(form) or self._prepare(form, now)

    def _prepare(self, form: Form, now: float) -> Burst:
        datas = [packet.forms.get(form) or put_into_form(packet, form, now) for packet in self]
        self._bursts[form] = made = Burst(datas, [packet.timestamp for packet in self], self[0].index)
        return made


def batches(packets: list[Packet]) -> list[Batch]:
    """What came of an encoding, cut at gaps, before and behind what comes late, and where a burst is full."""
    found, begin = [], 0
    for place in range(1, len(packets)):
        if packets[place].index != packets[place - 1].index + 1 or place - begin == BURST_MOST:
            found.append(Batch(packets[begin:place]))
            begin = place
    return [*found, Batch(packets[begin:])]
