"""A search has so many seconds: here of the processor's work on it, and not of a clock that runs on meanwhile."""

import time
from types import SimpleNamespace

import pytest

from matching.plans import bound, search
from matching.plans.compact import Compact

# What a machine needs that does three things at once.
LONGER = 3


@pytest.fixture(autouse=True)
def seconds_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a search would end where the machine did something else for a moment, and find less or something else."""

    def upper_bound(small: Compact, seconds: float) -> bound.Bound | None:
        """GLOP looks at a clock of its own."""
        return bound.upper_bound(small, LONGER * seconds)

    monkeypatch.setattr(search, "time", SimpleNamespace(monotonic=time.thread_time))
    monkeypatch.setattr(search, "upper_bound", upper_bound)
