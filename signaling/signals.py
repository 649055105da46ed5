"""What is passed on between the two people of a direct call: roles, and how much of it. Pure."""

from collections import OrderedDict

# Candidates after one description: what the design allows.
CANDIDATES_MOST = 64
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
