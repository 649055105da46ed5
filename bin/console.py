"""What the chores say: steps, progress, and the one sentence with which they stop."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class ChoreError(Exception):
    """The chore stops here: something is missing; the text is one sentence that says what, and what to do."""


def say(text: str = "") -> None:
    """Print one line at once, so that it stands before what other programs print."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(what: str) -> Iterator["Progress"]:
    """Announce a piece of work, and say how long it took once it is done."""
    progress = Progress(what)
    progress.show("")
    began = time.monotonic()
    yield progress
    progress.finish(time.monotonic() - began)


class Progress:
    """One line on a terminal, rewritten as the work goes on; in a log, a line now and then."""

    # Share of the work after which a log gets another line.
    LOG_EVERY = 0.25

    def __init__(self, what: str) -> None:
        self.what = what
        self.live = sys.stdout.isatty() and "CI" not in os.environ
        self._logged = 0.0

    def count(self, done: int, total: int, name: str) -> None:
        """Say that `done` of `total` pieces are begun, the last of which is `name`."""
        if self.live:
            self.show(f"{done}/{total} {name}")
        elif done / max(total, 1) >= self._logged + self.LOG_EVERY:
            self._logged = done / total
            say(f"   {done} of {total}")

    def show(self, detail: str) -> None:
        """Show the piece of work that goes on now."""
        self._logged = 0.0
        if self.live:
            sys.stdout.write(f"\r\033[K-> {self.what} {detail}"[: os.get_terminal_size().columns + 4])
            sys.stdout.flush()
        else:
            say(f"-> {self.what} {detail}".rstrip())

    def finish(self, seconds: float) -> None:
        """Close the line with the time it took."""
        if self.live:
            say(f"\r\033[K-> {self.what}: {seconds:.1f} s")
        else:
            say(f"   {seconds:.1f} s")
