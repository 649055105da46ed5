"""What goes through the node: to whom, in which order, and when it ends."""

import asyncio
import time
from itertools import pairwise

import pytest

from bench.media.peer import Media, RawPeer, vp8
from signaling.media import node as nodes
from signaling.media import rtcp
from signaling.media.intake import READ_TOGETHER
from signaling.media.rtp import FIXED
from signaling.protocol import MediaError
from signaling.rights import CallRights
from tests.signaling.scene import Stage, settled, until

SENDS = ("microphone", "camera")


async def test_everybody_gets_what_the_presenter_sends(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewers = [await stage.join(f"viewer{at}", hears={"a": "auto", "v": "anna.camera"}) for at in range(3)]
    for number in range(20):
        anna.send_sound()
        anna.send_frame(key=number == 0)
    await until(lambda: all(len(each.peer.packets) == 40 for each in viewers))
    first = viewers[0].pictures
    assert [packet.data[12:] for packet in first] == [packet.data[12:] for packet in viewers[1].pictures]
    assert [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(first)] == [1] * 19
    assert {b.timestamp - a.timestamp & 0xFFFFFFFF for a, b in pairwise(first)} == {3_000}


# Of each codec what a key frame begins with, and what another frame does.
CODECS = {
    "H264/90000": (b"\x67key", b"\x41frame"),
    "VP9/90000": (b"\x08key", b"\x48frame"),
    "AV1/90000": (b"\x18key", b"\x10frame"),
}


@pytest.mark.parametrize("codec", CODECS)
async def test_whatever_the_codec_its_packets_pass_as_they_are_from_a_key_frame_on(stage: Stage, codec: str) -> None:
    anna, viewer = await stage.two_of(codec)
    key, frame = CODECS[codec]
    for seq, payload in enumerate((frame, key, frame)):
        anna.send(FIXED.pack(0x80, 45 | 0x80, seq, seq * 3_000, anna.sections[0].ssrc) + payload)
    await until(lambda: len(viewer.packets) == 2)
    assert [(packet.payload_type, packet.payload) for packet in viewer.packets] == [(45, key), (45, frame)]
    for peer in (anna, viewer):
        await peer.close()


async def test_who_was_removed_neither_hears_nor_is_heard_from_that_moment(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS, {"a": "ben.microphone"})
    ben = await stage.join("ben", ("microphone",), {"v": "anna.camera"})
    carla = await stage.join("carla", hears={"a": "ben.microphone"})
    anna.send_frame(key=True)
    ben.send_sound()
    await until(lambda: ben.pictures and anna.sound and carla.sound)
    await stage.node.ask("remove", {"room": "stage", "participant": "ben"})
    await settled()  # what was sent before that
    heard = len(anna.sound), len(carla.sound), ben.peer.raw_received
    for _ in range(5):
        anna.send_frame(key=True)
        ben.send_sound()
    await settled()
    assert (len(anna.sound), len(carla.sound), ben.peer.raw_received) == heard
    assert ("gone", "ben", "removed") in [(k, d.get("participant"), d.get("reason")) for k, d in stage.events]


async def test_nobody_publishes_what_the_room_does_not_allow(stage: Stage) -> None:
    with pytest.raises(MediaError, match="forbidden: publish: camera"):
        await stage.join("anna", SENDS, rights={"listen": True, "publish": ["microphone"]})
    assert stage.node.rooms == {}
    assert stage.node.mux.peers == {}


async def test_a_right_that_is_taken_away_ends_its_track_at_once(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone", "v": "anna.camera"})
    anna.send_frame(key=True)
    anna.send_sound()
    await until(lambda: len(viewer.peer.packets) == 2)
    rights = {"listen": True, "publish": ["microphone"]}
    await stage.node.ask("set_rights", {"room": "stage", "participant": "anna", "rights": rights})
    anna.send_frame(key=True)
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 2)
    assert len(viewer.pictures) == 1


async def test_a_second_screen_goes_through_beside_the_first_by_the_same_right(stage: Stage) -> None:
    shows = CallRights(None, "meeting", "", publish=frozenset({"camera", "screen"})).node.model_dump()
    anna = await stage.join("anna", ("camera", "screen", "screen_2"), rights=shows)
    hears = {f"v-{source}": f"anna.{source}" for source in anna.mids}
    viewer = await stage.join("viewer", hears=hears)

    def show() -> None:
        for source in anna.mids:
            anna.send_frame(key=True, source=source)

    show()
    await until(lambda: len(viewer.pictures) == 3)
    assert len({packet.ssrc for packet in viewer.pictures}) == 3
    mute = {"room": "stage", "participant": "anna", "sources": ["screen"]}
    await stage.node.ask("mute", mute | {"muted": True})  # by a moderator: the second one, too
    with pytest.raises(MediaError, match="forbidden"):
        await stage.node.ask("mute", mute | {"sources": ["screen_2"], "muted": False, "moderator": False})
    show()
    await until(lambda: len(viewer.pictures) == 4)
    await settled()
    assert len(viewer.pictures) == 4
    await stage.node.ask("mute", mute | {"muted": False})
    only_seen = CallRights(None, "meeting", "", publish=frozenset({"camera"})).node.model_dump()
    await stage.node.ask("set_rights", {"room": "stage", "participant": "anna", "rights": only_seen})
    show()
    await until(lambda: len(viewer.pictures) == 5)
    await settled()
    assert len(viewer.pictures) == 5
    with pytest.raises(MediaError, match="forbidden: publish: screen_2"):
        await stage.join("ben", ("screen_2",), rights=only_seen)


async def test_who_may_not_listen_gets_nothing(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "auto"}, rights={"listen": False, "publish": []})
    assert "a=inactive" in viewer.answer
    anna.send_sound()
    await settled()
    assert viewer.peer.packets == []


