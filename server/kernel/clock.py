"""Time from one place, so that a test can hold it still."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where logic asks for the time; it never asks the system itself."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for durations; unrelated to `now`."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """The moment by the machine's clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed point of this process's machine."""
        return time.monotonic()


class FrozenClock:
    """A clock that moves only when told to."""

    def __init__(self, moment: datetime) -> None:
        self._start = moment.astimezone(UTC)
        self._passed = timedelta()

    def now(self) -> datetime:
        """The moment that was set, plus what was advanced since."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds advanced since the clock was made."""
        return self._passed.total_seconds()

    def advance(self, **duration: float) -> None:
        """Move on by a duration, given as `timedelta` takes it: `advance(minutes=5)`."""
        self._passed += timedelta(**duration)
