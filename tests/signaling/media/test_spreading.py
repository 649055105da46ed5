"""A room on several nodes: who sits where, what goes between nodes, and what happens when one of them dies."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bench.media.peer import vp8
from signaling.media import link as links
from signaling.media import rtcp, spreading
from signaling.media.between import TRACKS_MOST, People, SentLayer
from signaling.parts import refused
from signaling.protocol import MediaError
from tests.signaling.hall import HEARS, SENDS, WATCHES, Hall, shown, with_rid
from tests.signaling.scene import Stage, settled, until


async def test_viewers_beyond_the_budget_sit_on_another_node_and_get_everything(hall: Hall) -> None:
    anna, near = await hall.spread()
    far = [await hall.watch(f"far{at}") for at in range(2)]
    assert (hall.sits("home"), hall.sits("further")) == (["anna", "near"], ["far0", "far1"])
    await shown(anna, near, *far)
    came = {each.name: len(each.pictures) for each in (near, *far)}
    for _ in range(20):
        anna.send_sound()
        anna.send_frame()
    await until(lambda: all(len(each.pictures) == came[each.name] + 20 and len(each.sound) == 20 for each in far))
    first = far[0].pictures
    assert [packet.payload for packet in first[-20:]] == [packet.payload for packet in near.pictures[-20:]]
    assert [(b.seq - a.seq) & 0xFFFF for a, b in pairwise(first)] == [1] * (len(first) - 1)
    await until(lambda: all(each.ready for each in hall.home.node.rooms["stage"].state().participants))
    assert await hall.listed() == ["anna", "far0", "far1", "near"]


async def test_each_packet_goes_to_a_further_node_once(hall: Hall) -> None:
    anna, near = await hall.spread()
    far = [await hall.watch(f"far{at}", {"a": "auto"}) for at in range(2)]
    anna.send_sound()
    await until(lambda: all(each.sound for each in (near, *far)))
    before = hall.home.node.sender.forwarded
    for _ in range(10):
        anna.send_sound()
    await until(lambda: all(len(each.sound) == 11 for each in (near, *far)))
    assert hall.home.node.sender.forwarded - before == 20


async def test_a_picture_goes_only_where_somebody_watches_it(hall: Hall) -> None:
    anna, near = await hall.spread()
    far = await hall.watch("far", {"a": "auto"})
    await shown(anna, near)
    anna.send_sound()
    await until(lambda: far.sound)
    [branch] = hall.home.node.rooms["stage"].branches.values()
    assert {slot.section.kind for slot in branch.slots.values() if slot.source} == {"audio"}
    await hall.home.node.ask("listen", {"room": "stage", "participant": "far", "listen": {"a": "auto"}})
    watcher = await hall.watch("watcher")
    await shown(anna, watcher)
    assert far.pictures == []


async def test_a_packet_lost_between_nodes_is_sent_again_between_nodes(hall: Hall) -> None:
    anna, _ = await hall.spread()
    far = await hall.watch("far")
    await shown(anna, far)
    trunk = hall.nodes["further"].node.rooms["stage"].trunk
    assert trunk
    take, lost = trunk.on_packet, list[int]()

    def lose_one(packet: Any) -> None:
        if not lost and packet.payload_type == 96:
            lost.append(packet.seq)
        else:
            take(packet)

    trunk.link.receiving = dict.fromkeys(trunk.link.receiving, _Taker(lose_one, trunk.on_report))
    before, asked = len(far.pictures), len(anna.peer.control)
    for _ in range(5):
        anna.send_frame()
    await until(lambda: len(far.pictures) == before + 5)
    assert lost
    numbers = sorted(packet.seq for packet in far.pictures)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert not [part for part in anna.peer.control[asked:] if isinstance(part, rtcp.Lost)]


class _Taker:
    def __init__(self, on_packet: Any, on_report: Any) -> None:
        self.on_packet = on_packet
        self.on_report = on_report


async def test_each_viewer_has_the_encoding_that_fits_also_on_a_further_node(hall: Hall) -> None:
    await hall.home.join("anna", SENDS, rids=("q", "f"))
    anna = hall.home.people[0]
    media = anna.mids["camera"]
    await hall.watch("near")
    await hall.make_room()
    far = await hall.watch("far")
    encodings = {"q": (media.ssrc, 300), "f": (media.ssrc + 1, 1_100)}
    sent = 0

    def send() -> bool:
        nonlocal sent
        for rid, (ssrc, size) in encodings.items():
            anna.peer.send(with_rid(vp8(sent, sent * 3_000, ssrc, key=True, size=size), rid))
        sent += 1
        return {len(packet.payload) for packet in far.pictures} >= {300, 1_100}

    await until(send)
    track = hall.nodes["further"].node.rooms["stage"].tracks()["anna.camera"]
    assert [layer.rid for layer in track.layers] == ["q", "f"]
    assert track.layers[1].viewers


async def test_on_a_further_node_each_gets_the_encoding_of_their_line_and_of_the_size_at_which_they_see_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.media.node.ADAPT_EVERY_S", 0.1)
    monkeypatch.setattr("signaling.media.encodings.PAUSE_AFTER_S", 0.3)
    anna = await hall.home.join("anna", SENDS, rids=("q", "f"))
    await hall.watch("near")
    await hall.make_room()
    far = [await hall.watch(name, sizes={"v": size}) for name, size in (("ben", "small"), ("carla", "large"))]
    assert hall.sits("further") == ["ben", "carla"]
    sent = 0

    def send() -> None:
        nonlocal sent
        for rid, at, size in (("q", 0, 300), ("f", 1, 1_100)):
            packet = vp8(sent, sent * 3_000, anna.mids["camera"].ssrc + at, key=True, size=size)
            if rid not in hall.home.node.rooms["stage"].tracks()["anna.camera"].paused:  # as a browser obeys
                anna.peer.send(with_rid(packet, rid))
        sent += 1

    def come(*expected: int) -> bool:
        send()
        return [len(each.pictures[-1].payload) for each in far if each.pictures] == list(expected)

    await until(lambda: come(300, 1_100))
    listen = {"room": "stage", "listen": HEARS}
    await hall.home.node.ask("listen", listen | {"participant": "ben", "sizes": {"v": "large"}})
    await hall.home.node.ask("listen", listen | {"participant": "carla", "sizes": {"v": "small"}})
    await until(lambda: come(1_100, 300))
    hall.nodes["further"].node.rooms["stage"].participants["ben"].path.estimate = 20_000.0
    await until(lambda: come(300, 300))
    # Once nobody at home needs the large one either it is paused, and the further node knows that it could have it.
    await hall.home.node.ask("listen", listen | {"participant": "near", "sizes": {"v": "small"}})
    tracks = [hall.nodes[life].node.rooms["stage"].tracks()["anna.camera"] for life in ("home", "further")]
    await until(lambda: come(300, 300) and [each.paused for each in tracks] == [["f"], ["f"]])
    await hall.home.node.ask("listen", listen | {"participant": "carla", "sizes": {"v": "large"}})
    await until(lambda: come(300, 1_100))
    await until(lambda: [each.paused for each in tracks] == [[], []])


async def test_who_was_removed_neither_hears_nor_is_heard_on_any_node(hall: Hall) -> None:
    anna, near = await hall.spread()
    far = [await hall.watch(f"far{at}") for at in range(2)]
    await shown(anna, near, *far)
    await hall.home.node.ask("remove", {"room": "stage", "participant": "far0"})
    came = far[0].peer.raw_received
    anna.send_sound()
    await until(lambda: far[1].sound)
    assert far[0].peer.raw_received == came
    assert hall.sits("further") == ["far1"]
    assert "far0" not in await hall.listed()
    # What is on its way to a further node's viewers when its sender is removed does not reach them any more.
    node = hall.nodes["further"].node
    node._gathering = _Never()  # type: ignore[assignment]
    anna.send_sound()
    await until(lambda: any(room.dirty for room in node.rooms.values()))
    await hall.home.node.ask("remove", {"room": "stage", "participant": "anna"})
    node._gathered()
    anna.send_sound()
    await settled()
    assert len(far[1].sound) == 1
    assert not hall.nodes["further"].node.rooms["stage"].tracks()


async def test_what_was_said_before_somebody_was_removed_does_not_bring_them_back(hall: Hall) -> None:
    """A node's word of who is there may be on its way while somebody is removed."""
    await hall.spread()
    await hall.watch("far")
    [branch] = hall.home.node.rooms["stage"].branches.values()
    await until(lambda: "far" in branch.people and branch.people["far"].ready)
    before = list(branch.people.values())
    await hall.home.node.ask("remove", {"room": "stage", "participant": "far"})
    late = People(room="stage", branch=branch.id, v=branch._v + 1, people=before, watched=[], bits_per_second=0, load=0)
    branch.hear(late, hall.home.node.mux.clock())
    assert "far" not in await hall.listed()
    await hall.watch("far", generation=2)
    await until(lambda: "far" in branch.people)


