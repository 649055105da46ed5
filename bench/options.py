"""What a benchmark is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class UsageError(Exception):
    """Asked for something that there is not."""


@dataclass(frozen=True)
class Options:
    """The command line of one benchmark; `command` is how a person would type it again."""

    command: str
    only: str = ""  # one case
    systems: Sequence[str] = ()  # empty: all
    seconds: float | None = None  # of each measured window; None: as the case says
    rounds: int = 3
    members: int | None = None  # receivers; None: as the case says
    scale: float = 1.0  # of made-up data, for a quick look
    keep: bool = False  # made-up data stay where they are, for the next time
