"""What a worker missed while the bus was away, it asks for: once at a time, and until it has been answered."""

import asyncio
from collections.abc import Callable

import pytest

from server.kernel.settings import Settings
from signaling import found_nodes
from signaling.found_nodes import FoundNodes
from tests.signaling.scene import until


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


async def test_what_could_not_be_caught_up_with_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_nodes, "LOOK_S", 0.1)
    bus, ears = _Gaps(), _SlowEars()
    nodes = FoundNodes(Settings(redis_url="redis://127.0.0.1:1", media_node="elsewhere"), bus, ears)  # type: ignore[arg-type]
    await nodes.start()
    before = len(asyncio.all_tasks())
    ears.in_vain = 2
    ears.may_end.set()
    bus.gap()
    await until(lambda: ears.begun == 3)
    await until(lambda: len(asyncio.all_tasks()) == before)
    assert ears.begun == 3
    await nodes.stop()


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
        self.in_vain = 0  # how often it is to be done again

    def heard(self, _kind: str, _data: object) -> None:
        """Nothing is said."""

    def lost(self, _room: str) -> None:
        """Nothing is lost."""

    async def catch_up(self) -> bool:
        self.begun += 1
        await self.may_end.wait()
        return self.begun > self.in_vain