class _Never:
    def cancel(self) -> None:
        """It would not have come."""


async def test_a_moderator_mutes_for_all_nodes_and_expels_from_all(hall: Hall) -> None:
    anna, _ = await hall.spread()
    far = await hall.watch("far", {"a": "auto"})
    anna.send_sound()
    await until(lambda: len(far.sound) == 1)
    mute = {"room": "stage", "participant": "anna", "sources": ["microphone"]}
    await hall.home.node.ask("mute", mute | {"muted": True})
    anna.send_sound()
    await settled()
    assert len(far.sound) == 1
    await hall.home.node.ask("mute", mute | {"muted": False})
    anna.send_sound()
    await until(lambda: len(far.sound) == 2)
    for stage in hall.nodes.values():  # as the servers ask
        await stage.node.ask("expel", {"person": "far"})
    assert hall.sits("further") == []
    room = hall.home.node.rooms["stage"]
    await until(lambda: "far" not in [each.id for each in room.state().participants])


async def test_who_may_send_comes_in_anew_at_home(hall: Hall) -> None:
    await hall.spread()
    await hall.watch("far", generation=1)
    speaks = {"listen": True, "publish": ["microphone"]}
    await hall.home.node.ask("set_rights", {"room": "stage", "participant": "far", "rights": speaks})
    assert hall.sits("further") == ["far"]
    with pytest.raises(MediaError, match="conflict: generation"):
        await hall.home.join("far", ("microphone",), rights=speaks, generation=0)
    with pytest.raises(MediaError, match="who sends") as refusal:
        await hall.home.join("far", ("microphone",), rights=speaks, generation=1)
    assert refused(refusal.value).code == "moved"  # as the browser hears it
    assert hall.sits("further") == []
    await hall.home.join("far", ("microphone",), rights=speaks, generation=2)
    assert hall.sits("home") == ["anna", "far", "near"]
    assert await hall.listed() == ["anna", "far", "near"]


