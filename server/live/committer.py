"""Group commit: what arrives during a commit is committed together with the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from server.kernel.patience import REQUEST_S, answered_within
from server.live.away import unavailable
from server.live.entries import Append, Appended

BATCH = 50  # events per transaction: more would only make the first one wait
WAITING = 2_000  # appends per lane before new ones are refused: about a second of work
PATIENCE_S = 5.0  # an append that waited longer is refused: the client has better things to do


@dataclass(slots=True)
class Waiting:
    """An append, and who waits for it since when."""

    append: Append
    answer: "asyncio.Future[Appended]"
    since: float

    def settle(self, appended: Appended) -> None:
        """Answer, unless nobody waits any more."""
        if not self.answer.done():
            self.answer.set_result(appended)

    def fail(self, error: BaseException) -> None:
        """Refuse, unless nobody waits any more."""
        if not self.answer.done():
            self.answer.set_exception(error)


Commit = Callable[[Sequence[Waiting]], Awaitable[None]]


class Lane:
    """One transaction at a time; channels keep to their lane, so their order is the order of arrival.

    Nothing is delayed on purpose: when the lane is quiet a commit begins in the next turn of the loop.
    """

    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self._waiting: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, append: Append) -> "asyncio.Future[Appended]":
        """Queue an append. Raises LiveError(unavailable) when too much waits already."""
        if len(self._waiting) >= WAITING:
            raise unavailable()
        loop = asyncio.get_running_loop()
        waiting = Waiting(append, loop.create_future(), loop.time())
        self._waiting.append(waiting)
        if self._task is None:
            self._task = loop.create_task(self._run())
        return waiting.answer

    async def drained(self) -> None:
        """Wait until nothing is queued or under way."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            while self._waiting:
                if batch := self._take():
                    with answered_within(REQUEST_S):  # whatever the first that waits had: all of them wait
                        await self._commit(batch)
        finally:
            self._task = None

    def _take(self) -> list[Waiting]:
        latest = asyncio.get_running_loop().time() - PATIENCE_S
        batch: list[Waiting] = []
        while self._waiting and len(batch) < BATCH:
            waiting = self._waiting.popleft()
            if waiting.since < latest:
                waiting.fail(unavailable())
            elif not waiting.answer.done():
                batch.append(waiting)
        return batch
