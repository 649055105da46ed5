"""Media nodes found in Redis: people of one call on different workers, and nodes that come and go."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from bench.media.peer import Media, RawPeer, opus
from server.kernel.clock import SystemClock
from server.kernel.redis_bus import RedisBus
from server.kernel.settings import Settings
from signaling import found_nodes, registry
from signaling.found_nodes import FoundNodes
from signaling.media import member
from signaling.media.member import Membership
from signaling.media.node import Place
from signaling.media.spread import Budget
from signaling.own_nodes import OwnNodes
from signaling.protocol import Expel, Join, MediaError, Mute, Remove, Rights, RoomState
from signaling.registry import Member, Registry, lightest
from tests.signaling.scene import settled, until
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble

_numbers = itertools.count(1)
DEAD = set[str]()  # lives that were killed
SPEAKER = Rights(listen=True, publish=["microphone"])
LISTENER = Rights(listen=True, publish=[])


@dataclass
class Worker:
    """A server process, as far as calls are concerned, and what it told those connected to it."""

    back_end: OwnNodes
    states: list[RoomState] = field(default_factory=list)
    peers: list[RawPeer] = field(default_factory=list)

    async def stop(self) -> None:
        """The end, also for who is still connected."""
        for peer in self.peers:
            await peer.close()
        await self.back_end.stop()

    async def join(
        self, name: str, *, sends: bool = False, room: str = "room", generation: int = 0, rights: Rights | None = None
    ) -> RawPeer:
        """Somebody who is connected to this worker comes in."""
        peer = RawPeer([Media("0", "audio", sends)])
        more = {"publish": [{"mid": "0", "source": "microphone"}]} if sends else {"listen": {"0": "auto"}}
        asked = {"room": room, "participant": name, "person": name, "session": name, "generation": generation}
        params = Join.model_validate(asked | more | {"sdp": peer.offer(), "rights": (rights or SPEAKER).model_dump()})
        try:
            joined = await self.back_end.join(params)
        except MediaError:
            peer.socket.close()
            raise
        peer.connect(joined.sdp)
        self.peers.append(peer)
        await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
        return peer

    @property
    def people(self) -> list[str]:
        """Who is in the room by the newest state."""
        return [each.id for each in self.states[-1].participants] if self.states else []


class Installation:
    """Workers and nodes that share a Redis, in the test's own process."""

    def __init__(self, url: str, ending: AsyncExitStack) -> None:
        self.settings = Settings(
            redis_url=url, redis_prefix=f"nodes_{os.getpid()}_{next(_numbers)}", media_node="elsewhere"
        )
        self._ending = ending

    async def bus(self) -> RedisBus:
        """A connection of one process."""
        bus = RedisBus(self.settings.redis_url, self.settings.redis_prefix, SystemClock())
        await bus.start()
        self._ending.push_async_callback(bus.stop)
        return bus

    async def worker(self) -> Worker:
        """A further server process."""
        worker = Worker(OwnNodes(self.settings, await self.bus()))
        worker.back_end.ears.on_room = worker.states.append
        await worker.back_end.start()
        self._ending.push_async_callback(worker.stop)
        return worker

    async def node(self, name: str, budget: Budget | None = None) -> Membership:
        """A further node."""
        membership = Membership(Place(), await self.bus(), Registry(self.settings), name, budget)
        await membership.start()
        self._ending.push_async_callback(ended, membership)
        return membership

    def registry(self) -> Registry:
        """A look into Redis."""
        made = Registry(self.settings)
        self._ending.push_async_callback(made.stop)
        return made


