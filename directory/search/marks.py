"""How far something was followed, by the moments of what changed; and what becomes of that when a clock was wrong.

A mark that lies ahead of the clock passes over all that is saved until the clock gets there. So none is kept that does:
what has a moment ahead of the clock is gone through beside the mark, once, and comes again when its moment is there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from directory.search.documents import Kind, Mark

# Clocks of several machines differ, and rows come while one walks. Looking back finds what such a mark passes over.
SLACK = timedelta(seconds=5)
# Nobody knows when a clock that was ahead was set right: what was saved for so long before is gone through again.
TAKEN_BACK = timedelta(days=1)


class Walk:
    """One way from a mark that is kept to the end of what has changed. `after` is from where it goes on."""

    def __init__(self, kept: dict[str, Mark], ahead: dict[str, Mark], kind: Kind, now: datetime) -> None:
        self._kept = kept
        self._ahead = ahead
        self._kind = kind
        self._until = now + SLACK
        self.was_wrong = kind in kept and self.is_ahead(kept[kind])
        if self.was_wrong:
            kept[kind] = Mark(now - TAKEN_BACK, "")
            ahead.pop(kind, None)
        self.after = kept.get(kind)

    def is_ahead(self, mark: Mark) -> bool:
        """Whether it lies ahead of the clock: then it comes with each walk."""
        return mark.at > self._until

    def went(self, marks: Sequence[Mark]) -> None:
        """These were gone through: keep how far that is, and go on behind all that is known to lie ahead."""
        arrived = [mark for mark in marks if not self.is_ahead(mark)]
        if arrived:
            self._kept[self._kind] = arrived[-1]
        self.after = marks[-1]
        if self.is_ahead(self.after):
            self.after = self._ahead[self._kind] = max(self.after, self._ahead.get(self._kind, self.after))