async def test_who_was_muted_by_a_moderator_is_muted_still_when_they_come_back(stage: Stage) -> None:
    anna, viewer = await stage.join("anna", SENDS), await stage.join("viewer", hears={"a": "auto"})
    mute = {"room": "stage", "participant": "anna", "sources": ["microphone"]}
    await stage.node.ask("mute", mute | {"muted": True})
    await stage.node.ask("remove", {"room": "stage", "participant": "anna"})
    anna = await stage.join("anna", SENDS, generation=1)
    anna.send_sound()
    await settled()
    assert viewer.sound == []
    with pytest.raises(MediaError, match="a moderator"):
        await stage.node.ask("mute", mute | {"muted": False, "moderator": False})
    await stage.node.ask("mute", mute | {"muted": False})
    anna.send_sound()
    await until(lambda: viewer.sound)
    await stage.node.ask("mute", mute | {"muted": True, "moderator": False})
    await stage.node.ask("remove", {"room": "stage", "participant": "anna"})
    anna = await stage.join("anna", SENDS, generation=2)
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 2)


async def test_a_moderator_mutes_and_the_room_is_silent_until_it_is_undone(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone"})
    mute = {"room": "stage", "participant": "anna", "sources": ["microphone"]}
    await stage.node.ask("mute", mute | {"muted": True})
    anna.send_sound()
    await settled()
    assert viewer.sound == []
    await stage.node.ask("mute", mute | {"muted": False})
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 1)


async def test_whom_a_moderator_lets_again_shows_something_once_they_have_turned_it_on(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone"})
    told = stage.node.rooms["stage"].participants["anna"].state
    mute = {"room": "stage", "participant": "anna", "sources": ["microphone"]}
    await stage.node.ask("mute", mute | {"muted": True})
    await stage.node.ask("mute", mute | {"muted": True, "moderator": False})  # as a browser tells that it is off there
    await stage.node.ask("mute", mute | {"muted": False})
    assert (told().silenced, [track.muted for track in told().tracks if track.source == "microphone"]) == ([], [True])
    await stage.node.ask("mute", mute | {"muted": False, "moderator": False})
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 1)
    # Another moderator's word is undone for oneself together with one's own.
    for how in ({"muted": True}, {"muted": True, "moderator": False}, {"muted": False, "own": True}):
        await stage.node.ask("mute", mute | how)
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 2)


