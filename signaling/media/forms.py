"""How groups of viewers get packets: payload types and extension ids as they agreed on, put in once for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from signaling.media import rtp
from signaling.media.arena import BURST_MOST, Burst
from signaling.media.rtp import URI_SEND_TIME, ExtensionMap, Packet
from signaling.media.sdp import Codec
from signaling.media.track import Track


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """How a group of viewers wants a track's packets: payload type and extension ids. Shared, so that a packet is put
    into it once for all of them."""

    payload_type: int
    ids: ExtensionMap
    send_time: int  # the viewers' id of abs-send-time, 0: none


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
    """The packet in a form."""
    data = rtp.with_payload_and_extensions(packet, form.payload_type, form.ids)
    if form.send_time:
        rtp.put_send_time(data, form.send_time, now)
    packet.forms[form] = made = bytes(data)
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
