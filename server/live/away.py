"""What clients are told while the database is away."""

from server.live.wire.codes import LiveError


def unavailable() -> LiveError:
    """Send again, with the same cid."""
    return LiveError("unavailable", "the database is away")
