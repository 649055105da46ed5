"""Coming back: complete, or honestly from a snapshot; never a silent gap."""

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import update

from server.kernel.parts import Kernel
from server.live.grants import Arrival
from server.live.log import Append
from server.live.model import CounterRow
from tests.server.live.ground import ANNA, BEN, HALL, LOBBY, SECRET, Client, Fair, World, build, serving


async def _said(world: World, count: int, channel: str = HALL) -> None:
    await asyncio.gather(
        *(world.live.log.append(Append(channel, "cara", None, "said", {"text": str(n)})) for n in range(count))
    )


def _held(client: Client, at: int, channel: str = HALL) -> dict[str, Any]:
    return {channel: {"s": at, "epoch": client.welcome["channels"][channel]["epoch"]}}


def _numbers(state: dict[str, Any]) -> list[int]:
    return [each["s"] for each in state["events"]]


async def test_who_was_away_gets_what_was_missed_in_the_welcome(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        await _said(either, 3)
        token = anna.welcome["resume"]
    await _said(either, 4)
    async with either.client(ANNA, _held(anna, 3), resume=token) as again:
        state = again.welcome["channels"][HALL]
        assert (state["recovered"], state["top"], _numbers(state)) == (True, 7, [4, 5, 6, 7])
        await _said(either, 1)
        assert (await again.event(c=HALL))["s"] == 8


async def test_a_position_in_an_empty_channel_is_recovered_too(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        held = _held(anna, 0)
    await _said(either, 2)
    async with either.client(ANNA, held) as again:
        assert _numbers(again.welcome["channels"][HALL]) == [1, 2]


async def test_what_is_said_while_a_snapshot_is_read_follows_it(kernel: Kernel, fair: Fair) -> None:
    """The snapshot was read before, so it need not show it."""
    snapshot = fair._snapshot

    async def read_while_others_talk(arrival: Arrival) -> dict[str, Any]:
        found = await snapshot(arrival)
        await _said(world, 2)
        return found

    fair._snapshot = read_while_others_talk  # type: ignore[method-assign]
    async with serving(build(kernel, fair), fair) as world, world.client(ANNA, [HALL]) as anna:
        assert anna.welcome["channels"][HALL]["top"] == 0
        assert [(await anna.event(c=HALL))["s"] for _ in range(2)] == [1, 2]


async def test_ten_times_in_a_row(either: World) -> None:
    held: Any = {HALL: None}
    for n in range(10):
        async with either.client(ANNA, held) as anna:
            state = anna.welcome["channels"][HALL]
            assert state["top"] == n
            assert state["recovered"] == (n > 0)
            held = {HALL: {"s": n, "epoch": state["epoch"]}}
        await _said(either, 1)


async def test_after_a_restart_the_log_is_asked_once_for_everybody(kernel: Kernel, fair: Fair) -> None:
    async with serving(build(kernel, fair), fair) as world, world.client(ANNA, [HALL]) as anna:
        await _said(world, 30)
        held = _held(anna, 10)
    live = build(kernel, fair)
    asked: list[int] = []
    since = live.log.since

    async def counted(channel: str, position: int, limit: int = 500) -> Any:
        asked.append(position)
        return await since(channel, position, limit)

    live.log.since = counted  # type: ignore[method-assign]
    async with serving(live, fair) as world, contextlib.AsyncExitStack() as clients:
        for name in (ANNA, BEN, ANNA, BEN):
            client = await clients.enter_async_context(world.client(name, held))
            assert _numbers(client.welcome["channels"][HALL]) == list(range(11, 31))
    assert len(asked) == 1


@pytest.mark.parametrize(("missed", "recovered"), [(256, True), (257, True), (500, True), (501, False)])
async def test_up_to_500_events_are_caught_up_and_more_are_not(world: World, missed: int, recovered: bool) -> None:
    async with world.client(ANNA, [HALL]) as anna:
        pass
    await _said(world, missed)
    async with world.client(ANNA, _held(anna, 0)) as again:
        state = again.welcome["channels"][HALL]
        assert (state["recovered"], state["top"]) == (recovered, missed)
        if recovered:
            assert _numbers(state) == list(range(1, missed + 1))
        else:
            assert state["snapshot"] == {"for": "anna", "of": "hall"}


async def test_a_position_from_the_future_is_not_recovered_and_nobody_waits_for_it(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        await _said(either, 2)
    async with either.client(ANNA, _held(anna, 99)) as again:
        state = again.welcome["channels"][HALL]
        assert (state["recovered"], state["top"]) == (False, 2)
        await _said(either, 1)
        assert (await again.event(c=HALL))["s"] == 3


@pytest.mark.parametrize("above", [1, 97])
async def test_a_position_above_the_top_is_not_recovered_though_its_epoch_is_the_log_s(
    either: World, above: int
) -> None:
    await _said(either, 2)
    async with either.client(ANNA, [HALL]) as anna:
        held = _held(anna, 2)
    beyond = {HALL: held[HALL] | {"s": 2 + above}}
    async with either.client(ANNA, held) as exact, either.client(ANNA, beyond) as ahead:
        assert exact.welcome["channels"][HALL]["recovered"]
        state = ahead.welcome["channels"][HALL]
        assert (state["recovered"], state["top"], state["snapshot"]["of"]) == (False, 2, "hall")
        asked = await exact.call("since", channel=HALL, pos=beyond[HALL])
        assert (asked["recovered"], asked["top"]) == (False, 2)
        await _said(either, 1)
        for client in (exact, ahead):
            assert (await client.event(c=HALL))["s"] == 3


async def test_a_position_of_another_epoch_is_not_recovered(either: World) -> None:
    await _said(either, 2)
    async with either.client(ANNA, {HALL: {"s": 1, "epoch": "other"}}) as anna:
        assert not anna.welcome["channels"][HALL]["recovered"]


async def test_a_position_above_what_this_worker_heard_is_looked_up_before_it_is_called_wrong(
    kernel: Kernel, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        serving(build(kernel, fair), fair) as one,
        serving(build(kernel, fair), fair) as other,
        one.client(ANNA, [HALL]) as anna,
        other.client(BEN, [HALL]) as ben,
    ):
        monkeypatch.setattr(kernel.bus, "publish", lambda topic, payload: None)
        await _said(other, 5)
        async with one.client(ANNA, _held(anna, 5)) as again:
            state = again.welcome["channels"][HALL]
            assert (state["recovered"], state["top"], state["events"]) == (True, 5, [])
        assert (await ben.event(c=HALL))["s"] == 1


async def test_since_answers_a_gap(either: World) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        await _said(either, 5)
        state = await anna.call("since", channel=HALL, pos=_held(anna, 2)[HALL])
        assert (state["recovered"], _numbers(state)) == (True, [3, 4, 5])


async def test_a_hidden_page_gets_counters_once_a_second_and_everything_when_it_is_shown(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with either.client(ANNA, [HALL]) as anna:
        await _said(either, 1)
        assert await anna.texts(HALL, 1) == ["0"]
        assert await anna.call("visible", hidden=True) == {"channels": {}}
        with monkeypatch.context() as within_a_second:
            within_a_second.setattr(either.live.hub, "_tell_hidden", lambda: None)
            await _said(either, 3)
            either.live.publish("chat:hall", "typing", {})
            either.live.publish_state("person:anna", "unread", {"n": 1})
        assert (await anna.event(c="person:anna"))["d"] == {"n": 1}
        assert await anna.event(c=HALL) == {"c": HALL, "v": 4, "k": "top", "d": {"top": 4}}
        shown = (await anna.call("visible", hidden=False))["channels"]
        assert _numbers(shown[HALL]) == [2, 3, 4]
        await _said(either, 1)
        assert (await anna.event(c=HALL))["s"] == 5
        await anna.quiet()


async def test_a_page_may_come_hidden(either: World) -> None:
    async with either.client(ANNA, [HALL], hidden=True) as anna:
        await _said(either, 2)
        assert (await anna.event(c=HALL))["k"] == "top"
        shown = (await anna.call("visible", hidden=False))["channels"]
        assert _numbers(shown[HALL]) == [1, 2]


async def test_a_log_that_was_restored_sends_everybody_for_a_new_snapshot(world: World, kernel: Kernel) -> None:
    async with world.client(ANNA, [HALL]) as anna, world.client(BEN, [SECRET]) as ben:
        await _said(world, 3)
        await anna.texts(HALL, 3)
        async with kernel.database.write() as work:
            await work.session.execute(update(CounterRow).where(CounterRow.channel == HALL).values(epoch="restored"))
        assert await anna.closed() == 4003
        await ben.call("echo")
    async with world.client(ANNA, _held(anna, 3)) as again:
        state = again.welcome["channels"][HALL]
        assert (state["recovered"], state["epoch"]) == (False, "restored")


async def test_what_another_program_wrote_is_seen(world: World, kernel: Kernel, fair: Fair) -> None:
    """How soon is shown where time is virtual: see `test_hub`."""
    other = build(kernel, fair)
    other.hub.committed = lambda channel, epoch, events: None  # type: ignore[method-assign]
    other.log._publish = lambda channel, epoch, events: None
    async with world.client(ANNA, [HALL]) as anna:
        await other.log.append(Append(HALL, "cli", None, "said", {"text": "from the command line"}))
        assert (await anna.event(c=HALL))["d"]["text"] == "from the command line"


async def test_a_database_that_is_away_is_told_per_topic_and_the_rest_works(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_channels: object) -> Any:
        raise ConnectionError

    async with world.client(ANNA) as anna:
        with monkeypatch.context() as broken:
            broken.setattr(world.live.log, "tops", away)
            states = (await anna.call("subscribe", channels={HALL: None, LOBBY: None}))["channels"]
            assert states[HALL]["e"] == {"code": "unavailable", "retry": True, "msg": "the database is away"}
        states = (await anna.call("subscribe", channels={HALL: None, LOBBY: None}))["channels"]
        assert states[HALL]["ok"]
        await anna.say(HALL, "back")
