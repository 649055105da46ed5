"""How often a room may write a frame: at once when it is quiet, gathered when it is busy. Pure."""

SMALL = 100  # members up to which a frame costs less than a millisecond: never wait
LARGE = 1_000
# A busy room writes so seldom that its frames take about a third of a core (one write costs about 7 us).
SECONDS_PER_MEMBER = 20e-6
LONGEST_S = 0.1
LONGEST_LARGE_S = 0.25
MAX_LOAD = 5.0
BUSY = 2.0  # other rooms keep the loop busy: this one gathers, too
_LATE_S = 0.02  # a timer that fires this late: the loop has twice as much to do as it can
_SMOOTHING = 0.2


def interval(members: int, gathered: int, load: float) -> float:
    """Seconds from the last frame to the next, in a room of so many members.

    `gathered` is how many messages the last frame carried: as long as it is one, the room keeps up, and waiting
    would only cost time. `load` is 1.0 for an idle loop, up to 5.0.
    """
    if members <= SMALL or (gathered <= 1 and load < BUSY):
        return 0.0
    longest = LONGEST_LARGE_S if members > LARGE else LONGEST_S
    return min(longest, members * SECONDS_PER_MEMBER * load)


def load_after(load: float, late: float) -> float:
    """The load, now that a timer fired `late` seconds after its time."""
    seen = min(MAX_LOAD, 1.0 + max(0.0, late) / _LATE_S)
    return load + (seen - load) * _SMOOTHING
