"""When the end of a node is noticed, in virtual time: whenever its machine dies, however slowly Redis answers."""

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import hiredis
import pytest

from server.kernel.settings import Settings
from signaling import registry
from signaling.found_nodes import FoundNodes
from signaling.leases import ANSWER_S, BEAT_S, CUT_OFF_S, ENTERED_S, LEASE_S, LOOK_S
from signaling.media import member
from signaling.media.member import Membership
from signaling.media.node import Place
from signaling.registry import Registry
from tests.support.trouble import expects_trouble
from tests.support.virtual_time import run

SETTINGS = Settings(redis_url="redis://127.0.0.1:1", redis_prefix="virtual", media_node="elsewhere")
# What people are promised, less what the live line may gather before it tells them.
NOTICED_S = 15.0 - 0.5
BORN_S = 30.0


class SlowRedis:
    """As much of Redis as the registry asks, over a slow way, and sometimes away. It keeps the loop's time."""

    def __init__(self, way_s: float = 0.0, away: tuple[float, float] = (0.0, 0.0)) -> None:
        self.renewed_at = 0.0
        self.renewed = asyncio.Event()
        self._way_s = way_s
        self._away = away
        self._entries: dict[str, tuple[bytes, float]] = {}
        self._lines: list[SlowLine] = []
        self.run = 1  # another one with each start; 0: it may not be asked for that

    async def opened(self, *_given: object) -> "SlowLine":
        """A line to it."""
        self._lines.append(SlowLine(self))
        return self._lines[-1]

    def restart(self) -> None:
        """It is started again, and has forgotten everything."""
        self.run *= 2
        self._entries.clear()
        while self._lines:
            self._lines.pop().abort()

    async def ask(self, *parts: str) -> Any:
        """Half of the way there, half of it back. What comes while it hangs is read when it goes on."""
        await asyncio.sleep(self._way_s / 2)
        begins, ends = self._away
        if begins <= _now() < ends:
            await asyncio.sleep(ends - _now())
        answer = self._answer(*parts)
        await asyncio.sleep(self._way_s / 2)
        return answer

    def _answer(self, _command: str, script: str, _keys: str, *given: str) -> Any:
        if script == registry._MEMBERS:
            return [entry for entry, until in self._entries.values() if until > _now()]
        assert script == registry._RENEW
        name, stands, load, lease = given[-4:]
        self.renewed_at = _now()
        self.renewed.set()
        self._entries[name] = f"{stands} {load}".encode(), _now() + int(lease) / 1_000
        return []


