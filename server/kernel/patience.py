"""For how long something here waits for an answer of PostgreSQL: whoever has somebody waiting says so.

Jobs and commands do not: what they ask may take its time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# For pages and programs. What they ask takes milliseconds; who waits for longer than this waits for a database that
# stands still.
REQUEST_S = 10.0

_limit: ContextVar[float | None] = ContextVar("answered_within", default=None)


@contextmanager
def answered_within(seconds: float | None) -> Iterator[None]:
    """Have the connection given up, and the error of a database that is away raised, when an answer takes longer.
    None: as long as it takes."""
    before = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(before)


def answer_limit() -> float | None:
    """Seconds; None: as long as it takes."""
    return _limit.get()
