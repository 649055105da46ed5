"""How much of a call the live line takes, and that a worker keeps nothing of calls that are over."""

import asyncio
import gc
import os
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

from rooms.actions import open_room
from rooms.model import MEETING
from server.live import hub, topics
from server.live.limits import Limits
from signaling.protocol import RoomState
from signaling.signals import CANDIDATES_MOST
from tests.chat.lines import Lines, lines
from tests.fairs.guests import guests
from tests.server.live.ground import Client
from tests.signaling.quiet import QuietBackEnd
from tests.signaling.scene import until
from tests.signaling.test_live import RefusedError, ask, quiet

DEVICE = "aaaabbbbcccc0001"
CANDIDATE = {"candidate": "candidate:1 1 udp 1 ::1 9"}
# The first ones have everything loaded.
CALLS, WARM = 200, 20
# More of a kind may come of something else at the same time: a database connection, a look at the log. Of what is not
# ours even more: a loop keeps a hundred timers that were cancelled, each with its context, until it clears them.
FEW = 5
OURS = ("signaling", "server", "rooms", "people", "fairs")


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port, who may ask more in a second than people do."""
    async with guests(app) as there, lines(there) as opened:
        app.state.live.connections._limits = Limits(requests_per_second=100_000, burst=100_000)
        yield opened


async def opened(line: Lines, count: int) -> list[str]:
    """The topics of so many calls."""
    async with line.there.kernel.database.write() as uow:
        rooms = [await open_room(uow, line.there.fair.id, MEETING, f"room-{at}", "Room") for at in range(count)]
        return [topics.call(room.id) for room in rooms]


async def test_so_many_candidates_pass_and_one_more_is_refused_until_the_next_description(line: Lines) -> None:
    [call], ids = await opened(line, 1), line.there.ids
    said = {"call": call, "device": DEVICE, "to": ids["bernd"], "generation": 3}
    async with line.client("aylin", call) as aylin, line.client("bernd", call) as bernd:
        for _ in range(CANDIDATES_MOST):
            await ask(aylin, "call.signal", **said, candidate=CANDIDATE)
        with pytest.raises(RefusedError, match="too_many: candidates"):
            await ask(aylin, "call.signal", **said, candidate=CANDIDATE)
        await ask(bernd, "call.signal", **said | {"to": ids["aylin"]}, candidate=CANDIDATE)  # each has their own
        await ask(aylin, "call.signal", **said, description={"type": "rollback", "sdp": ""})
        await ask(aylin, "call.signal", **said, candidate=CANDIDATE)
        passed: list[dict[str, Any]] = []
        while not passed or passed[-1]["description"] is None:
            passed.append((await bernd.event(k="signal"))["d"])
    assert len(passed) == CANDIDATES_MOST + 1


async def take_part(client: Client, call: str, back_end: QuietBackEnd, to: str) -> None:
    """A call from its beginning to its end, as a page has it."""
    about = {"call": call, "device": DEVICE}
    await ask(client, "subscribe", channels={call: None})
    await ask(client, "call.offer", generation=0, sdp="v=0", **about)
    state = RoomState(room=call.removeprefix("call:"), epoch="", v=1, participants=[], speakers=[])
    back_end.ears.on_room(state)
    await client.event(k="call", c=call)
    await ask(client, "call.sign", call=call, hand=True)
    await ask(client, "call.signal", **about, to=to, generation=0, candidate=CANDIDATE)
    await ask(client, "call.leave", **about)
    await ask(client, "unsubscribe", channels=[call])
    client.heard.clear()
    back_end.asked.clear()


def there_is() -> Counter[str]:
    """Tasks, what the process has open, and objects of each kind."""
    gc.collect()
    # A connection to SQLite keeps up to two hundred references to cursors that are gone.
    there = (each for each in gc.get_objects() if not (isinstance(each, weakref.ref) and each() is None))
    kinds = (type(each) for each in there)
    objects = Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)
    return objects + Counter(tasks=len(asyncio.all_tasks()), open=len(os.listdir("/proc/self/fd")))


def leaving(there: hub.Hub) -> set[asyncio.Task[Any]]:
    """What takes the topics of closed rooms from the bus: begun for all of them at once, and forgotten once done."""
    return {task for task in there._tasks._running if getattr(task.get_coro(), "__name__", "") == "unsubscribe"}


def is_ours(kind: str) -> bool:
    """Whether few of a kind are to be explained by nothing but calls."""
    return kind.startswith(OURS) or kind in ("tasks", "open")


async def test_two_hundred_calls_leave_a_worker_nothing_to_keep(line: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """No task, no socket, no object, once nobody is waited for any more who might come back to a topic."""
    back_end, calls, live = await quiet(line), await opened(line, CALLS), line.there.app.state.live
    back_end.ears.on_room = line.there.app.state.calls._room_changed

    async def left_after(some: list[str]) -> Counter[str]:
        for call in some:
            await take_part(aylin, call, back_end, line.there.ids["bernd"])
        with monkeypatch.context() as patched:
            patched.setattr(hub, "KEEP_EMPTY_S", 0.0)
            await until(lambda: not live.hub.rooms.keys() & set(some) and not leaving(live.hub))
        return there_is()

    async with line.client("aylin") as aylin:
        before = await left_after(calls[:WARM])
        grown = await left_after(calls[WARM:]) - before
        assert {kind: more for kind, more in grown.items() if is_ours(kind) and more > FEW} == {}
        assert {kind: more for kind, more in grown.items() if more >= CALLS - WARM} == {}, "one for each call is a leak"
