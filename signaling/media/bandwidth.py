"""Which encoding and which temporal layers a viewer gets: pure, from what the viewer reports and what is being sent."""

from collections.abc import Sequence
from dataclasses import dataclass

# What a viewer can take before it has said anything.
START_BITS = 2_500_000
# A layer is taken when it fits with this much room, and left when it doesn't fit at all.
HEADROOM = 1.15
# After going down: so long nothing goes up, so that a viewer at the edge does not swing.
PATIENCE_S = 6.0
# Loss above which a viewer gets less whatever it estimates, and below which it may get more.
LOSS_BAD, LOSS_GOOD = 0.12, 0.03
# Shares of a VP8 stream's bits up to each temporal layer, as libvpx gives them out (three layers: 40, 20, 40 %).
TEMPORAL_SHARES = (0.4, 0.6, 1.0)
ALL = len(TEMPORAL_SHARES)


@dataclass(frozen=True, slots=True)
class Choice:
    """The place of an encoding among a track's (the smallest is 0), and how many temporal layers of it."""

    layer: int
    temporal: int = ALL


@dataclass(slots=True)
class Path:
    """What is known about the way to one viewer."""

    estimate: float = START_BITS
    lost: float = 0.0
    fell_at: float = -PATIENCE_S

    @property
    def budget(self) -> float:
        """Bits per second that may be sent."""
        return self.estimate * (1 - self.lost / 2) if self.lost > LOSS_BAD else self.estimate


def choose(
    rates: Sequence[float], layered: bool, budget: float, now_at: Choice | None, path: Path, now: float
) -> Choice:
    """What of a picture to send. `rates` are the encodings' bits per second, 0 for those that are not sent;
    `layered`: whether temporal layers can be left out. Something is always chosen: the least, when nothing fits."""
    sent = [(rate, place) for place, rate in enumerate(rates) if rate > 0]
    if not sent:
        return now_at or Choice(0)
    shares = list(enumerate(TEMPORAL_SHARES, start=1))[0 if layered else -1 :]
    options = [(rate * share, Choice(place, temporal)) for rate, place in sent for temporal, share in shares]
    options.sort(key=lambda option: (option[1].layer, option[1].temporal))
    fitting = [choice for rate, choice in options if rate * HEADROOM <= budget]
    best = fitting[-1] if fitting else options[0][1]
    if now_at is None:
        return best
    current = next((rate for rate, choice in options if choice == now_at), None)
    if current is not None and current <= budget and _order(best) <= _order(now_at):
        return now_at  # what it has still fits: nothing is changed for a little room
    if _order(best) > _order(now_at) and (now - path.fell_at < PATIENCE_S or path.lost > LOSS_GOOD):
        return now_at
    if _order(best) < _order(now_at):
        path.fell_at = now
    return best


def _order(choice: Choice) -> tuple[int, int]:
    return choice.layer, choice.temporal
