"""Simulcast, temporal layers, and what is chosen for whom."""

import asyncio
import itertools
from itertools import pairwise
from math import inf
from pathlib import Path as FilePath

import pytest

from signaling.media import encodings, rtcp, rtp
from signaling.media import layer as layers
from signaling.media import node as nodes
from signaling.media.bandwidth import LOSS_GOOD, START_BITS, Choice, Path, choose
from signaling.media.codecs import begins_key_frame, read_vp8
from signaling.media.layer import RESUME_S
from signaling.media.speakers import filled, ranked
from signaling.protocol import SIZES
from tests.signaling.scene import Person, Stage, settled, until
from tests.support.patience import PATIENCE_S

RATES = (150_000.0, 500_000.0, 1_700_000.0)


def chosen(budget: float, at: Choice | None = None, lost: float = 0.0, now: float = 100.0) -> Choice:
    return choose(RATES, False, budget, at, Path(budget, lost), now)[0]


def test_the_largest_encoding_that_fits_is_chosen_and_the_smallest_when_none_does() -> None:
    assert [chosen(budget).layer for budget in (50_000, 200_000, 800_000, 5_000_000)] == [0, 0, 1, 2]


def test_what_fits_is_kept_and_nothing_goes_up_for_a_while_after_it_went_down() -> None:
    assert chosen(1_750_000, Choice(2)) == Choice(2), "there is no headroom, but it still fits"
    path = Path(600_000)
    assert choose(RATES, False, 600_000, Choice(2), path, 100.0) == (Choice(1), 500_000)
    assert choose(RATES, False, 5_000_000, Choice(1), path, 103.0) == (Choice(1), 500_000)
    assert choose(RATES, False, 5_000_000, Choice(1), path, 107.0) == (Choice(2), 1_700_000)


def test_only_what_is_of_use_at_its_size_is_chosen_and_another_size_counts_at_once() -> None:
    assert [choose(RATES, False, 5e6, None, Path(), 0.0, most)[0].layer for most in (0, 1, 2)] == [0, 1, 2]
    assert choose(RATES, False, 5e6, Choice(2), Path(), 0.0, 0)[0].layer == 0
    assert choose(RATES, False, 5e6, Choice(0), Path(), 0.0, 2)[0].layer == 2
    assert choose((0.0, 0.0, 1_700_000.0), False, 5e6, None, Path(), 0.0, 0)[0].layer == 2, "the only one there is"


def tried(estimates: list[float], lost: float = 0.0) -> list[int]:
    """Which encodings are chosen, second by second, from the smallest on, for what a viewer reports."""
    path, choice, found = Path(0.0, lost, sent=RATES[0]), Choice(0), list[int]()
    for second, path.estimate in enumerate(estimates):
        choice, path.sent = choose(RATES, False, path.budget, choice, path, 100.0 + second)
        found.append(choice.layer)
    return found


def test_more_than_an_estimate_that_follows_what_is_sent_is_tried_step_by_step_while_it_grows() -> None:
    assert tried([230_000 * 1.08**second for second in range(30)]) == [1] * 3 + [2] * 27


def test_what_is_tried_ends_when_the_estimate_does_not_grow_and_comes_later_each_time() -> None:
    found = tried([230_000.0] * 60)
    assert found[:8] == [1, 0, 0, 0, 0, 0, 0, 0]
    begins = [second for second in range(60) if found[second] and not (second and found[second - 1])]
    assert begins == [0, 13, 38], "after 12 s, then after 24 s"
    assert tried([230_000 * 1.08**second for second in range(10)], lost=0.05) == [0] * 10


def test_what_a_viewer_wants_instead_is_sent_at_once_however_often_something_was_tried_in_vain() -> None:
    path = Path(600_000.0)
    for second in (100.0, 110.0):
        path.tries(second)
        path.falls(second + 1)
    assert choose(RATES, False, 600_000, Choice(0), path, 118.0)[0] == Choice(0), "their line has to rest"
    path.begins_anew(118.0)
    assert choose(RATES, False, 600_000, Choice(0), path, 118.0)[0] == Choice(1)


def test_temporal_layers_go_first() -> None:
    assert choose((1_000_000.0,), True, 800_000, Choice(0, 3), Path(), 100.0) == (Choice(0, 2), 600_000)
    assert choose((1_000_000.0,), True, 500_000, Choice(0, 3), Path(), 100.0) == (Choice(0, 1), 400_000)


