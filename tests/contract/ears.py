"""Handlers that remember, and patience."""

import asyncio
from collections.abc import Callable

from tests.support.patience import PATIENCE_S


class Ear:
    """A handler that remembers what it was given."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def __call__(self, payload: bytes) -> None:
        self.heard.append(payload)


async def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for a condition, looking every few milliseconds; fail when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.005)
