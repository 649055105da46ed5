"""What is passed on between the people of a call: roles, and how much of it. Pure."""

from collections import OrderedDict

# Candidates after one description: what the design allows.
CANDIDATES_MOST = 64
# Hands and reactions of one person in a call within so many seconds: a lively hand, not a machine.
SIGNS_MOST = 20
SIGNS_S = 10.0
# Directions that are counted: the oldest is forgotten first, and may then begin anew.
REMEMBERED = 10_000


def is_polite(mine: str, other: str) -> bool:
    """Who gives way when both offer at once: of two ids the smaller. Both ends come to opposite answers."""
    return mine < other


class Signals:
    """Counts candidates by direction."""

    def __init__(self) -> None:
        self._candidates: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    def describe(self, call: str, sender: str, to: str) -> None:
        """A description goes out: candidates may follow."""
        self._candidates[call, sender, to] = 0
        self._candidates.move_to_end((call, sender, to))
        if len(self._candidates) > REMEMBERED:
            self._candidates.popitem(last=False)

    def may_send_candidate(self, call: str, sender: str, to: str) -> bool:
        """Whether one more candidate may go out; counts it."""
        key = call, sender, to
        self._candidates[key] = count = self._candidates.get(key, 0) + 1
        if len(self._candidates) > REMEMBERED:
            self._candidates.popitem(last=False)
        return count <= CANDIDATES_MOST


class Signs:
    """Counts hands and reactions by call and person."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def may_show(self, call: str, person: str, now: float) -> bool:
        """Whether one more may be shown at this moment (in seconds); counts it."""
        begun, count = self._begun.pop((call, person), (now, 0))
        if now - begun >= SIGNS_S:
            begun, count = now, 0
        self._begun[call, person] = begun, count + 1
        if len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        return count < SIGNS_MOST
