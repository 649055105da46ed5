"""Errors of our own while a node runs: one person's must not become everybody's, and none goes unsaid."""

from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

# The same error is written out once in so many seconds: one in every packet would fill a disk.
SAY_EVERY_S = 10.0
# Places that are told apart; beyond them everything is said anew.
PLACES_MOST = 256


class Faults:
    """Counts all that went wrong, and says each with its trace, now and then."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.count = 0
        self.on_said: Callable[[], None] = lambda: None
        self._clock = clock
        self._said: dict[str, float] = {}  # when, by place and kind

    def note(self, where: str, error: Exception, **whose: str) -> None:
        """Something went wrong there, and it goes on."""
        self.count += 1
        now, key = self._clock(), f"{where} {type(error).__name__}"
        if now - self._said.get(key, now - SAY_EVERY_S) < SAY_EVERY_S:
            return
        if len(self._said) >= PLACES_MOST:
            self._said.clear()
        self._said[key] = now
        log.error("media_fault", where=where, count=self.count, exc_info=error, **whose)
        self.on_said()
