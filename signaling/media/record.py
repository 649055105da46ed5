"""Recording a room: what its node forwards anyway, of those who agreed, written on a thread of its own.

One film: the sound of whoever has the floor, and their picture or the screen that is shown. Nothing is decoded, so
nothing can be mixed: it changes from one person to the next, pictures at key frames. No player changes from one codec
to another within a file: there the film goes on in a further file (decision 0020).
"""

import json
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import structlog

from signaling.media.film_parts import part_path
from signaling.media.formats import Shape
from signaling.media.frames import RECORDED_VIDEO, Frame, Order, Pictures, Piece, Sounds
from signaling.media.layer import Layer
from signaling.media.rtp import TIME_MASK, URI_AUDIO_LEVEL, Packet
from signaling.media.track import LAYERS_MOST, Track
from signaling.media.webm import PICTURE, SOUND, WebM
from signaling.protocol import SCREENS

log = structlog.get_logger(__name__)

# Packets that wait for the disk: about ten seconds of a busy room. More are left out, and a key frame is asked for.
QUEUE_MOST = 10_000
# Who has the floor keeps it until they were quieter than somebody else for so long.
FLOOR_S = 1.0
# A picture of which nothing comes for so long makes room for another one.
WAIT_FOR_PICTURE_S = 3.0
# A part, until pictures of another codec may begin the next one: the longer, the more there are, so that a recording of
# three hours in which codecs alternate all the time has some 300.
PART_S = 5.0
PARTS_BEFORE_LONGER = 20
# Speakers that change faster than this make no chapters.
CHAPTER_S = 10.0
# How loud an encoder counts that does not say how loud its sound is.
UNTOLD = 90.0
# Who sends nothing for so long is silent: muted, or gone.
SILENT_S = 0.5
# Below this (0 silence, 127 loudest) nobody takes the floor.
AUDIBLE = 60
# A report that is further than this from the arrival is not believed.
TRUSTED_S = 1.0
# A frame whose own time is further than this from its arrival: its sender counts anew, and so is its time.
STRAYED_S = 10.0
# Chapters of one recording, marks included.
CHAPTERS_MOST = 500


@dataclass(eq=False, slots=True)
class Stream:
    """One encoding of a track on its way into the file."""

    track: str
    owner: str
    person: str
    source: str
    codec: str
    clock: int
    layer: Layer
    frames: Sounds | Pictures
    order: Order = field(default_factory=Order)
    began_at: float = -1.0
    last: int = 0  # the timestamp with its rollovers
    first: int = 0

    def moment(self, timestamp: int, at: float, offsets: dict[str, float]) -> float:
        """When a frame was made, in seconds of the node's clock; `offsets` are those of everybody's own clock.

        A sender report says it, else its arrival does: sound and picture of one person are shifted alike.
        """
        if self.began_at < 0:
            self.began_at, self.first, self.last = at, timestamp, timestamp
            if report := self.layer.report:
                behind = (timestamp - report.timestamp + TIME_MASK // 2) % (TIME_MASK + 1) - TIME_MASK // 2
                made = report.ntp / (1 << 32) + behind / self.clock
                told = offsets.setdefault(self.owner, at - made) + made
                self.began_at = told if abs(told - at) < TRUSTED_S else at
        step = (timestamp - self.last) & TIME_MASK
        self.last += step - (TIME_MASK + 1) if step > TIME_MASK // 2 else step
        made = self.began_at + (self.last - self.first) / self.clock
        if abs(made - at) > STRAYED_S:
            self.began_at, self.first, made = at, self.last, at
        return made


@dataclass(slots=True)
class Floor:
    """Who is to be heard: the loudest, but not for a cough."""

    owner: str = ""
    loudest_at: float = 0.0  # when who has the floor was the loudest for the last time
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)  # loudness, and when

    def heard(self, owner: str, loudness: float, now: float) -> bool:
        """Somebody's sound came. Whether the floor is theirs from now on."""
        self._levels[owner] = loudness, now
        mine = self.level(self.owner, now)
        if owner == self.owner:
            if all(loudness >= self.level(each, now) for each in self._levels):
                self.loudest_at = now
            return False
        if self.owner and (loudness < AUDIBLE or loudness <= mine):
            return False
        if mine >= AUDIBLE and now - self.loudest_at < FLOOR_S:
            return False
        self.owner, self.loudest_at = owner, now
        return True

    def level(self, owner: str, now: float) -> float:
        """How loud somebody is now; 0 when nothing comes of them."""
        loudness, at = self._levels.get(owner, (0.0, now))
        return loudness if now - at < SILENT_S else 0.0


