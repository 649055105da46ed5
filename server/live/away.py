"""What clients and operators are told while the database is away."""

from typing import Any

from server.kernel.away import is_away
from server.live.wire.codes import LiveError


def unavailable() -> LiveError:
    """Send again, with the same cid."""
    return LiveError("unavailable", "the database is away")


def note_failure(log: Any, event: str, error: Exception) -> None:
    """Log what went wrong in work that goes on: in a word while the database is away, else as the fault that it is."""
    if is_away(error):
        log.warning(event, reason=type(error).__name__)
    else:
        log.error(event, exc_info=error)
