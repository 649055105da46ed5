"""The clock of servers in processes of their own, moved by a test: they look into a file for how far it is ahead.

Only servers that were forked off warm know of it, see `tests.support.warm`; the product has no such thing.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.kernel.clock import SystemClock

# Names the file, in the environment of a server.
VARIABLE = "FAIRMATCH_TEST_CLOCK"


class MovingClock:
    """Goes on by itself, and ahead when told to: `await serve(test_clock=clock.file)`."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ahead"
        self._ahead(timedelta())

    def go_to(self, moment: datetime) -> None:
        """Have it be this moment now, for every server of the test."""
        self._ahead(moment - datetime.now(UTC))

    def _ahead(self, by: timedelta) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(str(by.total_seconds()))
        written.replace(self.file)  # nobody reads the half of it


def follow(file: Path) -> None:
    """In a server: go by a test's clock from now on."""
    by_the_machine = SystemClock.now

    def now(clock: SystemClock) -> datetime:
        return by_the_machine(clock) + timedelta(seconds=float(file.read_text()))

    setattr(SystemClock, "now", now)  # noqa: B010 - the product, and its types, are not to know
