"""Pings: whoever is gone without a word is noticed."""

import asyncio

import pytest
from structlog.testing import capture_logs

from server.kernel.parts import Kernel
from server.live.limits import Limits
from tests.server.live.ground import ANNA, Fair, build, serving
from tests.server.live.raw import RawClient, frame, raw
from tests.support.patience import PATIENCE_S

QUICK = Limits(ping_seconds=1.0, pong_seconds=0.5)


async def _pinged(client: RawClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await client.next_frame())[0] != 9:
            pass


async def test_who_does_not_answer_a_ping_is_sent_away(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, QUICK), fair) as world, raw(world) as ben:
        await _pinged(ben)
        assert await ben.close_code() == 4008


@pytest.mark.parametrize("sign", [frame(b"", 10), frame(b"unasked", 10), frame(b'{"i":9,"m":"echo"}')])
async def test_any_sign_of_life_is_enough(kernel: Kernel, fair: Fair, sign: bytes) -> None:
    async with serving(build(kernel, fair, QUICK), fair) as world, raw(world) as ben:
        for _ in range(3):
            await _pinged(ben)
            ben.send(sign)
        assert len(world.live.connections) == 1


async def test_a_client_of_the_usual_kind_stays(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, QUICK), fair) as world, world.client(ANNA) as anna:
        await asyncio.sleep(2.5)
        await anna.call("echo")


async def test_one_connection_with_a_fault_does_not_end_the_watch_over_the_others(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair, QUICK), fair) as world, raw(world) as ben:
        world.live.watch.stalled(_Broken())  # type: ignore[arg-type]
        with capture_logs() as logged:
            await _pinged(ben)
            assert await ben.close_code() == 4008
        assert {(each["event"], each["looking"]) for each in logged} == {("watch_failed", "close_stalled")}


async def test_pings_are_spread_over_the_interval(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair), fair) as world:
        slots = world.live.watch._slots
        assert len(slots) == 100
        for number in range(2000):
            world.live.watch.add(_Nobody(number))  # type: ignore[arg-type]
        assert max(map(len, slots)) < 60
        for slot in slots:
            slot.clear()


class _Broken:
    def __init__(self) -> None:
        self.looks = 0

    def buffered(self) -> int:
        self.looks += 1
        if self.looks > 1:
            raise RuntimeError("a fault of ours")
        return 0


class _Nobody:
    def __init__(self, number: int) -> None:
        self.number = number
