"""What the bus does not tell, because it was not asked yet or because it lost it, is read from the log."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

from server.live.entries import Event
from server.live.hub import Hub
from server.live.limits import CATCH_UP_EVENTS
from tests.server.live.fakes import BadBus, Log, said
from tests.support.virtual_time import run

HALL = "chat:hall"


def test_what_is_committed_while_a_subscription_is_not_acknowledged_yet_is_in_the_top_that_is_read_after_it() -> None:
    """Nobody tells of it here: whoever read the top first would miss it until the log is compared."""

    class Slow(BadBus):
        async def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
            await asyncio.sleep(0.5)
            log.top = 7
            await asyncio.sleep(0.5)
            await super().subscribe(topic, handler)

    async def scenario() -> int:
        hub = Hub(Slow(random.Random(2), 0.0), "w0", lambda topic: True)
        hub.read_from(log)
        return (await hub.open([HALL]))[HALL].top

    log = Log(random.Random(1))
    assert run(scenario()) == 7


def test_where_the_bus_lost_something_what_it_may_have_lost_of_redactions_is_not_given_out_from_memory() -> None:
    class Redacted(Log):
        async def since(self, channel: str, position: int, limit: int = CATCH_UP_EVENTS) -> list[Event]:
            return [replace(each, json='"gone"') for each in await super().since(channel, position, limit)]

    async def scenario() -> list[bytes]:
        hub = Hub(BadBus(chance, 0.0), "w0", lambda topic: True)
        hub.read_from(log)
        room = (await hub.open([HALL]))[HALL]
        for seq in (1, 2, 3, 5):  # of the redaction, and of 4, nobody tells
            log.top = seq
            hub.committed(HALL, "e1", [said(seq)])
        await asyncio.sleep(2)
        assert room.top == 5
        return [each.message for each in await hub.recall.events_after(room, 0) or ()]

    chance = random.Random(1)
    log = Redacted(chance)
    given = run(scenario())
    assert len(given) == 5
    assert all(b'"gone"' in each for each in given[:4])  # the last one was told as it is now
