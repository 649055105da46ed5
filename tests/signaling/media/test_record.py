"""A recording: what comes in over RTP stands in a file that plays, whatever happens on the way."""

import errno
import os
import random
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from signaling.media.av1 import Av1
from signaling.media.film_parts import parts_of
from signaling.media.formats import Format, Shape, Vp8
from signaling.media.frames import FRAME_MOST, PARTS_MOST, RECORDED_VIDEO, Frame, Order, Pictures, Piece
from signaling.media.h264 import H264
from signaling.media.layer import Layer
from signaling.media.record import PART_S, PARTS_BEFORE_LONGER, Film, Recorder, Stream
from signaling.media.rtp import URI_AUDIO_LEVEL, Packet
from signaling.media.sdp import Codec, Section
from signaling.media.track import LAYERS_MOST, Track
from tests.signaling.media.film import Sent, sound_packets, video_packets
from tests.support.trouble import expects_trouble

SECONDS = 4
CODECS = {"opus": Codec(111, "opus", 48_000)} | {
    name: Codec(number, name, 90_000) for number, name in ((96, "vp8"), (98, "vp9"), (102, "h264"), (45, "av1"))
}


class Source:
    """A track of somebody, and its packets in the order in which they come."""

    def __init__(self, owner: str, source: str, codec: str, sent: Iterable[Sent], loudness: float = 100.0) -> None:
        kind: Any = "audio" if codec == "opus" else "video"
        section = Section(kind, 9, "UDP/TLS/RTP/SAVPF", (), extensions={URI_AUDIO_LEVEL: 1})
        self.layer = Layer(len(owner), codec=CODECS[codec])
        self.track = Track(f"{owner}.{source}", owner, kind, source, section, [self.layer], loudness=loudness)
        self.owner = owner
        self.packets = [
            (each.at, Packet(each.payload, at & 0xFFFF, each.timestamp, 1, 0, each.marker, 0, index=at))
            for at, each in enumerate(sent)
        ]

    def lose(self, *indexes: int) -> None:
        """Some packets never arrive."""
        self.packets = [each for each in self.packets if each[1].index not in indexes]

    def shuffle(self) -> None:
        """Packets come up to 100 ms late, so that they overtake each other."""
        late = random.Random(4)
        self.packets = [(at + late.random() / 10, packet) for at, packet in self.packets]

    def begin_at(self, seconds: float) -> None:
        """It begins later."""
        self.packets = [(at + seconds, packet) for at, packet in self.packets]


def record(path: Path, *sources: Source, agreed: Iterable[str] = ("anna", "ben")) -> Recorder:
    """Have it recorded."""
    recorder = Recorder("r1", path, list(agreed), 0.0)
    coming = [(at, source, packet) for source in sources for at, packet in source.packets]
    for at, source, packet in sorted(coming, key=lambda each: each[0]):
        recorder.take(source.owner, source.track, source.layer, packet, at)
    recorder.close()
    recorder.join()
    return recorder


def played(path: Path) -> tuple[list[float], list[float]]:
    """The times of all pictures and of all sound in a file, decoded."""
    with av.open(str(path)) as file:
        times: dict[str, list[float]] = {"video": [], "audio": []}
        for frame in file.decode():
            times["video" if isinstance(frame, av.VideoFrame) else "audio"].append(frame.time or 0.0)
        return times["video"], times["audio"]


@pytest.mark.parametrize("codec", RECORDED_VIDEO)
def test_making_pictures_leaves_the_run_as_patient_as_it_was(codec: str) -> None:
    """One encoder takes the processor for itself alone, if it may."""
    assert list(video_packets(codec, SECONDS))
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.parametrize("codec", RECORDED_VIDEO)
def test_all_that_came_plays_for_as_long_as_it_took(tmp_path: Path, codec: str) -> None:
    """Every frame is in it, also when packets overtake each other."""
    camera = Source("anna", "camera", codec, video_packets(codec, SECONDS))
    voice = Source("anna", "microphone", "opus", sound_packets(SECONDS))
    camera.shuffle()
    voice.shuffle()
    record(tmp_path / "a.webm", camera, voice)
    pictures, sounds = played(tmp_path / "a.webm")
    assert len(pictures) >= SECONDS * 15 - 1
    assert len(sounds) >= SECONDS * 50 - 6  # the first packets may overtake each other
    assert pictures[-1] - pictures[0] == pytest.approx(SECONDS, abs=0.15)
    assert sounds[-1] - sounds[0] == pytest.approx(SECONDS, abs=0.15)
    assert pictures[0] - sounds[0] == pytest.approx(0, abs=0.15)


