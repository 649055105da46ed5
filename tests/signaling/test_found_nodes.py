"""Media nodes found in Redis: people of one call on different workers, and nodes that come and go."""

import asyncio

import pytest

from bench.media.peer import Media, RawPeer, opus
from server.kernel.settings import Settings
from signaling import bus_topics, found_nodes, registry
from signaling.found_nodes import FoundNodes
from signaling.media import member
from signaling.media.member import Membership
from signaling.media.spread import Budget
from signaling.own_nodes import OwnNodes
from signaling.protocol import Expel, Join, MediaError, Mute, Remove
from signaling.registry import Member, Registry, lightest
from tests.signaling.installation import LISTENER, Installation, Worker, killed
from tests.signaling.scene import settled, until
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes renew their leases, and workers look for dead nodes, ten times a second."""
    monkeypatch.setattr(member, "BEAT_S", 0.1)
    monkeypatch.setattr(found_nodes, "LOOK_S", 0.1)


async def lease_ends(there: Installation, node: Membership) -> None:
    """Its lease ends at once, and nobody else's: with short leases for all, a process that is late would lose them."""
    look = there.registry()
    entry = look._node(node.name)
    assert 0 < await look._ask("PTTL", entry) <= registry.LEASE_S * 1_000
    assert await look._ask("PEXPIRE", entry, "1")


