"""An event loop whose time passes only when nothing else is to be done: an hour of waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _NoWait(selectors.SelectSelector):
    """Where the loop would wait, its time jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """What is ready now; else the time passes that the loop would have waited."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits for something that never comes")
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs as usual, but never waits."""

    def __init__(self) -> None:
        self._jumping = _NoWait()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, by its own clock."""
        return self._jumping.now

    def work(self, seconds: float) -> None:
        """Let time pass in which the loop itself has something to do."""
        self._jumping.now += seconds


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own. Raises RuntimeError on a deadlock."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