class SlowLine:
    """A line to it."""

    def __init__(self, redis: SlowRedis) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._redis = redis

    async def ask(self, *parts: str) -> Any:
        """Which start of it this is, is said with the opening, which takes no time here."""
        if parts[0] == "INFO":
            if not self._redis.run:
                raise hiredis.ReplyError("NOPERM this user has no permissions to run the 'info' command")
            return f"# Server\r\nrun_id:{self._redis.run}\r\n".encode()
        asked = asyncio.ensure_future(self._redis.ask(*parts))
        try:
            await asyncio.wait((asked, self.lost), return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise ConnectionResetError("the line was lost")
            return await asked
        finally:
            asked.cancel()

    def abort(self) -> None:
        """The line is given up: what was asked is not heard of any more."""
        if not self.lost.done():
            self.lost.set_result(None)


class Scene:
    """A worker with people in a room, and the node that carries it."""

    def __init__(self, redis: SlowRedis) -> None:
        self.redis = redis
        self.lost_at = 0.0
        self.ended_at = 0.0
        self.worker = FoundNodes(SETTINGS, _NoBus(), self)  # type: ignore[arg-type]
        self._nodes: list[tuple[Membership, asyncio.Task[None]]] = []

    async def start(self) -> None:
        await self.worker.start()
        self.node, self.beating = await self.born("node", "room")

    async def born(self, name: str, room: str) -> tuple[Membership, asyncio.Task[None]]:
        """A node that carries a room, as the worker hears from it."""
        node = Membership(Place(), _NoBus(), Registry(SETTINGS), name)  # type: ignore[arg-type]
        node.node.rooms[room] = SimpleNamespace(id=room, trunk=None, participants={})  # type: ignore[assignment]
        node._close = self._ended  # type: ignore[method-assign]
        await node._beat()
        state = {"room": room, "participants": ["anna"]}
        self.worker._told(json.dumps({"n": name, "l": node.life, "k": "room", "d": state}).encode())
        beating = asyncio.create_task(node._keep_beating())
        self._nodes.append((node, beating))
        return node, beating

    async def stop(self) -> None:
        for node, beating in self._nodes:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await node._registry.stop()
        await self.worker.stop()

    async def _ended(self, rooms: list[str]) -> None:
        if rooms:
            self.ended_at = self.ended_at or _now()
            self.node.node.rooms.clear()

    def heard(self, _kind: str, _data: object) -> None:
        """Nothing that matters here."""

    def lost(self, _room: str) -> None:
        self.lost_at = _now()

    async def catch_up(self) -> bool:
        """Nothing was missed."""
        return True


class _Node:
    """As much of a node as its lease is about: no socket, no keys."""

    def __init__(self, *_given: object) -> None:
        self.rooms: dict[str, Any] = {}
        self.mux = SimpleNamespace(faults=self)

    def note(self, where: str, error: Exception) -> None:
        """Nothing may go wrong."""
        raise AssertionError(where) from error


class _NoBus:
    """Nobody says anything."""

    def on_gap(self, _tell: Callable[[], None]) -> None:
        """There are none."""

    async def subscribe(self, _topic: str, _take: object) -> None:
        """Nothing comes."""

    async def unsubscribe(self, _topic: str, _take: object) -> None:
        """Nothing came."""


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _scene(monkeypatch: pytest.MonkeyPatch, redis: SlowRedis) -> Scene:
    monkeypatch.setattr(registry, "open_line", redis.opened)
    monkeypatch.setattr(member, "Node", _Node)
    scene = Scene(redis)
    await scene.start()
    return scene


@pytest.mark.parametrize("way_s", [0.0, 0.4, ANSWER_S - 0.01])
def test_a_machine_that_dies_is_noticed_within_the_promised_time_whenever_it_dies(
    monkeypatch: pytest.MonkeyPatch, way_s: float
) -> None:
    async def dies(after_s: float) -> float:
        scene = await _scene(monkeypatch, SlowRedis(way_s))
        await asyncio.sleep(after_s)
        scene.redis.renewed.clear()
        await scene.redis.renewed.wait()  # the longest lease: it dies as soon as it has renewed
        scene.beating.cancel()
        died_at = _now()
        await asyncio.sleep(40)
        await scene.stop()
        assert scene.lost_at, "it was never noticed"
        return scene.lost_at - died_at

    took = [run(dies(tenths / 10)) for tenths in range(0, 40, 3)]
    assert max(took) <= LEASE_S + max(LOOK_S, ANSWER_S) + ANSWER_S < NOTICED_S
    assert min(took) >= LEASE_S


@expects_trouble
def test_a_redis_that_hangs_for_five_seconds_ends_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five is what the tests of faults demand; it may be `LEASE_S` less a beat."""

    async def hangs(begins: float, lasts: float) -> Scene:
        scene = await _scene(monkeypatch, SlowRedis(0.02, (begins, begins + lasts)))
        await asyncio.sleep(BORN_S)
        await scene.stop()
        return scene

    for tenths in range(50, 90, 3):
        for lasts in (5.0, LEASE_S - BEAT_S - 0.1):
            scene = run(hangs(tenths / 10, lasts))
            assert (scene.lost_at, scene.ended_at) == (0, 0), f"from {tenths / 10} for {lasts}"


@expects_trouble
def test_a_node_that_redis_does_not_reach_ends_its_calls_when_it_is_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No room stays in two places for longer than a beat."""

    async def cut_off() -> Scene:
        scene = await _scene(monkeypatch, SlowRedis())
        await asyncio.sleep(7)
        scene.node._registry = Registry(SETTINGS)
        monkeypatch.setattr(scene.node._registry, "_opened", _refused)
        await asyncio.sleep(40)
        await scene.stop()
        return scene

    scene = run(cut_off())
    assert LEASE_S <= scene.lost_at - scene.redis.renewed_at <= LEASE_S + LOOK_S + 0.01
    assert LEASE_S < scene.ended_at - scene.redis.renewed_at <= CUT_OFF_S + 0.01


@pytest.mark.parametrize("run_id", [1, 0])
@expects_trouble
def test_a_redis_that_is_started_again_and_knows_nothing_ends_no_call(
    monkeypatch: pytest.MonkeyPatch, run_id: int
) -> None:
    """Two nodes that beat a second apart: when the one has entered again, the other one is still missing."""

    async def restarts(after_s: float) -> Scene:
        redis = SlowRedis(0.02)
        redis.run = run_id
        scene = await _scene(monkeypatch, redis)
        await asyncio.sleep(1.0)
        await scene.born("other", "second")
        await asyncio.sleep(after_s)
        scene.redis.restart()
        await asyncio.sleep(BORN_S)
        await scene.stop()
        return scene

    for tenths in range(40, 62, 3):
        scene = run(restarts(tenths / 10))
        assert (scene.lost_at, scene.ended_at) == (0, 0), f"after {tenths / 10}"


@expects_trouble
def test_a_machine_that_dies_with_redis_is_noticed_once_all_others_must_have_entered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dies() -> float:
        scene = await _scene(monkeypatch, SlowRedis())
        await asyncio.sleep(5)
        scene.beating.cancel()
        scene.redis.restart()
        began_at = _now()
        await asyncio.sleep(40)
        await scene.stop()
        return scene.lost_at - began_at

    assert ENTERED_S <= run(dies()) <= ENTERED_S + 2 * LOOK_S


async def _refused() -> SlowRedis:
    raise ConnectionRefusedError


def test_a_node_that_is_born_while_the_others_are_counted_is_not_taken_for_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def born_late() -> Scene:
        scene = await _scene(monkeypatch, SlowRedis(way_s=1.0))
        looking = asyncio.create_task(scene.worker._look())
        await asyncio.sleep(0.6)  # counted, and the answer is on its way
        scene.redis._way_s = 0.0
        await scene.born("late", "other")
        await looking
        await scene.stop()
        return scene

    assert run(born_late()).lost_at == 0
