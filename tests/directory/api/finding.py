"""Waiting for the search: its index follows what changes, in a moment of its own."""

import asyncio
import time
from typing import Any

import httpx2
import pytest

from tests.support.patience import PATIENCE_S


async def until_found(program: httpx2.AsyncClient, path: str, total: int, **params: Any) -> httpx2.Response:
    """The answer of the search, once the index has caught up with so many."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = await program.get(path, params=params or None)
        if answer.json()["total"] == total:
            return answer
        await asyncio.sleep(0.05)
    pytest.fail(f"{answer.json()['total']} instead of {total} were found at {path}")
