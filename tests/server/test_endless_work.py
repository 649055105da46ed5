"""What runs as long as the server runs: none of it may end without a word."""

import asyncio

from starlette.applications import Starlette

from directory.connectors import actions as connections
from meetings import own_calendars
from notices import pushing
from server.kernel import mail
from server.kernel.clock import FrozenClock
from server.kernel.jobs import AT_ONCE
from server.kernel.settings import Settings
from tests.kernel_fixtures import started

# How a task is begun that is begun again when it fails: work of ours, and a connection to the bus.
BEGUN_AGAIN = {"kept_going", "_kept_up"}
# What is done once, such as giving a connection back, is over within this time.
OVER_WITHIN_S = 30


async def test_everything_that_a_server_does_by_itself_is_begun_again_when_it_fails(
    settings: Settings, clock: FrozenClock
) -> None:
    before = asyncio.all_tasks()
    async with started(settings, clock):
        running = asyncio.all_tasks() - before
        endless = {task for task in running if _name(task) in BEGUN_AGAIN}
        assert len(endless) > 5, "where does it run then?"
        if others := running - endless:
            await asyncio.wait(others, timeout=OVER_WITHIN_S)
        assert [_name(task) for task in others if not task.done()] == []


def test_however_many_strangers_hang_a_hand_is_left_for_what_waits_for_nobody(app: Starlette) -> None:
    bounded = {name: each.at_once for name, each in app.state.kernel.jobs._registered.items() if each.at_once < AT_ONCE}
    assert {mail.JOB, pushing.JOB, own_calendars.JOB, connections.JOB} <= bounded.keys()
    assert sum(bounded.values()) < AT_ONCE


def _name(task: "asyncio.Task[object]") -> str:
    return str(getattr(task.get_coro(), "__qualname__", task))
