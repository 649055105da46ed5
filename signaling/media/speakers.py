"""Who speaks: loudness smoothed per track, and the order of the last speakers (last-N). Pure."""

from collections.abc import Iterable, Sequence

# Loudness (127 minus the level in -dBov) from which somebody speaks: -50 dBov.
SPEAKING = 77.0
# A new speaker must be louder than the present one by this much to take over at once.
MARGIN = 6.0
# Weight of a new packet: 20 ms of sound each, so that half of the value is 100 ms old.
WEIGHT = 0.13
# Without a packet for so long somebody is silent.
SILENT_AFTER_S = 0.5


def smoothed(before: float, loudness: int) -> float:
    """The loudness with a packet of this loudness (0 to 127) taken in."""
    return before + (loudness - before) * WEIGHT


def ranked(last: Sequence[str], loudness: dict[str, float]) -> list[str]:
    """All who can be heard, the active speaker first, then the others by when they last spoke.

    `last` is the order until now. Somebody moves to the front when they speak louder by a margin than who is there;
    else nothing moves, so that pictures do not jump.
    """
    order = [each for each in last if each in loudness] + sorted(each for each in loudness if each not in last)
    if not order:
        return []
    loudest = max(order, key=lambda each: loudness[each])
    front = order[0]
    takes_over = loudness[loudest] >= SPEAKING and (
        loudness[front] < SPEAKING or loudness[loudest] > loudness[front] + MARGIN
    )
    if takes_over and loudest != front:
        order.remove(loudest)
        order.insert(0, loudest)
    return order


def filled(slots: Sequence[str | None], wanted: Iterable[str]) -> list[str | None]:
    """Who is shown in which place: those who are wanted and shown already keep theirs, the others take what is free."""
    want = list(wanted)[: len(slots)]
    places: list[str | None] = [each if each in want else None for each in slots]
    missing = [each for each in want if each not in places]
    for place, shown in enumerate(places):
        if shown is None and missing:
            places[place] = missing.pop(0)
    return places
