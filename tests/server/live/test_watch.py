"""What the watch does after how many seconds, by the product's own limits: in virtual time, so that nobody waits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from server.live.limits import CLOSE_BYTES, Limits
from server.live.tasks import Tasks
from server.live.watch import TICK_S, Watch
from server.live.wire.codes import Close
from tests.support.virtual_time import VirtualLoop, run

T = TypeVar("T")


def now() -> float:
    return asyncio.get_running_loop().time()


class Live:
    """What the watch asks of the rest, and what it has it do."""

    def __init__(self) -> None:
        self.tasks = Tasks()
        self.gateway = self.grants = self
        self.waiting: set[Someone] = set()
        self.rechecked: list[float] = []

    async def recheck(self) -> None:
        """Note when it was asked for."""
        self.rechecked.append(now())


class Someone:
    """A connection; `answers`: it is heard with each ping."""

    def __init__(self, watch: Watch, *, answers: bool = True) -> None:
        self.answers = answers
        self.heard = 0.0
        self.pinged: list[float] = []
        self.waits = 0
        self.deadline, self.backlog = now() + Limits().hello_seconds, None
        self.closed: tuple[Close, float] | None = None
        self._watch: Any = watch
        self._watch.add(self)

    def ping(self) -> None:
        """Note when."""
        self.pinged.append(now())
        if self.answers:
            self.heard = now()

    def buffered(self) -> int:
        """As much as waits."""
        return self.waits

    def close(self, code: Close, reason: str = "") -> None:
        """Note why and when it was first; it is watched no longer."""
        self.closed = self.closed or (code, now())
        self._watch.remove(self)


def watched(scenario: Callable[[Any, Live], Awaitable[T]]) -> T:
    """Play a scenario under a watch with the product's own limits."""

    async def play() -> T:
        live: Any = Live()
        watch = Watch(live, Limits())
        watching = asyncio.create_task(watch.run())
        try:
            return await scenario(watch, live)
        finally:
            watching.cancel()

    return run(play())


def test_everybody_is_pinged_every_25_seconds_and_is_gone_10_seconds_after_one_without_an_answer() -> None:
    async def scenario(watch: Any, _live: Live) -> tuple[list[Someone], list[Someone]]:
        alive, gone = [Someone(watch) for _ in range(20)], [Someone(watch, answers=False) for _ in range(20)]
        await asyncio.sleep(120)
        return alive, gone

    alive, gone = watched(scenario)
    for each in alive:
        assert each.closed is None
        assert each.pinged[0] <= 25 + TICK_S
        between = [later - earlier for earlier, later in zip(each.pinged, each.pinged[1:], strict=False)]
        assert between == [25.0] * len(between) != []
    for each in gone:
        assert each.closed is not None
        code, at = each.closed
        assert code is Close.PING
        assert 10 <= at - each.pinged[0] <= 10 + TICK_S


def test_who_has_not_said_hello_within_5_seconds_is_sent_away() -> None:
    async def scenario(watch: Any, live: Live) -> Someone:
        late = Someone(watch)
        live.waiting.add(late)
        await asyncio.sleep(6)
        return late

    code, at = watched(scenario).closed or (None, 0.0)
    assert code is Close.NO_HELLO
    assert 5 <= at <= 5 + TICK_S


def test_who_takes_nothing_for_10_seconds_is_sent_away_and_who_takes_a_little_stays() -> None:
    async def scenario(watch: Any, _live: Live) -> tuple[Someone, Someone]:
        stuck, slow = Someone(watch), Someone(watch)
        for each in (stuck, slow):
            each.waits = CLOSE_BYTES // 2
            watch.stalled(each)
        for _ in range(6):
            await asyncio.sleep(8)
            slow.waits -= 1
        return stuck, slow

    stuck, slow = watched(scenario)
    code, at = stuck.closed or (None, 0.0)
    assert code is Close.SLOW
    assert 10 <= at <= 10 + 2 * TICK_S
    assert slow.closed is None


def test_who_lets_more_than_a_mebibyte_wait_is_sent_away_at_once_however_it_moves() -> None:
    async def scenario(watch: Any, _live: Live) -> Someone:
        much = Someone(watch)
        much.waits = 1024 * 1024 + 1_000
        watch.stalled(much)
        for _ in range(8):
            await asyncio.sleep(TICK_S)
            much.waits -= 1
        return much

    code, at = watched(scenario).closed or (None, 0.0)
    assert code is Close.SLOW
    assert at <= 1 + 2 * TICK_S


def test_sessions_are_checked_again_at_least_every_60_seconds_also_on_a_loop_that_has_much_to_do() -> None:
    async def scenario(watch: Any, live: Live) -> list[float]:
        loop: Any = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        watch.look = lambda _now: loop.work(0.05)  # each tick comes so late
        await asyncio.sleep(400)
        return live.rechecked

    checked = watched(scenario)
    assert len(checked) >= 6
    assert max(later - earlier for earlier, later in zip([0.0, *checked], checked, strict=False)) <= 60
