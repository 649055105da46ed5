"""Looking up together what many ask in the same moment: one query instead of a thousand."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar

from server.kernel.patience import REQUEST_S, answered_within

K = TypeVar("K")
V = TypeVar("V")
MOST = 500  # keys per look-up


class Together(Generic[K, V]):
    """Keys asked while a look-up is under way are gathered for the next one."""

    def __init__(self, look_up: Callable[[Collection[K]], Awaitable[Mapping[K, V]]], most: int = MOST) -> None:
        self._look_up = look_up
        self._most = most
        self._asked: dict[K, asyncio.Future[V | None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """The value, or None when there is none. Raises what the look-up raises."""
        return await asyncio.shield(self._ask(key))

    async def get_all(self, keys: Iterable[K]) -> dict[K, V]:
        """Of these keys, those that have a value."""
        asked = {key: self._ask(key) for key in keys}
        found: dict[K, V] = {}
        for key, answer in asked.items():
            value = await asyncio.shield(answer)
            if value is not None:
                found[key] = value
        return found

    def _ask(self, key: K) -> "asyncio.Future[V | None]":
        answer = self._asked.get(key)
        if answer is None:
            loop = asyncio.get_running_loop()
            answer = self._asked[key] = loop.create_future()
            if self._task is None:
                self._task = loop.create_task(self._run())
        return answer

    async def _run(self) -> None:
        try:
            while self._asked:
                asked = {key: self._asked.pop(key) for key in list(self._asked)[: self._most]}
                with answered_within(REQUEST_S):  # whoever began it may have had no limit, and whoever joins it waits
                    await self._answer(asked)
        finally:
            self._task = None

    async def _answer(self, asked: "Mapping[K, asyncio.Future[V | None]]") -> None:
        try:
            found = await self._look_up(asked.keys())
        except Exception as error:
            for answer in asked.values():
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()  # one who asked may be gone; that is no fault to report
            return
        for key, answer in asked.items():
            if not answer.done():
                answer.set_result(found.get(key))
