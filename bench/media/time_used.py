"""Time that processes have had on a core, by the scheduler's own clock.

`/proc/PID/stat` counts whom a tick finds running. Threads that wake up after a tick and sleep before the next one, as
those of a media server do, are found too seldom; the scheduler notes every switch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path


def seconds_on_cpu(pids: Sequence[int]) -> float:
    """User and kernel time of these processes so far, all living threads."""
    return sum(_nanoseconds(pid) for pid in pids) / 1e9


def _nanoseconds(pid: int) -> int:
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            total += int((task / "schedstat").read_text().split()[0])
    return total