async def test_who_comes_back_is_seated_where_they_were(hall: Hall) -> None:
    anna, _ = await hall.spread()
    old = await hall.watch("far")
    new = await hall.watch("far", generation=1)
    await shown(anna, new)
    assert hall.sits("further") == ["far"]
    assert old.pictures == []
    with pytest.raises(MediaError, match="conflict: generation"):
        await hall.watch("far", generation=0)


async def test_when_a_further_node_dies_its_people_are_out_and_come_in_again_elsewhere(hall: Hall) -> None:
    anna, _ = await hall.spread()
    await hall.watch("far")
    await until(lambda: "far" in hall.home.node.rooms["stage"].branches["further"].people)
    await hall.node("third", 0.2)
    [link] = hall.home.node.spreading.links.values()  # type: ignore[union-attr]
    assert link.peer
    assert link.peer.silence_s == links.SILENCE_S
    await hall.kill("further")
    room = hall.home.node.rooms["stage"]
    await until(lambda: [each.id for each in room.state().participants] == ["anna", "near"])
    assert await told(hall.home) == ("room", ["anna", "near"])
    await hall.watch("between", generation=1)
    await until(lambda: list(room.branches) == ["third"])
    again = await hall.watch("far", generation=1)
    await shown(anna, again)
    assert hall.sits("third") == ["far"]


async def told(stage: Stage) -> tuple[str, list[str]]:
    """The last thing that a node told."""
    await settled()
    kind, data = [event for event in stage.events if event[0] == "room"][-1]
    return kind, [each["id"] for each in data["participants"]]


async def test_when_the_home_dies_its_branches_end_and_the_room_begins_anew(hall: Hall) -> None:
    await hall.spread()
    await hall.watch("far")
    further = hall.nodes["further"]
    await hall.kill("home")
    await until(lambda: not further.node.rooms)
    assert not further.node.mux.peers
    assert not [data for kind, data in further.events if kind == "room"]  # it does not speak for the room
    hall.nodes = {"home": further}
    anna = await further.join("anna", SENDS, generation=1)
    viewer = await further.join("far", hears=HEARS, rights=WATCHES, generation=1)
    await shown(anna, viewer)