async def test_who_sends_hears_how_well_it_arrives_and_no_more_is_wanted_than_the_best_viewer_can_take(
    stage: Stage,
) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone", "v": "anna.camera"})
    sound, camera = anna.mids["microphone"].ssrc, anna.mids["camera"].ssrc
    viewer.peer.send_control(rtcp.receiver_report(9, []) + rtcp.remb(9, 600_000, []))
    path = stage.node.rooms["stage"].participants["viewer"].path
    await until(lambda: path.estimate == 600_000)
    anna.send_sound()
    for seq in (0, 1, 3):
        anna.peer.send(vp8(seq, seq * 3_000, camera, key=seq == 0))

    def told(kind: type) -> list[rtcp.Part]:
        return [part for part in anna.peer.control if isinstance(part, kind)]

    await until(lambda: {part.ssrc for part in told(rtcp.Report)} == {sound, camera} and told(rtcp.Estimate))
    lost = {part.ssrc: part.lost for part in reversed(told(rtcp.Report))}  # as it was said first
    assert lost == {sound: 0, camera: 256 // 4}
    assert told(rtcp.Estimate)[-1] == rtcp.Estimate(600_000, (camera,))


async def test_a_lost_packet_is_sent_again_to_the_viewer_who_asks(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    for number in range(5):
        anna.send_frame(key=number == 0)
    await until(lambda: len(viewer.pictures) == 5)
    lost = viewer.pictures[2]
    viewer.peer.send_control(rtcp.receiver_report(9, []) + rtcp.nack(9, lost.ssrc, [lost.seq]))
    await until(lambda: any(packet.payload_type == 97 for packet in viewer.peer.packets))
    repair = next(packet for packet in viewer.peer.packets if packet.payload_type == 97)
    assert int.from_bytes(repair.payload[:2]) == lost.seq
    assert repair.payload[2:] == lost.payload
    assert repair.timestamp == lost.timestamp
    assert repair.ssrc != lost.ssrc


async def test_a_packet_lost_on_the_way_in_is_asked_for_and_takes_its_place(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    ssrc = anna.mids["camera"].ssrc
    for seq in (0, 1, 3, 4):
        anna.peer.send(vp8(seq, seq * 3_000, ssrc, key=seq == 0))
    await until(lambda: any(type(part).__name__ == "Lost" for part in anna.peer.control))
    asked = next(part for part in anna.peer.control if type(part).__name__ == "Lost")
    assert (asked.ssrc, asked.seqs) == (ssrc, (2,))
    from signaling.media.rtp import parse, retransmission

    original = vp8(2, 6_000, ssrc, key=False)
    parsed = parse(original)
    assert parsed
    anna.peer.send(retransmission(original, parsed.body, 2, anna.mids["camera"].repair_ssrc, 77, 97))
    await until(lambda: len(viewer.pictures) == 5)
    assert sorted(packet.seq for packet in viewer.pictures)[2] == viewer.pictures[-1].seq


async def test_a_gap_that_shows_soon_after_a_pass_is_asked_for_as_soon_as_one_is_due_though_nothing_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    ssrc, node = anna.mids["camera"].ssrc, stage.node
    anna.peer.send(vp8(0, 0, ssrc, key=True))
    await until(lambda: viewer.pictures)
    for name in ("ASK_EVERY_S", "QUIET_S"):
        monkeypatch.setattr(nodes, name, 60.0)
    await until(lambda: node._asking is None)
    anna.peer.send(vp8(2, 6_000, ssrc, key=False))
    await until(lambda: node._asking)
    assert node._asking
    assert 0 < node._asking.when() - asyncio.get_running_loop().time() <= 60
    node._asking.cancel()
    monkeypatch.setattr(nodes, "ASK_EVERY_S", 0.0)
    node._ask_now()
    await until(lambda: any(isinstance(part, rtcp.Lost) for part in anna.peer.control))


async def test_sound_that_comes_whole_wakes_nobody_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone"})
    anna.send_sound()
    await until(lambda: viewer.sound)
    await until(lambda: stage.node._asking is None)
    for name in ("ASK_EVERY_S", "QUIET_S"):
        monkeypatch.setattr(nodes, name, 60.0)
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 2)
    assert stage.node._asking is None


async def test_passes_that_take_longer_than_the_pause_between_them_leave_packets_their_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    passes: list[bool] = []

    def slowly(*_given: object, **_more: object) -> None:
        passes.append(True)
        time.sleep(0.02)

    monkeypatch.setattr(nodes, "QUIET_S", 0.01)
    monkeypatch.setattr(stage.node, "_pass", slowly)
    await until(lambda: len(passes) > 3)
    anna.send_frame(key=True)
    await until(lambda: viewer.pictures)


async def test_who_comes_back_keeps_the_ids_of_their_tracks_and_the_old_connection_ends(stage: Stage) -> None:
    old = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"v": "anna.camera"})
    old.send_frame(key=True)
    await until(lambda: viewer.pictures)
    new = await stage.join("anna", SENDS, generation=1)
    old.send_frame(key=True)
    new.send_frame(key=True)
    await until(lambda: len(viewer.pictures) == 2)
    await settled()
    assert len(viewer.pictures) == 2
    assert (viewer.pictures[1].seq - viewer.pictures[0].seq) & 0xFFFF == 1
    with pytest.raises(MediaError, match="conflict"):
        await stage.join("anna", SENDS, generation=0)


