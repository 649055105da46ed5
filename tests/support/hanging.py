"""What a test waits for that takes too long.

The timeout that ends it shows threads alone, and all that a thread with an event loop ever does is wait for an event.
"""

import asyncio
import sys
from typing import Any

import psycopg

from tests.support import desk

# Before pytest-timeout ends the test (see pyproject.toml): what takes so long is about to fail, but for scenes in
# browsers, which have longer (tests/e2e/conftest.py).
TOO_LONG_S = 240.0
_INNER = (("cr", "await"), ("gi", "yieldfrom"))
_AT_WORK = """
SELECT datname, pid, state, wait_event_type, wait_event, pg_blocking_pids(pid), now() - query_start, left(query, 150)
FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid()
"""


def watched(test: str) -> asyncio.TimerHandle:
    """Have it printed unless the handle is cancelled in time: where all tasks stand, and what PostgreSQL is about."""
    return asyncio.get_running_loop().call_later(TOO_LONG_S, show, test)


def show(test: str) -> None:
    """Print it for the test of this name."""
    print(f"{test} has run for {TOO_LONG_S:.0f} s; what is waited for:", file=sys.stderr)
    for task in asyncio.all_tasks():
        print(f"\n{task.get_name()}", *chain(task.get_coro()), sep="\n  ", file=sys.stderr)
    if "[cluster" in test:
        try:
            with psycopg.connect(desk.ask("postgresql"), autocommit=True, connect_timeout=5) as connection:
                print(*connection.execute(_AT_WORK), sep="\n", file=sys.stderr)
        except psycopg.Error as error:
            print(f"PostgreSQL cannot be asked: {error}", file=sys.stderr)


def chain(awaited: Any) -> list[str]:
    """What a coroutine awaits, and what that does, down to what nobody of us wrote: a task's own stack ends at the
    first, since the others are suspended inside it."""
    found = []
    while awaited is not None:
        frame = next((frame for kind, _ in _INNER if (frame := getattr(awaited, f"{kind}_frame", None))), None)
        found.append(
            f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}" if frame else repr(awaited)
        )
        inner = (getattr(awaited, f"{kind}_{what}", None) for kind, what in _INNER)
        awaited = next((one for one in inner if one is not None), None)
    return found