async def test_a_branch_in_which_nobody_sits_ends_and_a_room_that_is_closed_ends_everywhere(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.spread()
    far = await hall.watch("far")
    await hall.home.node.ask("close", {"room": "stage"})
    await until(lambda: not hall.home.node.rooms and not hall.nodes["further"].node.rooms)
    assert len(hall.home.node.mux.peers) == len(hall.nodes["further"].node.mux.peers) == 1  # one another
    assert far.peer.raw_received >= 0
    await hall.home.join("anna", SENDS, generation=1)
    await hall.watch("near", generation=1)
    await hall.watch("between", generation=1)
    await until(lambda: hall.nodes["further"].node.rooms)
    monkeypatch.setattr(spreading, "IDLE_S", 0.1)
    await until(lambda: not hall.nodes["further"].node.rooms and not hall.home.node.rooms["stage"].branches)


async def test_two_rooms_on_the_same_two_nodes_share_one_connection(hall: Hall) -> None:
    """Each of them is the home of one, so that streams go both ways."""
    anna, _ = await hall.spread()
    far = await hall.watch("far")
    other = hall.nodes["further"]
    other.room = "other"
    ben = await other.join("ben", SENDS)
    for name in ("one", "two"):
        await other.join(name, hears={"v": "ben.camera"}, rights=WATCHES)
    await until(lambda: other.node.rooms["other"].branches)
    watcher = await other.join("three", hears={"v": "ben.camera"}, rights=WATCHES)
    assert sorted(hall.home.node.rooms["other"].participants) == ["three"]
    await shown(anna, far)
    await shown(ben, watcher)
    assert [len(stage.node.spreading.links) for stage in hall.nodes.values()] == [1, 1]  # type: ignore[union-attr]


async def test_without_another_node_or_a_way_to_it_everybody_stays_at_home(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "LINK_S", 0.1)
    hall.deaf.add("further")
    for at in range(4):
        await hall.watch(f"viewer{at}")
    assert len(hall.sits("home")) == 4
    await until(lambda: ("further", "dial") in hall.asked)
    hall.deaf.clear()
    asked = len(hall.asked)
    await hall.watch("late")
    await settled()
    assert len(hall.asked) == asked  # it is left alone for a while


async def test_however_many_pictures_come_a_branch_goes_on_to_say_what_it_wants(hall: Hall) -> None:
    """More than one message can name."""
    anna, _ = await hall.spread()
    await shown(anna, await hall.watch("far"))
    node, [branch] = hall.nodes["further"].node, hall.home.node.rooms["stage"].branches.values()
    trunk = node.rooms["stage"].trunk
    assert trunk
    told = branch._fitted()
    [camera] = [each for each in told if each.source == "camera"]
    more = [
        camera.model_copy(update={"id": f"b{at}.camera", "layers": [SentLayer(rid="", ssrc=at, repair_ssrc=at + 400)]})
        for at in range(300)
    ]
    trunk.carry([*told, *more])
    branch.path.estimate = 0.0
    await until(lambda: branch.path.estimate)
    assert node._ticking
    assert not node._ticking.done()


async def test_of_more_tracks_than_go_to_a_branch_the_first_ones_do(hall: Hall) -> None:
    """Nothing that a moderator asks for fails on it."""
    anna, _ = await hall.spread()
    far = await hall.watch("far")
    room = hall.home.node.rooms["stage"]
    camera = room.participants["anna"].tracks["camera"]
    room.participants["near"].tracks |= {
        str(at): replace(camera, id=f"near.{at}", owner="near", layers=[]) for at in range(TRACKS_MOST)
    }
    mute = {"room": "stage", "participant": "near", "sources": ["microphone"], "muted": True}
    await hall.home.node.ask("mute", mute)
    there = hall.nodes["further"].node.rooms["stage"].tracks()
    assert len(there) == TRACKS_MOST
    assert "anna.camera" in there
    await shown(anna, far)


async def test_strangers_are_no_nodes(hall: Hall) -> None:
    """What another node is asked for counts only under the branch's name, and a connection only with its password."""
    await hall.spread()
    further = hall.nodes["further"].node
    for method, params in (
        ("carry", {"room": "stage", "branch": "another", "tracks": []}),
        ("cut", {"room": "stage", "branch": "another"}),
        (
            "people",
            {"room": "stage", "branch": "a", "v": 1, "people": [], "watched": [], "bits_per_second": 0.0, "load": 0.0},
        ),
        ("extend", {"room": "new", "branch": "b", "home": "nobody", "tracks": []}),
    ):
        with pytest.raises(MediaError, match="not_found"):
            await further.ask(method, params)
    with pytest.raises(MediaError, match="conflict"):
        await hall.home.node.ask("extend", {"room": "stage", "branch": "b", "home": "further", "tracks": []})
    alone = Stage()
    with pytest.raises(MediaError, match="unknown_method"):
        await alone.node.ask("cut", {"room": "stage", "branch": "b"})
    await alone.node.stop()