async def test_people_on_different_workers_meet_in_one_call(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    node = await there.node("only")
    speaker = await one.join("anna", sends=True)
    listener = await other.join("bernd")
    await until(lambda: one.people == other.people == ["anna", "bernd"])
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await until(lambda: listener.packets)
    state = await other.back_end.state("room")
    assert state
    assert [each.id for each in state.participants] == ["anna", "bernd"]
    assert [each.participant for each in await other.back_end.where("anna")] == ["anna"]
    assert [each.participants for each in await one.back_end.stats()] == [2]
    assert list(node.node.rooms) == ["room"]


async def test_rights_are_taken_away_from_any_worker(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    await there.node("only")
    speaker, listener = await one.join("anna", sends=True), await one.join("bernd")
    await other.back_end.mute(Mute(room="room", participant="anna", sources=["microphone"], muted=True))
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await settled()
    assert listener.packets == []
    await other.back_end.mute(Mute(room="room", participant="anna", sources=["microphone"], muted=False))
    speaker.send(opus(2, 1_920, speaker.sections[0].ssrc))
    await until(lambda: listener.packets)
    await other.back_end.expel(Expel(person="anna"))
    heard = len(listener.packets)
    speaker.send(opus(3, 2_880, speaker.sections[0].ssrc))
    await settled()
    assert len(listener.packets) == heard
    await other.back_end.remove(Remove(room="room", participant="bernd"))
    await until(lambda: one.people == other.people == [])


async def test_rooms_are_placed_by_load_and_stay_where_they_are(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    full, empty = await there.node("a-full"), await there.node("b-empty")
    full._load = lambda _now: 0.9  # type: ignore[method-assign]
    await full._beat()
    await one.join("anna", room="first")
    assert (list(full.node.rooms), list(empty.node.rooms)) == ([], ["first"])
    full._load = lambda _now: 0.0  # type: ignore[method-assign]
    empty._load = lambda _now: 0.5  # type: ignore[method-assign]
    await full._beat()
    await empty._beat()
    await other.join("bernd", room="first")
    await other.join("bernd", room="second")
    assert (list(full.node.rooms), list(empty.node.rooms)) == (["second"], ["first"])


async def test_the_way_is_tried_to_the_node_on_which_a_new_room_would_be(there: Installation) -> None:
    worker = await there.worker()
    full, empty = await there.node("a-full"), await there.node("b-empty")
    full._load = lambda _now: 0.9  # type: ignore[method-assign]
    await full._beat()
    peer = RawPeer([Media("0", "audio", False)])
    peer.connect(await worker.back_end.try_out(peer.offer()))
    worker.peers.append(peer)
    await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
    assert (len(full.node.tries), len(empty.node.tries), empty.node.rooms) == (0, 1, {})
    with pytest.raises(MediaError, match="bad_request"):
        await worker.back_end.try_out("v=0")


async def test_a_large_audience_sits_on_several_nodes_whichever_worker_it_comes_through(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    nodes = [await there.node(name, Budget(people=2)) for name in ("first", "second")]
    speaker = await one.join("anna", sends=True)
    await one.join("bernd", rights=LISTENER)
    await other.join("carla", rights=LISTENER)
    home, further = sorted(nodes, key=lambda each: "room" not in each.node.rooms)
    await until(lambda: any(each.is_open for each in home.node.rooms["room"].branches.values()))
    listener = await other.join("dora", rights=LISTENER)
    assert [list(each.node.rooms["room"].participants) for each in (home, further)] == [
        ["anna", "bernd", "carla"],
        ["dora"],
    ]
    await until(lambda: one.people == other.people == ["anna", "bernd", "carla", "dora"])
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await until(lambda: listener.packets)
    assert [each.participant for each in await one.back_end.where("dora")] == ["dora"]
    await further._beat()
    assert list(further.node.rooms) == ["room"]  # it holds no entry for the room, and is not told to close it
    await one.back_end.remove(Remove(room="room", participant="dora"))
    heard = len(listener.packets)
    speaker.send(opus(2, 1_920, speaker.sections[0].ssrc))
    await settled()
    assert len(listener.packets) == heard
    await until(lambda: one.people == other.people == ["anna", "bernd", "carla"])


async def test_the_rooms_of_a_node_that_died_without_a_word_move_to_another(there: Installation, hasty: None) -> None:
    one, other = await there.worker(), await there.worker()
    dying = await there.node("dying")
    await one.join("anna", sends=True)
    await until(lambda: one.people == other.people == ["anna"])
    living = await there.node("living")
    await killed(dying)
    await lease_ends(there, dying)
    await until(lambda: one.people == other.people == [])
    assert one.states[-1].v > one.states[-2].v
    after, listener = await other.join("anna", sends=True, generation=1), await one.join("bernd")
    after.send(opus(1, 960, after.sections[0].ssrc))
    await until(lambda: listener.packets)
    assert list(living.node.rooms) == ["room"]
    await until(lambda: one.people == other.people == ["anna", "bernd"])


async def test_a_worker_that_came_after_the_people_notices_as_well_that_their_node_died(
    there: Installation, hasty: None
) -> None:
    one = await there.worker()
    dying = await there.node("dying")
    await one.join("anna", sends=True)
    await until(lambda: one.people == ["anna"])
    late = await there.worker()
    state = await late.back_end.state("room")
    assert state
    await killed(dying)
    await lease_ends(there, dying)
    await until(lambda: late.states)
    assert late.people == []
    assert late.states[-1].v > state.v


async def test_a_room_that_nobody_is_in_is_looked_for_no_longer_whoever_asks_of_it_within_its_lease(
    there: Installation,
) -> None:
    one, late = await there.worker(), await there.worker()
    await there.node("only")
    nodes = late.back_end.nodes
    assert isinstance(nodes, FoundNodes)
    await one.join("anna")
    await late.back_end.state("room")
    assert list(nodes._rooms) == ["room"]
    await nodes._bus.unsubscribe(bus_topics.EVENTS, nodes._told)  # the bus is away from it when she leaves
    await one.back_end.remove(Remove(room="room", participant="anna"))
    assert await late.back_end.catch_up()
    assert (nodes._rooms, late.people) == ({}, [])
    assert await there.registry().place("room", None), "its entry outlives it"
    await late.back_end.state("room")
    await late.back_end.remove(Remove(room="room", participant="anna"))
    await late.back_end.close("room")
    assert nodes._rooms == {}
    nodes._rooms["another"] = "some life"  # whose entry has ended as well, while its last event was missed
    assert await late.back_end.state("another") is None
    assert nodes._rooms == {}
    assert (late.states[-1].room, late.people) == ("another", []), "whoever finds out tells it"
    with pytest.raises(MediaError, match="bad_request"):
        await late.back_end.join(Join(room="room", participant="bernd", sdp="v=0"))
    assert nodes._rooms == {}


async def test_a_worker_that_dies_takes_nobody_out_of_a_call_and_they_go_on_through_another(
    there: Installation,
) -> None:
    bus = await there.bus()
    dying, other = Worker(OwnNodes(there.settings, bus)), await there.worker()
    await dying.back_end.start()
    await there.node("only")
    speaker, listener = await dying.join("anna", sends=True), await other.join("bernd")
    await until(lambda: other.people == ["anna", "bernd"])
    await bus.stop()  # without a word to anybody
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await until(lambda: listener.packets)
    await other.back_end.mute(Mute(room="room", participant="anna", sources=["microphone"], muted=True))
    await until(lambda: other.states[-1].participants[0].tracks[0].muted)
    after = await other.join("anna", sends=True, generation=1)
    await other.back_end.mute(Mute(room="room", participant="anna", sources=["microphone"], muted=False))
    after.send(opus(1, 960, after.sections[0].ssrc))
    await until(lambda: len(listener.packets) == 2)
    assert other.people == ["anna", "bernd"]
    await dying.stop()


async def test_a_node_that_is_back_under_its_name_says_that_its_former_rooms_are_empty(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    dying = await there.node("same")
    await one.join("anna")
    await until(lambda: other.people == ["anna"])
    await killed(dying)
    await there.node("same")
    await until(lambda: one.people == other.people == [])
    await other.join("anna", generation=1)
    await until(lambda: one.people == ["anna"])


@expects_trouble
async def test_a_node_that_is_cut_off_for_a_whole_lease_ends_its_calls(
    there: Installation, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await there.worker()
    node = await there.node("cut-off")
    await one.join("anna")
    await until(lambda: one.people == ["anna"])
    reachable, node._registry = node._registry, _Away()  # type: ignore[assignment]
    monkeypatch.setattr(member, "LEASE_S", 0.6)
    await until(lambda: not node.node.rooms)
    await until(lambda: one.people == [])
    cut_off = node._renewed
    node._registry = reachable
    await until(lambda: node._renewed > cut_off)
    assert one.people == []


async def test_a_room_that_was_given_to_another_node_is_closed_by_the_first(there: Installation) -> None:
    one = await there.worker()
    first, second = await there.node("first"), await there.node("second")
    await one.join("anna")
    mine, others = (first, second) if first.node.rooms else (second, first)
    look = there.registry()
    await look.withdraw(Member(mine.name, mine.life))
    assert await look.place("room", Member(others.name, others.life)) == others.life
    await mine._beat()
    assert mine.node.rooms == {}


async def test_without_a_node_calls_are_unavailable_and_nothing_else_fails(there: Installation) -> None:
    worker = await there.worker()
    assert await worker.back_end.state("room") is None
    assert await worker.back_end.stats() == []
    await worker.back_end.expel(Expel(person="anna"))
    with pytest.raises(MediaError, match="unavailable: there is no media node"):
        await worker.join("anna")


async def test_without_redis_calls_are_unavailable() -> None:
    away = Registry(Settings(redis_url="redis://127.0.0.1:1"))
    with pytest.raises(MediaError, match="unavailable"):
        await away.members()


def test_of_equals_the_first_by_name_is_the_lightest() -> None:
    assert lightest([]) is None
    assert lightest([Member("b", "1", 0.5), Member("a", "2", 0.5), Member("c", "3", 0.6)]) == Member("a", "2", 0.5)


class _Away:
    """A registry that can't be reached."""

    async def renew(self, _member: Member, _rooms: list[str]) -> list[str]:
        raise MediaError("unavailable", "away")

    async def withdraw(self, _member: Member) -> None:
        raise MediaError("unavailable", "away")

    async def stop(self) -> None:
        """Nothing is open."""


async def test_one_is_started_for_who_is_at_a_door_only_where_there_is_none(there: Installation) -> None:
    nodes = FoundNodes(
        there.settings.model_copy(update={"media_node": "here"}),
        await there.bus(),
        OwnNodes(there.settings, await there.bus()),
    )
    begun: list[bool] = []
    assert nodes.own is not None
    nodes.own.begin = lambda: begun.append(True)  # type: ignore[method-assign]
    await nodes.start()
    await nodes.prepare()
    assert begun == [True]
    await there.node("first")
    await nodes.prepare()
    assert begun == [True]
    await nodes.stop()
