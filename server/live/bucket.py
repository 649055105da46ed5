"""A bucket of tokens, and how far somebody is beyond it. Pure: the time is given."""


class Bucket:
    """Allows `rate` per second in the long run and `burst` at once."""

    __slots__ = ("_at", "_tokens", "burst", "over", "rate")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.over = 0.0  # refused, less what the rate would have allowed since
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float) -> float:
        """0.0 when one more is allowed, and it is counted; else the seconds until one will be."""
        refilled = max(0.0, now - self._at) * self.rate
        self._at = now
        self.over = max(0.0, self.over - refilled)
        self._tokens = min(float(self.burst), self._tokens + refilled)
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        self.over += 1.0
        return (1.0 - self._tokens) / self.rate