async def test_the_state_names_who_is_there_and_what_they_send(stage: Stage) -> None:
    await stage.join("anna", SENDS)
    await stage.join("viewer", hears={"a": "auto"})
    state = await stage.node.ask("state", {"room": "stage"})
    assert [(each["id"], each["ready"]) for each in state["participants"]] == [("anna", True), ("viewer", True)]
    assert state["participants"][0]["tracks"] == [
        {"id": "anna.microphone", "source": "microphone", "muted": False, "paused": [], "shown": "large"},
        {"id": "anna.camera", "source": "camera", "muted": False, "paused": [], "shown": "large"},
    ]
    await until(lambda: [d for k, d in stage.events if k == "room" and len(d["participants"]) == 2])


async def test_whoever_speaks_is_shown_and_the_others_do_not_jump(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    ben = await stage.join("ben", SENDS)
    viewer = await stage.join("viewer", hears={"a": "auto", "v": "auto"})

    async def speaks(who: str) -> None:
        for number in range(40):
            for person in (anna, ben):
                person.send_sound(120 if person.name == who else 10)
                person.send_frame(key=number % 10 == 0)
            await settled()
            if stage.node.rooms["stage"].speakers[:1] == [who]:
                return

    slots = stage.node.rooms["stage"].participants["viewer"].slots
    for who in ("ben", "anna"):
        await speaks(who)
        assert slots["v"].track
        assert slots["v"].track.owner == who
    numbers = [packet.seq for packet in viewer.pictures]
    assert [(b - a) & 0xFFFF for a, b in pairwise(numbers)] == [1] * (len(numbers) - 1)


async def test_stray_datagrams_and_forged_packets_reach_nobody(stage: Stage) -> None:
    anna = await stage.join("anna", SENDS)
    viewer = await stage.join("viewer", hears={"a": "anna.microphone"})
    refused = stage.node.mux.refused
    for junk in (b"", b"\x00", b"\x80" * 40, b"\x90\x6f" + bytes(60), b"\xff" * 1_500, b"\x17\xfe\xfd" + bytes(40)):
        anna.peer.send_raw(junk)
    await settled()
    anna.send_sound()
    await until(lambda: len(viewer.sound) == 1)
    assert stage.node.mux.refused >= refused + 3


async def test_a_picture_goes_out_whole_and_what_is_whole_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "GATHER_S", 60.0)
    anna = await stage.join("anna", SENDS)
    viewers = [await stage.join(f"viewer{at}", hears={"v": "anna.camera"}) for at in range(4)]
    anna.send_frame(key=True)
    await until(lambda: all(viewer.pictures for viewer in viewers))
    await settled()
    node, ssrc = stage.node, anna.mids["camera"].ssrc
    calls = node.mux.out.calls
    anna.peer.send(vp8(1, 3_000, ssrc, key=False, marker=False))
    await until(lambda: node._gathering)
    for seq in (2, 3):
        anna.peer.send(vp8(seq, 3_000, ssrc, key=False, marker=seq == 3))
    await settled()
    node._gathering.cancel()
    node._gathered()
    await until(lambda: all(len(viewer.pictures) == 4 for viewer in viewers))
    assert node.mux.out.calls == calls + 1
    anna.peer.send(vp8(4, 6_000, ssrc, key=False))
    await until(lambda: all(len(viewer.pictures) == 5 for viewer in viewers))


async def test_nothing_rests_while_more_has_come_than_was_read(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood that is read in portions with pauses would fill the socket, and everybody's packets would be lost."""
    mux = stage.node.mux
    stranger = RawPeer([Media("0", "audio", True)])
    with monkeypatch.context() as flooded:
        flooded.setattr(mux._intake, "read", lambda: [(0, 0, ("127.0.0.1", 9))] * READ_TOGETHER)
        mux._read()
        mux.rest()
    before = mux.received
    stranger.socket.sendto(b"junk", ("127.0.0.1", stage.node.port))
    await until(lambda: mux.received > before)
    mux.rest()
    stranger.socket.sendto(b"junk", ("127.0.0.1", stage.node.port))
    await settled()
    assert mux.received == before + 1
    mux.resume()
    assert mux.received == before + 2
    stranger.socket.close()
