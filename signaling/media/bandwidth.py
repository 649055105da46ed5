"""Which encoding and which temporal layers a viewer gets: pure, from what the viewer reports and what is being sent."""

from collections.abc import Sequence
from dataclasses import dataclass

# What a viewer can take before it has said anything.
START_BITS = 2_500_000
# A layer is taken when it fits with this much room, and left when it doesn't fit at all.
HEADROOM = 1.15
# After going down: so long nothing goes up, so that a viewer at the edge does not swing.
PATIENCE_S, PATIENCE_MOST_S = 6.0, 60.0
# Loss above which a viewer gets less whatever it estimates, and below which it may get more.
LOSS_BAD, LOSS_GOOD = 0.12, 0.03
# More than the estimate is tried when it leaves so much room over what is sent, so often at most. What is tried counts
# as borne while the estimate grows by so much in each second: libwebrtc's grows by 8 % until something is in the way.
TRY_ROOM, TRY_EVERY_S, TRIAL_S, GROWTH = 1.2, 3.0, 40.0, 1.04
# Shares of a VP8 stream's bits up to each temporal layer, as libvpx gives them out (three layers: 40, 20, 40 %).
TEMPORAL_SHARES = (0.4, 0.6, 1.0)
ALL = len(TEMPORAL_SHARES)
# Encodings of one picture: what is small on a screen needs the smallest, half a screen the second.
LAYERS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """The place of an encoding among a track's (the smallest is 0), and how many temporal layers of it."""

    layer: int
    temporal: int = ALL


@dataclass(slots=True)
class Path:
    """What is known about the way to one viewer.

    A browser's estimate (REMB) ends at half as much again as what reaches it. More than that is therefore tried: what
    is tried stays as long as the estimate grows after it and nothing is lost, and ends at once when it doesn't.
    """

    estimate: float = START_BITS
    lost: float = 0.0
    sent: float = 0.0  # bits per second of pictures that go to it
    fell_at: float = -PATIENCE_S
    patience: float = PATIENCE_S
    tried_at: float = -TRIAL_S
    tried_from: float = 0.0  # the estimate when it was tried

    @property
    def budget(self) -> float:
        """Bits per second that may be sent."""
        return self.estimate * (1 - self.lost / 2) if self.lost > LOSS_BAD else self.estimate

    def may_rise(self, now: float) -> bool:
        """Whether it has been well for long enough."""
        return self.lost <= LOSS_GOOD and now - self.fell_at >= self.patience

    def may_try(self, now: float) -> bool:
        """Whether more may be sent than the estimate allows, since that may only follow what is sent."""
        rested = now - self.tried_at >= TRY_EVERY_S
        return rested and self.may_rise(now) and (self.estimate >= self.sent * TRY_ROOM or self.bears(now))

    def bears(self, now: float) -> bool:
        """Whether what is being tried goes well."""
        since = now - self.tried_at
        return since < TRIAL_S and self.lost <= LOSS_GOOD and self.estimate >= self.tried_from * GROWTH**since

    def tries(self, now: float) -> None:
        """More is sent from now on."""
        self.tried_at, self.tried_from = now, self.estimate

    def begins_anew(self, now: float) -> None:
        """Its viewer wants something else now: that another picture gets less for it is not their line's doing."""
        self.fell_at, self.patience = now - PATIENCE_S, PATIENCE_S

    def waits(self, now: float, most_s: float) -> None:
        """What was tried less than `most_s` ago is still on its way: it is judged from when it comes."""
        if now - self.tried_at < most_s:
            self.tries(now)

    def falls(self, now: float) -> None:
        """Less is sent from now on; what was tried in vain is tried again later each time."""
        in_vain = now - self.tried_at < TRIAL_S
        self.patience = min(PATIENCE_MOST_S, self.patience * 2) if in_vain else PATIENCE_S
        self.fell_at, self.tried_at = now, now - TRIAL_S


def choose(
    rates: Sequence[float],
    layered: bool,
    budget: float,
    now_at: Choice | None,
    path: Path,
    now: float,
    most: int = LAYERS,
) -> tuple[Choice, float]:
    """What of a picture to send, and its bits per second. `rates` are the encodings' bits per second, 0 for those that
    are not sent; `layered`: whether temporal layers can be left out; `most`: the largest encoding that is of use.
    Something is always chosen: the least, when nothing fits."""
    options = _options(rates, layered, most)
    if not options:
        return now_at or Choice(0), 0.0
    fitting = [option for option in options if option[1] * HEADROOM <= budget]
    best = fitting[-1] if fitting else options[0]
    place = next((place for place, (choice, _) in enumerate(options) if choice == now_at), None)
    if place is None:  # nothing is shown yet, or of another size
        return best
    current, above = options[place], options[place + 1 :][:1]
    if _order(best) > _order(current):
        return best if path.may_rise(now) else current
    fits = current[1] <= budget  # what it has still fits: nothing is changed for a little room
    if not fits and not path.bears(now):
        if _order(best) < _order(current):
            path.falls(now)
        return best
    if above and path.may_try(now):
        path.tries(now)
        return above[0]
    return current


def _options(rates: Sequence[float], layered: bool, most: int) -> list[tuple[Choice, float]]:
    """All that could be sent, the least first; the smallest encoding is better than none of a fitting size."""
    sent = [(rate, place) for place, rate in enumerate(rates) if rate > 0]
    useful = [(rate, place) for rate, place in sent if place <= most] or sent[:1]
    shares = list(enumerate(TEMPORAL_SHARES, start=1))[0 if layered else -1 :]
    return [(Choice(place, temporal), rate * share) for rate, place in useful for temporal, share in shares]


def _order(option: tuple[Choice, float]) -> tuple[int, int]:
    return option[0].layer, option[0].temporal