@pytest.fixture
async def there(redis_url: str) -> AsyncIterator[Installation]:
    """An installation without anything yet."""
    async with AsyncExitStack() as ending:
        yield Installation(redis_url, ending)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that end within the test."""
    for module in (registry, member, found_nodes):
        monkeypatch.setattr(module, "BEAT_S", 0.1)
    monkeypatch.setattr(registry, "LEASE_S", 0.6)
    monkeypatch.setattr(member, "LEASE_S", 0.6)


async def killed(node: Membership) -> None:
    """It ends without a word: nothing is withdrawn, nothing is said."""
    assert node._beating is not None
    node._beating.cancel()
    await node._bus.unsubscribe(f"media:node:{node.life}", node._hear)
    node._tell = lambda _kind, _data: None  # type: ignore[method-assign]
    await node.node.stop()
    await node._registry.stop()
    DEAD.add(node.life)


async def ended(node: Membership) -> None:
    """It ends in order, unless it was killed before."""
    if node.life not in DEAD:
        await node.stop()


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


async def test_a_large_audience_sits_on_several_nodes_whichever_worker_it_comes_through(there: Installation) -> None:
    one, other = await there.worker(), await there.worker()
    nodes = [await there.node(name, Budget(people=2)) for name in ("first", "second")]
    speaker = await one.join("anna", sends=True)
    await one.join("bernd", rights=LISTENER)
    await other.join("carla", rights=LISTENER)
    home, further = sorted(nodes, key=lambda each: "room" not in each.node.rooms)
    await until(lambda: home.node.rooms["room"].branches)
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
    await until(lambda: one.people == other.people == [])
    assert one.states[-1].v > one.states[-2].v
    after, listener = await other.join("anna", sends=True, generation=1), await one.join("bernd")
    after.send(opus(1, 960, after.sections[0].ssrc))
    await until(lambda: listener.packets)
    assert list(living.node.rooms) == ["room"]
    await until(lambda: one.people == other.people == ["anna", "bernd"])


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
async def test_a_node_that_is_cut_off_for_a_whole_lease_ends_its_calls(there: Installation, hasty: None) -> None:
    one = await there.worker()
    node = await there.node("cut-off")
    await one.join("anna")
    reachable, node._registry = node._registry, _Away()  # type: ignore[assignment]
    await until(lambda: not node.node.rooms)
    await until(lambda: one.people == [])
    node._registry = reachable
    await until(lambda: node._renewed and one.people == [])


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


async def test_however_often_the_bus_is_away_one_catching_up_is_under_way_and_one_follows() -> None:
    bus, ears = _Gaps(), _SlowEars()
    nodes = FoundNodes(Settings(redis_url="redis://127.0.0.1:1", media_node="elsewhere"), bus, ears)  # type: ignore[arg-type]
    await nodes.start()
    before = len(asyncio.all_tasks())
    for _ in range(50):
        bus.gap()
        await asyncio.sleep(0)
    assert (ears.begun, len(asyncio.all_tasks())) == (1, before + 1)
    ears.may_end.set()
    await until(lambda: len(asyncio.all_tasks()) == before)
    assert ears.begun == 2
    bus.gap()
    await until(lambda: ears.begun == 3)
    await nodes.stop()


async def test_without_redis_calls_are_unavailable() -> None:
    away = Registry(Settings(redis_url="redis://127.0.0.1:1"))
    with pytest.raises(MediaError, match="unavailable"):
        await away.members()


def test_of_equals_the_first_by_name_is_the_lightest() -> None:
    assert lightest([]) is None
    assert lightest([Member("b", "1", 0.5), Member("a", "2", 0.5), Member("c", "3", 0.6)]) == Member("a", "2", 0.5)


class _Gaps:
    """A bus that tells of gaps, and of nothing else."""

    def on_gap(self, tell: Callable[[], None]) -> None:
        self.gap = tell

    async def subscribe(self, _topic: str, _take: object) -> None:
        """Nothing comes."""

    async def unsubscribe(self, _topic: str, _take: object) -> None:
        """Nothing came."""


class _SlowEars:
    """Somebody whose catching up takes a while."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    def heard(self, _kind: str, _data: object) -> None:
        """Nothing is said."""

    def lost(self, _room: str) -> None:
        """Nothing is lost."""

    async def catch_up(self) -> None:
        self.begun += 1
        await self.may_end.wait()


class _Away:
    """A registry that can't be reached."""

    async def announce(self, _member: Member) -> None:
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