class Film:
    """Its files, fed with pieces in any order. It knows neither threads nor the network."""

    def __init__(self, path: Path, began: float, ask: Callable[[Layer], None]) -> None:
        self._path = path
        self._file: BinaryIO = path.open("wb")
        self._notes = path.with_suffix(".jsonl").open("w", encoding="utf-8")
        self._began, self._ask = began, ask
        self._webm = WebM(self._file)
        self._codec = ""  # of the pictures in this part, as its first one says
        self._part_ms, self._parts, self._turned_at = 0, 1, began
        self._floor = Floor()
        self._shown: Stream | None = None
        self._screens: dict[str, float] = {}  # owner of a screen -> when it was seen last
        self._at = {SOUND: -1, PICTURE: -1}
        self._chapter_at = -CHAPTER_S
        self._chapters = 0
        self._shown_at = began
        self._offsets: dict[str, float] = {}

    def take(self, stream: Stream, piece: Piece, loudness: float) -> None:
        """A packet."""
        if stream.source == "microphone" and self._floor.heard(stream.owner, loudness, piece.at):
            self._changed(stream, piece.at)
        for due in stream.order.put(piece):
            self._put(stream, due)
        if isinstance(stream.frames, Pictures) and stream.frames.wants_key and self._wanted(stream, piece.at):
            self._ask(stream.layer)

    def mark(self, title: str, at: float) -> None:
        """A chapter that somebody sets."""
        self._note({"ms": self._ms(at), "title": title})

    def end(self, streams: Collection[Stream]) -> None:
        """Write what is left, and close."""
        try:
            for stream in streams:
                for piece in stream.order.rest():
                    self._put(stream, piece)
            self._webm.flush()
        finally:
            self._file.close()
            self._notes.close()

    def _changed(self, stream: Stream, at: float) -> None:
        if at - self._chapter_at >= CHAPTER_S:
            self._chapter_at = at
            self._note({"ms": self._ms(at), "person": stream.person})

    def _note(self, chapter: dict[str, object]) -> None:
        if self._chapters < CHAPTERS_MOST:
            self._chapters += 1
            self._notes.write(json.dumps(chapter) + "\n")
            self._notes.flush()

    def _ms(self, at: float) -> int:
        return max(0, round((at - self._began) * 1_000))

    def _put(self, stream: Stream, piece: Piece) -> None:
        frame = stream.frames.put(piece)
        if frame is None:
            return
        at_ms = self._ms(stream.moment(frame.timestamp, frame.at, self._offsets))
        if isinstance(stream.frames, Sounds):
            self._sound(stream, frame, at_ms)
        else:
            self._picture(stream, frame, at_ms)

    def _sound(self, stream: Stream, frame: Frame, at_ms: int) -> None:
        if self._floor.owner and stream.owner != self._floor.owner:
            return
        if stream.source == "screen_sound" and self._floor.level(stream.owner, frame.at) >= AUDIBLE:
            return  # they speak over what they show
        self._write(SOUND, at_ms, frame.data, True)

    def _picture(self, stream: Stream, frame: Frame, at_ms: int) -> None:
        if stream.source in SCREENS and self._fits(stream, frame.at):
            self._screens[stream.owner] = frame.at
        if not self._wanted(stream, frame.at):
            return
        if stream is not self._shown:
            if frame.shape is None:
                self._ask(stream.layer)
                return
            if stream.codec != self._codec:
                self._turn_to(frame.shape, at_ms, frame.at)
            self._shown = stream
        self._shown_at = frame.at
        self._write(PICTURE, at_ms, frame.data, frame.key)

    def _turn_to(self, shape: Shape, at_ms: int, now: float) -> None:
        """Pictures of a codec that this part has not: they, and the sound beside them, are a part of their own."""
        if self._codec:
            self._webm.flush()
            self._file.close()
            self._file = part_path(self._path, at_ms).open("wb")
            self._webm = WebM(self._file)
            self._part_ms, self._parts, self._turned_at = at_ms, self._parts + 1, now
            self._at = {SOUND: -1, PICTURE: -1}
        self._codec = shape.codec
        self._webm.show(shape)

    def _fits(self, stream: Stream, now: float) -> bool:
        """Whether a stream's pictures can come into this part, or begin another one."""
        least_s = PART_S * (1 + self._parts // PARTS_BEFORE_LONGER)
        return self._codec in ("", stream.codec) or now - self._turned_at >= least_s

    def _wanted(self, stream: Stream, now: float) -> bool:
        """Whether this picture is the one to show: a screen, else that of who has the floor, else what is there."""
        if not self._fits(stream, now):
            return False
        if stream is self._shown and stream.source in SCREENS:
            return True
        if any(now - seen < WAIT_FOR_PICTURE_S for seen in self._screens.values()):
            if self._shown is None or self._shown.source not in SCREENS:
                return stream.source in SCREENS
            return stream.source in SCREENS and now - self._shown_at > WAIT_FOR_PICTURE_S
        if self._shown is None or now - self._shown_at > WAIT_FOR_PICTURE_S:
            return True
        return stream is self._shown or stream.owner == self._floor.owner

    def _write(self, track: int, at_ms: int, data: bytes, key: bool) -> None:
        self._at[track] = at_ms = max(at_ms - self._part_ms, self._at[track] + 1)
        self._webm.add(track, at_ms, data, key)


class Recorder:
    """A recording that runs: the node's loop hands over, a thread writes. `failed` once the disk took no more."""

    def __init__(self, id: str, path: Path, agreed: Collection[str], now: float) -> None:
        self.id = id
        self.agreed = frozenset(agreed)  # persons
        self.failed = False
        self.dropped = 0
        self._streams: dict[str, dict[int, Stream]] = {}  # by track and ssrc
        self._best: dict[str, Layer] = {}
        self._queue: queue.Queue[tuple[Stream, Piece, float] | tuple[str, float] | None] = queue.Queue()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._film = Film(path, now, _ask)
        self._thread = threading.Thread(target=self._work, name=f"recording-{id}", daemon=True)
        self._thread.start()

    def take(self, person: str, track: Track, layer: Layer, packet: Packet, now: float) -> None:
        """A packet that is forwarded. Of who has not agreed, nothing is kept."""
        if person not in self.agreed or self.failed or layer.codec is None:
            return
        if track.kind == "video" and (
            layer.codec.name not in RECORDED_VIDEO or not self._is_best(track, layer, packet)
        ):
            return
        theirs = self._streams.setdefault(track.id, {})
        stream = theirs.get(layer.ssrc) or self._begin(theirs, person, track, layer)
        loudness = track.loudness if URI_AUDIO_LEVEL in track.section.extensions else UNTOLD
        self._hand((stream, Piece(packet.index, packet.timestamp, packet.marker, packet.payload, now), loudness))

    def mark(self, title: str, now: float) -> None:
        """Set a chapter."""
        self._hand((title, now))

    def close(self) -> None:
        """End it; the file is whole a moment later."""
        self.agreed = frozenset()
        self._queue.put(None)

    def join(self) -> None:
        """Wait until the file is whole."""
        self._thread.join()

    def _hand(self, work: tuple[Stream, Piece, float] | tuple[str, float]) -> None:
        if self._queue.qsize() < QUEUE_MOST:
            self._queue.put(work)
        else:
            self.dropped += 1

    def _is_best(self, track: Track, layer: Layer, packet: Packet) -> bool:
        """Of several encodings the best one, changed at key frames."""
        best = self._best.get(track.id)
        if best and best is not layer and best in track.layers:
            return False if not packet.key_frame else self._changes(track, best, layer)
        self._best[track.id] = layer
        return True

    def _changes(self, track: Track, best: Layer, layer: Layer) -> bool:
        if is_better := layer.bits_per_second > best.bits_per_second:
            self._best[track.id] = layer
        return is_better

    def _begin(self, theirs: dict[int, Stream], person: str, track: Track, layer: Layer) -> Stream:
        assert layer.codec
        codec = layer.codec.name
        frames: Sounds | Pictures = Sounds() if track.kind == "audio" else Pictures(codec)
        stream = Stream(track.id, track.owner, person, track.source, codec, layer.codec.clock, layer, frames)
        theirs[layer.ssrc] = stream
        if len(theirs) > LAYERS_MOST:  # the oldest one has ended: whoever sends under ever new numbers fills nothing
            del theirs[next(iter(theirs))]
        return stream

    def _work(self) -> None:
        try:
            self._write_all()
        except Exception as error:  # the disk is full, or somebody sent what nobody should: what is written stays
            self.failed = True
            trace = None if isinstance(error, OSError) else error
            log.error("recording_failed", recording=self.id, reason=str(error), exc_info=trace)

    def _write_all(self) -> None:
        try:
            while (work := self._queue.get()) is not None:
                if len(work) == 3:
                    stream, piece, loudness = work
                    self._film.take(stream, piece, loudness)
                else:
                    title, at = work
                    self._film.mark(title, at)
        finally:
            self._film.end([stream for theirs in list(self._streams.values()) for stream in list(theirs.values())])


def _ask(layer: Layer) -> None:
    """Have the publisher asked for a key frame, with the node's next round and as often as that allows."""
    layer.key_frame_wanted = True
