"""The time of a test, without the moments in which its own machine stood still: nobody was served in them, and what is
promised within so many seconds is promised of a machine that runs. A server that stands still alone is not spared."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

# A loop that is later than so did not run: the machine stood still, or all of its cores were taken.
LATE_S = 0.1


class OwnTime:
    """A clock that looks at itself for as long as somebody has it `beating`; it never goes back."""

    def __init__(self) -> None:
        self._lost = 0.0
        self._beat_at: float | None = None
        self._beating = 0

    def now(self) -> float:
        """Seconds, as of `time.monotonic`, that were lived through."""
        at = time.monotonic()
        return at - self._lost - self._late(at)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Have it looked after for the length of the block."""
        if not self._beating:
            self._beat_at = time.monotonic()
        self._beating += 1
        heart = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            self._take_note()
            self._beating -= 1
            if not self._beating:
                self._beat_at = None

    def _late(self, at: float) -> float:
        return max(0.0, at - self._beat_at - LATE_S) if self._beat_at is not None else 0.0

    def _take_note(self) -> None:
        at = time.monotonic()
        self._lost += self._late(at)
        self._beat_at = at

    async def _beat(self) -> None:
        while True:
            self._take_note()
            await asyncio.sleep(LATE_S / 2)
