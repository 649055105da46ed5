"""A track that somebody publishes, and how its packets are found among all that come from them."""

from dataclasses import dataclass, field
from typing import Literal

from signaling.media.bandwidth import START_BITS, TRIAL_S
from signaling.media.layer import Layer
from signaling.media.rtp import URI_AUDIO_LEVEL, URI_MID, URI_REPAIRED_RID, URI_RID, Packet, extension, parse, repaired
from signaling.media.sdp import Codec, Section
from signaling.protocol import SIZES

Kind = Literal["audio", "video"]
LARGE = len(SIZES) - 1
Source = Literal["microphone", "camera", "screen", "screen_sound", "camera_2", "screen_2"]

# Streams of one track: three encodings, and what is left of those of before a restart.
LAYERS_MOST = 8


@dataclass(eq=False, slots=True)
class Track:
    """What one person sends from one source. The id stays when they come back."""

    id: str
    owner: str
    kind: Kind
    source: str
    section: Section
    layers: list[Layer] = field(default_factory=list)
    muted: bool = False  # by themselves or by a moderator: nothing of it is forwarded
    closed: bool = False
    loudness: float = 0.0  # 0 to 127, of sound; see `speakers`
    shown: int = LARGE  # how large somebody sees it at most, as its sender is told: the place in SIZES
    shown_at: float = -1.0  # when somebody saw it as large as that for the last time
    grew_at: float = -TRIAL_S
    bits: int = START_BITS  # what its sender may send, as far as what is sent of it says something about that

    @property
    def codecs(self) -> dict[int, Codec]:
        """The codecs of its section by payload type."""
        return {codec.payload_type: codec for codec in self.section.codecs}

    @property
    def paused(self) -> list[str]:
        """Encodings, by rid, that its sender need not send."""
        return [layer.rid for layer in self.layers if layer.paused]

    @property
    def simulcast(self) -> bool:
        """Whether several encodings of it are announced."""
        return len(self.section.rids) > 1


@dataclass(slots=True)
class Inbound:
    """All that one connection publishes: packets by ssrc, and by mid and rid until the ssrc is known."""

    tracks: dict[str, Track] = field(default_factory=dict)  # by mid
    _layers: dict[int, tuple[Track, Layer, bool]] = field(default_factory=dict)  # by ssrc; whether it repairs
    _codecs: dict[str, dict[int, Codec]] = field(default_factory=dict)

    def add(self, mid: str, track: Track) -> None:
        """Take packets of a section; its ssrcs count as far as they were announced."""
        self.tracks[mid] = track
        self._codecs[mid] = track.codecs
        if track.section.rids:
            return
        for ssrc in track.section.ssrcs:
            if ssrc in track.section.repairs:
                continue
            repair = next((r for r, repaired_ssrc in track.section.repairs.items() if repaired_ssrc == ssrc), 0)
            self._learn(track, Layer(ssrc, repair_ssrc=repair))
            break

    def expect(self, track: Track, layer: Layer) -> None:
        """Take an encoding whose ssrc is known."""
        self.tracks[track.section.mid] = track
        self._codecs[track.section.mid] = track.codecs
        self._learn(track, layer)

    def remove(self, mid: str) -> None:
        """Take them no longer."""
        if track := self.tracks.pop(mid, None):
            self._layers = {ssrc: each for ssrc, each in self._layers.items() if each[0] is not track}

    def layer_of(self, ssrc: int) -> Layer | None:
        """The encoding under this ssrc."""
        found = self._layers.get(ssrc)
        return found[1] if found else None

    def take(self, packet: Packet, now: float) -> tuple[Track, Layer] | None:
        """Where a packet belongs, once its layer has accepted it; None: it is nobody's, or comes again.

        A retransmission is put back into what it was: the packet is changed in place.
        """
        found = self._layers.get(packet.ssrc) or self._find(packet)
        if found is None:
            return None
        track, layer, repairs = found
        codecs = self._codecs.get(track.section.mid) or track.codecs
        codec = codecs.get(packet.payload_type)
        if codec is None:
            return None
        if repairs or codec.name == "rtx":
            codec = self._restore(packet, layer, codecs, codec)
            if codec is None:
                return None
        return (track, layer) if layer.accept(packet, codec, now) else None

    def _restore(self, packet: Packet, layer: Layer, codecs: dict[int, Codec], rtx: Codec) -> Codec | None:
        original = codecs.get(rtx.repairs) if rtx.repairs is not None else None
        data = repaired(packet, layer.ssrc, original.payload_type) if original else None
        restored = parse(data) if data else None
        if original is None or restored is None:
            return None
        packet.data, packet.seq, packet.ssrc = restored.data, restored.seq, restored.ssrc
        packet.payload_type, packet.body = restored.payload_type, restored.body
        return original

    def _find(self, packet: Packet) -> tuple[Track, Layer, bool] | None:
        """A stream that was not announced by its ssrc: by mid and rid, else by its payload type alone."""
        track = self._track_of(packet)
        if track is None or len(track.layers) >= LAYERS_MOST:
            return None
        codec = track.codecs.get(packet.payload_type)
        if codec is None:
            return None
        if codec.name == "rtx":
            return self._repairing(track, packet)
        rid = _text(packet, track, URI_RID)
        if track.section.rids and rid not in track.section.rids:
            return None
        return self._learn(track, Layer(packet.ssrc, rid))

    def _track_of(self, packet: Packet) -> Track | None:
        for track in self.tracks.values():
            number = track.section.extensions.get(URI_MID)
            mid = extension(packet.data, number) if number else None
            if mid is not None:
                return self.tracks.get(mid.decode("ascii", "replace"))
        fitting = [track for track in self.tracks.values() if packet.payload_type in track.codecs]
        return fitting[0] if len(fitting) == 1 else None

    def _repairing(self, track: Track, packet: Packet) -> tuple[Track, Layer, bool] | None:
        rid = _text(packet, track, URI_REPAIRED_RID)
        for layer in track.layers:
            if not layer.repair_ssrc and layer.rid == rid:
                layer.repair_ssrc = packet.ssrc
                self._layers[packet.ssrc] = track, layer, True
                return self._layers[packet.ssrc]
        return None

    def _learn(self, track: Track, layer: Layer) -> tuple[Track, Layer, bool]:
        replaced = [each for each in track.layers if each.rid == layer.rid]
        for old in replaced:  # the sender began anew under another ssrc
            track.layers.remove(old)
            self._layers.pop(old.ssrc, None)
            self._layers.pop(old.repair_ssrc, None)
            layer.viewers = old.viewers
            for viewer in layer.viewers:
                viewer.follow(old, layer)
        track.layers.append(layer)
        if track.section.rids:
            track.layers.sort(key=lambda each: track.section.rids.index(each.rid))
        self._layers[layer.ssrc] = track, layer, False
        if layer.repair_ssrc:
            self._layers[layer.repair_ssrc] = track, layer, True
        return self._layers[layer.ssrc]


def _text(packet: Packet, track: Track, uri: str) -> str:
    number = track.section.extensions.get(uri)
    value = extension(packet.data, number) if number else None
    return value.decode("ascii", "replace") if value else ""


def level_of(packet: Packet, track: Track) -> int | None:
    """How loud a packet of sound is, 0 (silence) to 127 (RFC 6464); None when it doesn't say."""
    number = track.section.extensions.get(URI_AUDIO_LEVEL)
    value = extension(packet.data, number) if number else None
    return 127 - (value[0] & 0x7F) if value else None