def test_speakers_do_not_jump() -> None:
    assert ranked(["a", "b"], {"a": 90.0, "b": 93.0}) == ["a", "b"]
    assert ranked(["a", "b"], {"a": 90.0, "b": 100.0}) == ["b", "a"]
    assert ranked(["a", "b", "gone"], {"a": 0.0, "b": 10.0, "c": 0.0}) == ["a", "b", "c"]
    assert filled(["a", "b", None], ["b", "c"]) == ["c", "b", None]


def layered(seq: int, ssrc: int, rid: str, *, key: bool, picture: int, temporal: int) -> bytes:
    """A whole VP8 frame with its descriptor, its mid and its rid."""
    extension = bytes((0x41,)) + b"s0" + bytes((0xA0,)) + rid.encode()
    extension += bytes(-len(extension) % 4)
    head = rtp.FIXED.pack(0x90, 0x80 | 96, seq & 0xFFFF, picture * 3_000, ssrc)
    head += bytes((0xBE, 0xDE, 0, len(extension) // 4)) + extension
    descriptor = bytes((0x90, 0xE0, 0x80 | picture >> 8 & 0x7F, picture & 0xFF, 1, temporal << 6))
    return head + descriptor + bytes((0x00 if key else 0x01,)) + bytes(300)


def send(person: Person, number: int, *, key: bool = False, temporal: int = 0, rids: str = "qf") -> None:
    """The same picture in two encodings, under numbers far apart."""
    for rid, ssrc, first in (("q", 1_001, 60_000), ("f", 1_002, 100)):
        if rid not in rids:
            continue
        person.peer.send(layered(first + number, ssrc, rid, key=key, picture=first // 4 + number, temporal=temporal))


async def test_a_viewer_changes_encodings_at_a_key_frame_and_its_decoder_sees_one_stream(stage: Stage) -> None:
    anna = await stage.join("anna", ("camera",), rids=("q", "f"))
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    send(anna, 0, key=True)
    await settled()
    slot = stage.node.rooms["stage"].participants["viewer"].slots["v"]
    track = stage.node.rooms["stage"].participants["anna"].tracks["camera"]
    assert [layer.rid for layer in track.layers] == ["q", "f"]
    for number in range(1, 10):
        send(anna, number, key=number in (1, 6))
        if number == 4:
            await settled()
            slot.want(track.layers[1])
    await until(lambda: len(viewer.pictures) >= 9)
    assert slot.source is track.layers[1]
    numbers = [packet.seq for packet in viewer.pictures]
    assert [(b - a) & 0xFFFF for a, b in pairwise(numbers)] == [1] * (len(numbers) - 1)
    pictures = [found.picture for packet in viewer.pictures if (found := read_vp8(packet.payload))]
    assert [(b - a) & 0x7FFF for a, b in pairwise(pictures)] == [1] * (len(pictures) - 1)
    assert len({packet.ssrc for packet in viewer.pictures}) == 1


async def test_each_viewer_gets_what_fits_its_line_and_the_size_at_which_it_is_shown(stage: Stage) -> None:
    anna = await stage.join("anna", ("camera",), rids=("q", "f"))
    for name in ("thumbnail", "wide", "slow"):
        await stage.join(name, hears={"v": "anna.camera"})
    room = stage.node.rooms["stage"]
    room.participants["slow"].path.estimate = 20_000.0

    async def shown(sizes: dict[str, str]) -> None:
        listen = {"room": "stage", "participant": "thumbnail", "listen": {"v": "anna.camera"}, "sizes": sizes}
        await stage.node.ask("listen", listen)

    def rids() -> list[str]:
        slots = [room.participants[name].slots["v"] for name in ("thumbnail", "wide", "slow")]
        return [slot.source.rid if slot.source else "" for slot in slots]

    number = 0
    await shown({"v": "small"})
    for sizes, expected in (({"v": "small"}, ["q", "f", "q"]), ({"v": "large"}, ["f", "f", "q"])):
        await shown(sizes)
        async with asyncio.timeout(PATIENCE_S):
            while rids() != expected:
                send(anna, number, key=True)
                number += 1
                await asyncio.sleep(0.02)


async def test_who_is_seen_larger_comes_so_at_once_though_another_picture_gets_less_for_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "ADAPT_EVERY_S", inf)  # only the test does, at moments of its own
    for name in ("anna", "ben"):
        await stage.join(name, ("camera",), rids=("q", "f"))
    hears = {"v": "anna.camera", "w": "ben.camera"}
    await stage.join("viewer", hears=hears, sizes=dict.fromkeys(hears, "small"))
    room = stage.node.rooms["stage"]
    viewer, now = room.participants["viewer"], stage.node.mux.clock()
    viewer.path.tries(now)
    viewer.path.falls(now)
    assert not viewer.path.may_rise(now)
    wish = {"room": "stage", "participant": "viewer", "listen": hears}
    await stage.node.ask("listen", wish | {"sizes": dict.fromkeys(hears, "small")})
    assert not viewer.path.may_rise(now), "nothing else is wanted"
    await stage.node.ask("listen", wish | {"sizes": {"v": "large", "w": "small"}})
    assert viewer.path.may_rise(stage.node.mux.clock())


async def test_what_was_lost_of_somebody_who_has_left_holds_nothing_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "ADAPT_EVERY_S", inf)
    for name in ("anna", "ben"):
        await stage.join(name, ("camera",), rids=("q", "f"))
    await stage.join("viewer", hears={"v": "anna.camera", "w": "ben.camera"})
    room = stage.node.rooms["stage"]
    viewer = room.participants["viewer"]
    viewer.on_control([rtcp.Report(viewer.slots["w"].ssrc, 128, 0, 0, 0)])
    assert viewer.path.lost > LOSS_GOOD
    await stage.node.ask("remove", {"room": "stage", "participant": "ben"})
    room.suit(viewer, stage.node.mux.clock())
    assert viewer.path.lost == 0.0


async def test_who_waits_for_an_encoding_that_is_not_sent_any_more_gets_another_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser under pressure sends the smallest alone."""
    monkeypatch.setattr(layers, "STALE_S", 0.3)
    monkeypatch.setattr(nodes, "ADAPT_EVERY_S", 0.25)
    anna = await stage.join("anna", ("camera",), rids=("q", "f"))
    send(anna, 0, key=True, rids="f")
    await settled()
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    async with asyncio.timeout(PATIENCE_S):
        for number in range(1, 500):
            if viewer.pictures:
                break
            send(anna, number, key=True, rids="q")
            await asyncio.sleep(0.02)
    slot = stage.node.rooms["stage"].participants["viewer"].slots["v"]
    assert slot.source
    assert slot.source.rid == "q"


async def test_temporal_layers_are_left_out_without_a_hole(stage: Stage) -> None:
    anna = await stage.join("anna", ("camera",), rids=("q",))
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    slot = stage.node.rooms["stage"].participants["viewer"].slots["v"]
    slot.temporal = 1
    for number in range(12):
        anna.peer.send(layered(number, 1_001, "q", key=number == 0, picture=number, temporal=(0, 2, 1, 2)[number % 4]))
    await until(lambda: len(viewer.pictures) >= 3)
    await settled()
    found = [read_vp8(packet.payload) for packet in viewer.pictures]
    assert [each.temporal for each in found if each] == [0, 0, 0]
    assert [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(viewer.pictures)] == [1, 1]
    assert [b.picture - a.picture for a, b in pairwise(each for each in found if each)] == [1, 1]


def test_key_frames_are_recognised_in_every_codec() -> None:
    assert begins_key_frame("vp8", b"\x10\x00")
    assert not begins_key_frame("vp8", b"\x10\x01")
    assert not begins_key_frame("vp8", b"\x00\x00")
    for payload, expected in ((b"\x67", True), (b"\x65", True), (b"\x41", False), (b"\x7c\x85", True)):
        assert begins_key_frame("h264", payload) is expected
    assert begins_key_frame("h264", b"\x78\x00\x02\x67\x42\x00\x01\x68")
    assert begins_key_frame("vp9", b"\x08")
    assert not begins_key_frame("vp9", b"\x48")
    assert begins_key_frame("av1", b"\x18")
    assert not begins_key_frame("av1", b"\x10")
    assert begins_key_frame("opus", b"")


def test_control_messages_are_read_as_they_were_written() -> None:
    data = (
        rtcp.receiver_report(1, [rtcp.report_block(7, 64, 3, 900, 5, 6, 7)])
        + rtcp.nack(1, 7, [10, 11, 26, 65_535])
        + rtcp.pli(1, 7)
        + rtcp.remb(1, 1_234_567, [7])
    )
    assert rtcp.parse(data)[:2] == [rtcp.Report(7, 64, 5, 6, 7), rtcp.Lost(7, (10, 11, 26, 65_535))]
    assert rtcp.parse(data)[2] == rtcp.KeyFrameWanted(7)
    estimate = rtcp.parse(data)[3]
    assert isinstance(estimate, rtcp.Estimate)
    assert abs(estimate.bits_per_second - 1_234_567) < 20
    assert rtcp.parse(data[:20]) == []
    assert rtcp.parse(b"\x81\xc9\xff\xff" + bytes(8)) == []


def test_what_is_tried_is_judged_from_when_it_comes() -> None:
    """An encoding that was paused is on its way for a moment, in which no estimate grows."""
    path = Path(230_000.0, sent=RATES[0])
    at, _ = choose(RATES, False, path.budget, Choice(0), path, 100.0)
    assert at == Choice(1)
    path.waits(102.0, RESUME_S)
    assert choose(RATES, False, path.budget, at, path, 102.0)[0] == Choice(1)
    path.waits(106.0, RESUME_S)
    assert choose(RATES, False, path.budget, at, path, 106.0)[0] == Choice(0)


async def test_a_sender_is_told_which_encodings_nobody_needs_and_at_once_when_somebody_does(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of, name, seconds in ((nodes, "ADAPT_EVERY_S", 0.05), (encodings, "PAUSE_AFTER_S", 0.2)):
        monkeypatch.setattr(of, name, seconds)
    anna = await stage.join("anna", ("camera",), rids=("q", "f"))
    await stage.join("viewer", hears={"v": "anna.camera"}, sizes={"v": "small"})
    room = stage.node.rooms["stage"]
    viewer = room.participants["viewer"]

    def paused() -> list[str]:
        states = [data for kind, data in stage.events if kind == "room"]
        return next(each["tracks"][0]["paused"] for each in states[-1]["participants"] if each["id"] == "anna")

    async def sends(until_paused: list[str]) -> None:
        """As a browser does that obeys."""
        async with asyncio.timeout(PATIENCE_S):
            for number in numbers:
                source = viewer.slots["v"].source
                if paused() == until_paused and source and source.rid == ("q" if until_paused else "f"):
                    return
                send(anna, number, key=True, rids="q" if paused() else "qf")
                await asyncio.sleep(0.01)

    numbers = itertools.count()
    await until(lambda: any(kind == "room" for kind, _ in stage.events))
    await sends(["f"])
    await stage.node.ask("listen", {"room": "stage", "participant": "viewer", "listen": {"v": "anna.camera"}})
    assert not room.participants["anna"].tracks["camera"].paused
    await sends([])
    assert not viewer.path.lost


async def test_of_who_is_recorded_every_encoding_is_needed(
    stage: Stage, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "ADAPT_EVERY_S", inf)  # only the test does, at moments of its own
    anna = await stage.join("anna", ("camera",), rids=("q", "f"))
    send(anna, 0, key=True)
    await settled()
    room, track = stage.node.rooms["stage"], stage.node.rooms["stage"].participants["anna"].tracks["camera"]
    await stage.node.ask(
        "record",
        {"room": "stage", "recording": "r1", "path": str(tmp_path / "a.webm"), "agreed": ["anna"], "begins": True},
    )
    now = room.mux.clock()
    for layer in track.layers:
        layer.bits_per_second, layer.heard_at = 1_000.0, now + 100
    for later in (0.0, 2 * encodings.PAUSE_AFTER_S):
        room.fit_encodings(now + later)
    assert (track.paused, SIZES[track.shown]) == ([], "large")
    await stage.node.ask("end_recording", {"room": "stage"})
    for later in (2 * encodings.PAUSE_AFTER_S, 4 * encodings.PAUSE_AFTER_S):
        room.fit_encodings(now + later)
    assert (track.paused, SIZES[track.shown]) == (["f"], "small")


async def test_a_camera_in_one_encoding_is_wanted_as_large_as_it_is_seen_and_with_the_bits_it_had(stage: Stage) -> None:
    anna = await stage.join("anna", ("camera",))
    await stage.join("viewer", hears={"v": "anna.camera"})
    anna.send_frame(key=True)
    await settled()
    room = stage.node.rooms["stage"]
    track, viewer = room.participants["anna"].tracks["camera"], room.participants["viewer"]
    now = room.mux.clock()
    track.layers[0].heard_at = now + 100

    def shown(size: str, later: float) -> str:
        """How large it is wanted, once the viewer sees it like that."""
        viewer.sizes = {"v": size}  # type: ignore[dict-item]
        room.fit_encodings(now + later)
        return room.participants["anna"].state().tracks[0].shown

    assert [shown("medium", 0), shown("small", 4), shown("small", 5.5)] == ["large", "large", "small"]
    viewer.path.estimate = 200_000.0  # follows what is sent
    assert room.wanted_bits(track) == START_BITS
    assert not viewer.path.bears(now + 6)
    assert shown("large", 6) == "large"
    room.suit(viewer, now + 7)
    assert viewer.path.bears(now + 7)  # what comes soon is more than the estimate, and is tried
    assert room.wanted_bits(track) == START_BITS
    viewer.path.lost = 0.05
    assert room.wanted_bits(track) == 200_000