def test_a_picture_may_come_long_after_the_sound(tmp_path: Path) -> None:
    """An encoder begins when a moderator has spoken for a while."""
    voice = Source("anna", "microphone", "opus", sound_packets(8))
    camera = Source("ben", "camera", "h264", video_packets("h264", SECONDS))
    camera.begin_at(4.0)
    record(tmp_path / "a.webm", voice, camera)
    pictures, sounds = played(tmp_path / "a.webm")
    assert len(pictures) == SECONDS * 15
    assert pictures[0] - sounds[0] == pytest.approx(4, abs=0.15)


def test_one_can_begin_with_each_key_frame_though_its_parameter_sets_came_but_once() -> None:
    """As some encoders send them."""
    film, first, found = Pictures("h264"), True, list[Frame]()
    for at, each in enumerate(video_packets("h264", 2)):
        if each.payload[0] & 0x1F == 24 and not first:
            continue
        first = False
        if frame := film.put(Piece(at, each.timestamp, each.marker, each.payload, each.at)):
            found.append(frame)
    keys = [frame for frame in found if frame.key]
    assert len(keys) == 2
    assert keys[0].shape == keys[1].shape


@pytest.mark.parametrize("codec", RECORDED_VIDEO)
def test_what_is_no_picture_makes_none_and_harms_nothing(codec: str) -> None:
    """Packets with some bytes changed, cut off, or made up."""
    chance, sent = random.Random(8), list(video_packets(codec, 1))
    film = Pictures(codec)
    for at in range(3_000):
        each = sent[at % len(sent)]
        spoilt = bytearray(each.payload[: chance.randrange(1, len(each.payload))] if at % 3 else each.payload[:40])
        for _ in range(4):
            spoilt[chance.randrange(min(len(spoilt), 40))] = chance.randrange(256)
        film.put(Piece(at, each.timestamp + at // len(sent), each.marker, bytes(spoilt), each.at))


def test_a_frame_that_never_ends_is_given_up() -> None:
    """Nobody fills the memory with it."""
    film, payload = Pictures("vp8"), next(iter(video_packets("vp8", 1))).payload
    for at in range(2 * FRAME_MOST // len(payload)):
        film.put(Piece(at, 0, False, payload, 0.0))
    assert film.wants_key
    assert sum(map(len, film._parts)) <= FRAME_MOST + len(payload)


def test_nor_do_packets_with_nothing_in_them() -> None:
    film, first = Pictures("vp8"), next(iter(video_packets("vp8", 1))).payload
    film.put(Piece(0, 0, False, first, 0.0))
    for at in range(1, 2 * PARTS_MOST):
        film.put(Piece(at, 0, False, b"\x80" + first[1:4], 0.0))
    assert film.wants_key
    assert len(film._parts) <= PARTS_MOST + 1


@pytest.mark.parametrize("form", [H264(), Av1()])
def test_a_frame_of_nothing_but_tiny_units_is_none(form: Format) -> None:
    """To look at each of them would take seconds."""
    payload = bytes((24,)) + b"\0\1\1" * 300 if isinstance(form, H264) else b"\0" + b"\1\x30" * 300
    found = form.part(payload)
    assert found
    assert len(form.whole([found[1]])) > 300
    assert form.whole([found[1]] * 4) == b""


def test_a_picture_without_a_size_is_none() -> None:
    """A file's head that says so is refused by whoever makes it whole."""
    frame = b"\x10\0\0\x9d\x01\x2a\0\0\0\0"
    assert Vp8().shape(frame) is None
    assert Vp8().shape(frame[:6] + b"\x10\0\x08\0") == Shape("vp8", 16, 8)


def test_waiting_for_a_packet_costs_the_same_however_many_wait() -> None:
    looked = 0

    class Waiting(Piece):
        def __getattribute__(self, name: str) -> Any:
            nonlocal looked
            looked += name == "at"
            return super().__getattribute__(name)

    order, came = Order(next=0), 0
    for index in range(1, 1_001):
        came += len(order.put(Waiting(index, 0, False, b"", 0.0)))
    assert (came, len(order.held)) == (0, 1_000)
    assert looked <= 5 * 1_000


def test_who_sends_under_ever_new_numbers_does_not_fill_the_memory(tmp_path: Path) -> None:
    recorder, voice = Recorder("r1", tmp_path / "a.webm", ["anna"], 0.0), Source("anna", "microphone", "opus", [])
    packet = Packet(b"\xfc", 0, 0, 1, 0, False, 0, index=0)
    for ssrc in range(100):
        recorder.take("anna", voice.track, Layer(ssrc, codec=CODECS["opus"]), packet, ssrc / 50)
    recorder.close()
    recorder.join()
    assert not recorder.failed
    assert sum(map(len, recorder._streams.values())) == LAYERS_MOST


def test_after_a_loss_the_picture_goes_on_with_a_key_frame_that_was_asked_for(tmp_path: Path) -> None:
    """Nothing is shown that builds on what is missing; the length stays."""
    camera = Source("anna", "camera", "vp8", video_packets("vp8", SECONDS))
    lost = next(packet.index for at, packet in camera.packets if at > 1.2)
    camera.lose(lost)
    record(tmp_path / "a.webm", camera)
    pictures, _ = played(tmp_path / "a.webm")
    assert camera.layer.key_frame_wanted
    holes = [(a, b) for a, b in pairwise(pictures) if b - a > 0.1]
    assert len(holes) == 1
    assert holes[0] == pytest.approx((1.2, 2.0), abs=0.1)
    assert pictures[-1] == pytest.approx(SECONDS, abs=0.15)


@pytest.mark.parametrize("jump", [1 << 30, -(1 << 30)])
def test_a_sender_that_counts_anew_does_not_make_it_hours_long(tmp_path: Path, jump: int) -> None:
    """Pictures go on where they were, as they came."""
    sent = [
        replace(each, timestamp=(each.timestamp + (jump if each.at >= 2 else 0)) & 0xFFFF_FFFF)
        for each in video_packets("vp8", SECONDS)
    ]
    record(tmp_path / "a.webm", Source("anna", "camera", "vp8", sent))
    pictures, _ = played(tmp_path / "a.webm")
    assert len(pictures) == 60
    assert max(later - earlier for earlier, later in pairwise(pictures)) < 0.5
    assert pictures[-1] == pytest.approx(SECONDS, abs=0.5)


def test_of_who_has_not_agreed_nothing_is_kept(tmp_path: Path) -> None:
    """Neither sound nor picture; whoever agrees later is in it from then on."""
    path = tmp_path / "a.webm"
    recorder = Recorder("r1", path, ["anna"], 0.0)
    voice = Source("ben", "microphone", "opus", sound_packets(SECONDS))
    for at, packet in voice.packets:
        if at == 2.0:
            recorder.agreed = frozenset({"anna", "ben"})
        recorder.take("ben", voice.track, voice.layer, packet, at)
    recorder.close()
    recorder.join()
    _, sounds = played(path)
    assert len(sounds) == pytest.approx(100, abs=2)
    assert sounds[0] == pytest.approx(2.0, abs=0.05)


def test_the_file_follows_who_speaks_and_says_so(tmp_path: Path) -> None:
    """Ben speaks after Anna: his picture, his sound, and a chapter each where they are far enough apart."""
    anna = [
        Source("anna", "camera", "vp8", video_packets("vp8", SECONDS)),
        Source("anna", "microphone", "opus", sound_packets(SECONDS)),
    ]
    ben = [
        Source("ben", "camera", "vp8", video_packets("vp8", SECONDS, width=96, height=64)),
        Source("ben", "microphone", "opus", sound_packets(SECONDS)),
    ]
    for source in ben:
        source.begin_at(12.0)
    record(tmp_path / "a.webm", *anna, *ben)
    with av.open(str(tmp_path / "a.webm")) as file:
        widths = [frame.width for frame in file.decode(video=0)]
    assert (widths.count(160), widths.count(96)) == pytest.approx((60, 60), abs=1)
    chapters = (tmp_path / "a.jsonl").read_text().splitlines()
    assert chapters == ['{"ms": 0, "person": "anna"}', '{"ms": 12000, "person": "ben"}']


def in_two_codecs() -> list[Source]:
    """Anna in VP8, then Ben in H264 with sound from both, then Anna's screen in VP8."""
    ben = [
        Source("ben", "camera", "h264", video_packets("h264", SECONDS, width=96, height=64)),
        Source("ben", "microphone", "opus", sound_packets(SECONDS)),
    ]
    screen = Source("anna", "screen", "vp8", video_packets("vp8", 2))
    for source in ben:
        source.begin_at(PART_S + 1)
    screen.begin_at(2 * PART_S + 2)
    camera = Source("anna", "camera", "vp8", video_packets("vp8", SECONDS))
    return [camera, Source("anna", "microphone", "opus", sound_packets(SECONDS)), *ben, screen]


def test_pictures_of_another_codec_go_on_in_a_part_of_their_own(tmp_path: Path) -> None:
    """Everybody's picture is in it, and plays; of the sound beside it nothing is lost or doubled."""
    record(tmp_path / "a.webm", *in_two_codecs())
    found = {}
    for at, path in parts_of(tmp_path / "a.webm").items():
        with av.open(str(path)) as file:
            codec = file.streams.video[0].codec_context.name
        pictures, sounds = played(path)
        found[at] = codec, len(pictures), len(sounds)
        assert pictures[0] < 0.1 or at == 0
    assert list(found) == pytest.approx([0, 6_000, 12_000], abs=100)
    assert [codec for codec, _, _ in found.values()] == ["vp8", "h264", "vp8"]
    assert [pictures for _, pictures, _ in found.values()] == pytest.approx([60, 60, 30], abs=1)
    assert sum(sounds for _, _, sounds in found.values()) == pytest.approx(SECONDS * 100, abs=6)


def test_codecs_that_alternate_all_the_time_make_no_heap_of_files(tmp_path: Path) -> None:
    """Each part lasts for a while, and the longer the more there are."""
    film, asked = Film(tmp_path / "a.webm", 0.0, lambda _: None), list(video_packets("vp8", 1))[:1]
    other = list(video_packets("vp9", 1))[:1]
    streams = []
    for owner, codec in (("anna", "vp8"), ("ben", "vp9")):
        source = Source(owner, "camera", codec, asked if codec == "vp8" else other)
        stream = Stream(source.track.id, owner, owner, "camera", codec, 90_000, source.layer, Pictures(codec))
        streams.append((stream, source.packets[0][1].payload))
    for at in range(0, 1_000, 4):  # longer than a picture is waited for: each time it is the other one's turn
        stream, payload = streams[at // 4 % 2]
        film.take(stream, Piece(at // 4, at * 90_000, True, payload, float(at)), 0.0)
        film.take(stream, Piece(at // 4, at * 90_000, True, payload, at + 1.0), 0.0)
    film.end([])
    begins = [at / 1_000 for at in parts_of(tmp_path / "a.webm")]
    lasts = [later - earlier for earlier, later in pairwise(begins)]
    assert min(lasts) >= PART_S
    assert min(lasts[PARTS_BEFORE_LONGER:]) >= 2 * PART_S
    assert len(begins) < 100


def test_when_a_screen_ends_the_other_one_is_kept(tmp_path: Path) -> None:
    first = Source("anna", "screen", "vp8", video_packets("vp8", 2))
    second = Source("anna", "screen_2", "vp8", video_packets("vp8", 8, width=96, height=64))
    record(tmp_path / "a.webm", first, second)
    with av.open(str(tmp_path / "a.webm")) as file:
        widths = [frame.width for frame in file.decode(video=0)]
    assert widths.count(160) == 30
    assert widths.count(96) > 30


def test_a_file_that_was_cut_off_plays_up_to_there(tmp_path: Path) -> None:
    """A killed node, or a disk that took no more."""
    camera = Source("anna", "camera", "vp8", video_packets("vp8", SECONDS))
    record(tmp_path / "a.webm", camera)
    whole = (tmp_path / "a.webm").read_bytes()
    (tmp_path / "b.webm").write_bytes(whole[: len(whole) * 3 // 4])
    pictures, _ = played(tmp_path / "b.webm")
    assert 1.9 < pictures[-1] < SECONDS


@expects_trouble
def test_a_full_disk_ends_the_recording_and_harms_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that it failed; packets go on being forwarded."""

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("signaling.media.webm.WebM.flush", full)
    camera = Source("anna", "camera", "vp8", video_packets("vp8", SECONDS))
    recorder = record(tmp_path / "a.webm", camera)
    assert recorder.failed
