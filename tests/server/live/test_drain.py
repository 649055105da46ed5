"""Taking leave: nobody loses an answer, nobody is cut off without a word, and it ends."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.exceptions import InvalidMessage, InvalidStatus

from server.kernel.parts import Kernel
from server.live import watch
from server.live.limits import Limits
from server.live.watch import IN_FLIGHT_S, Watch
from server.live.wire.codes import Close
from tests.server.live.ground import ANNA, BEN, HALL, PLAIN_OPTIONS, Fair, World, build, serving
from tests.support.patience import PATIENCE_S
from tests.support.virtual_time import run


async def test_everybody_is_told_when_to_come_back_and_then_sent_away(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna, either.client(BEN) as ben, either.upgraded() as late:
        leaving = asyncio.create_task(either.live.drain())
        for client in (anna, ben):
            bye = await client.event(k="bye")
            assert bye["c"] == f"person:{client.name}"
            assert 0 <= bye["d"]["after_ms"] < 1000
            assert await client.closed() == 4001
        await late.wait_closed()
        assert late.close_code == 4001
        await leaving
        assert not either.live.ready


async def test_whoever_knocks_gets_no_answer_so_that_a_proxy_asks_another_worker(world: World) -> None:
    """Caddy was seen to lead those who were sent away back here again and again, as the fewest people were here."""
    await world.live.drain()
    with pytest.raises(InvalidMessage) as closed:
        async with world.upgraded():
            pass
    assert isinstance(closed.value.__cause__, EOFError)  # not a byte


async def test_nobody_is_let_in_over_the_standard_interface_either_which_must_answer(
    kernel: Kernel, fair: Fair
) -> None:
    async with serving(build(kernel, fair), fair, PLAIN_OPTIONS) as world:
        await world.live.drain()
        with pytest.raises(InvalidStatus) as refused:
            async with world.upgraded():
                pass
        assert refused.value.response.status_code == 503
        assert "retry-after" in refused.value.response.headers


async def test_what_is_under_way_is_answered_before_the_close(
    world: World, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "IN_FLIGHT_S", PATIENCE_S)
    async with world.client(ANNA, [HALL]) as anna:
        async with kernel.database.write():  # the writer is taken for a while
            number = await anna.send("test.say", channel=HALL, cid="00000000-0000-4000-8000-000000000000", text="last")
            await anna.call("echo")  # by now the server has read what came before
            leaving = asyncio.create_task(world.live.drain())
            await anna.event(k="bye")
        assert (await anna.reply(number))["r"]["s"] == 1
        assert await anna.closed() == 4001
        await leaving


async def test_what_never_ends_does_not_hold_up_the_end(world: World) -> None:
    async with world.client(ANNA) as anna:
        await anna.send("test.fail", how="wait")
        await anna.call("echo")
        async with asyncio.timeout(PATIENCE_S):
            await world.live.drain()
        assert await anna.closed() == 4001


def test_what_never_ends_is_waited_for_three_seconds_and_no_longer() -> None:
    async def scenario() -> float:
        live: Any = SimpleNamespace(connections=[busy], gateway=SimpleNamespace(waiting=[]))
        await Watch(live, Limits()).drain(2)
        return asyncio.get_running_loop().time()

    busy = _Busy()
    assert IN_FLIGHT_S <= run(scenario()) < IN_FLIGHT_S + 0.1
    assert busy.closed is Close.DRAINING


class _Busy:
    """A connection with a request that is never answered."""

    identity = None
    in_flight = 1
    closed: Close | None = None

    def close(self, code: Close) -> None:
        self.closed = code


async def test_a_crowd_is_sent_away_in_slices(world: World) -> None:
    async with world.client(ANNA) as anna, world.client(BEN) as ben:
        more = [world.client(ANNA, resume=anna.welcome["resume"]) for _ in range(8)]
        more += [world.client(BEN, resume=ben.welcome["resume"]) for _ in range(8)]
        clients = [await client.__aenter__() for client in more]
        loop = asyncio.get_running_loop()
        leaving = asyncio.create_task(world.live.drain())
        ended: list[float] = []

        async def note(client: object) -> None:
            await client.closed()  # type: ignore[attr-defined]
            ended.append(loop.time())

        await asyncio.gather(*(note(client) for client in clients))
        await leaving
        assert max(ended) - min(ended) > 0.3
        for client in more:
            await client.__aexit__(None, None, None)


async def test_those_who_were_sent_away_miss_nothing_on_the_next_worker(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair), fair) as next_one, serving(build(kernel, fair), fair) as world:
        async with world.client(ANNA, [HALL]) as anna:
            said = await anna.say(HALL, "before")
            held = {HALL: {"s": said["s"], "epoch": anna.welcome["channels"][HALL]["epoch"]}}
            await world.live.drain()
        async with next_one.client(BEN, [HALL]) as ben:
            await ben.say(HALL, "meanwhile")
        async with next_one.client(ANNA, held, resume=anna.welcome["resume"]) as again:
            state = again.welcome["channels"][HALL]
            assert state["recovered"]
            assert [each["d"]["text"] for each in state["events"]] == ["meanwhile"]
