"""A worker that dies between a commit and what follows it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.kernel.db import UnitOfWork


@contextmanager
def dying_after_commits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is committed meanwhile is followed by nothing: no listener is told, and no bell is rung for the jobs."""

    async def dead(_self: UnitOfWork, *_given: object) -> None:
        """It is no more."""

    with monkeypatch.context() as dying:
        dying.setattr(UnitOfWork, "_publish", dead)
        yield
