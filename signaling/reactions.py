"""Reactions in calls, gathered: hundreds clap at once, and everybody is told of it a few times a second."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# For so long the reactions in a call are gathered before they are told.
GATHERED_S = 0.25
# As many of those who react are named; of a larger crowd the number is told alone.
NAMED_MOST = 50

Tell = Callable[[str, dict[str, Any]], None]


@dataclass
class _Gathered:
    """What came in a call since the last telling."""

    counts: Counter[str] = field(default_factory=Counter)
    people: dict[str, str] = field(default_factory=dict)  # what each of them showed last
    heard: set[str] = field(default_factory=set)  # those of them who may speak
    timer: asyncio.TimerHandle | None = None


class Reactions:
    """Gathers what comes in on this worker, call by call; every reaction is told once."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._gathered: dict[str, _Gathered] = {}

    def add(self, call: str, person: str, reaction: str, *, heard: bool) -> None:
        """One more. `heard`: whether that person may speak in the call, and is named before the audience."""
        gathered = self._gathered.get(call)
        if gathered is None:
            gathered = self._gathered[call] = _Gathered()
            gathered.timer = asyncio.get_running_loop().call_later(GATHERED_S, self._told, call)
        gathered.counts[reaction] += 1
        gathered.people[person] = reaction
        if heard:
            gathered.heard.add(person)

    def flush(self) -> None:
        """Tell at once of all that was gathered: the worker ends."""
        for call in list(self._gathered):
            self._told(call)

    def _told(self, call: str) -> None:
        gathered = self._gathered.pop(call)
        if gathered.timer:
            gathered.timer.cancel()
        named = sorted(gathered.people, key=lambda person: person not in gathered.heard)[:NAMED_MOST]
        people = {person: gathered.people[person] for person in named}
        self._tell(call, {"counts": dict(gathered.counts), "people": people})
