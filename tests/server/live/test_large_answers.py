"""Answers that hold much history: a connection costs the memory of one of them, however many it asks for."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from server.live.limits import CATCH_UP_BYTES
from server.live.log import Append
from tests.server.live.ground import ANNA, BEN, HALL, World
from tests.server.live.raw import frame, raw
from tests.support.patience import PATIENCE_S

LONG = "😀" * 4_000


class Watched:
    """How many answers are made at a time, and how many in all."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = self.at_once = self.most = 0
        self._standings = world.live.subscriptions.standings
        monkeypatch.setattr(world.live.subscriptions, "standings", self._watched)

    async def _watched(self, *asked: Any) -> Any:
        self.made += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            return await self._standings(*asked)
        finally:
            self.at_once -= 1


async def said(world: World, times: int) -> None:
    """Ben says something long."""
    appends = (Append(HALL, BEN, str(uuid.uuid4()), "said", {"text": LONG, "by": BEN}) for _ in range(times))
    await asyncio.gather(*map(world.live.log.append, appends))


async def test_they_are_made_one_after_another_for_one_connection(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(world, monkeypatch)
    async with world.client(ANNA, [HALL]) as anna:
        numbers = [await anna.send("subscribe", channels={HALL: None}) for _ in range(10)]
        for number in numbers:
            assert "r" in await anna.reply(number)
    assert (watched.made, watched.most) == (11, 1)


async def test_none_is_made_for_who_did_not_take_those_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await said(world, 40)
    async with raw(world, narrow=True) as ben:
        [connection] = world.live.connections
        epoch = world.live.hub.rooms[HALL].epoch
        watched = Watched(world, monkeypatch)
        asked = [{"i": i, "m": "since", "p": {"channel": HALL, "pos": {"s": 10, "epoch": epoch}}} for i in range(1, 60)]
        ben.send(frame(json.dumps(asked).encode()))
        async with asyncio.timeout(PATIENCE_S):
            while not connection.closed or connection.in_flight:  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.01)
        assert watched.made < 20


async def test_much_that_was_missed_comes_as_a_snapshot(world: World) -> None:
    few = CATCH_UP_BYTES // (4 * len(LONG)) - 1
    async with world.client(ANNA, [HALL]) as anna:
        epoch = anna.welcome["channels"][HALL]["epoch"]
        await said(world, few)
        caught_up = await anna.call("since", channel=HALL, pos={"s": 0, "epoch": epoch})
        await said(world, 5)
        afresh = await anna.call("since", channel=HALL, pos={"s": 0, "epoch": epoch})
    assert (caught_up["recovered"], len(caught_up["events"])) == (True, few)
    assert (afresh["recovered"], afresh["snapshot"]["of"]) == (False, "hall")
