"""What a worker knows of recordings without asking: which run, as the nodes tell, and which stopped a moment ago."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from signaling.protocol import RoomState

# A moderator ended it; what carried it is gone; the disk took no more; nobody was in the call any more.
Why = Literal["ended", "lost", "failed", "empty"]
# Whoever comes back into the call within this time is told that its recording has stopped.
TOLD_FOR = timedelta(minutes=5)
# Calls of which that is known: the oldest is forgotten first.
REMEMBERED = 1_000


@dataclass(frozen=True)
class Stopped:
    """A recording that nobody wished to stop."""

    recording: str
    why: Why
    at: datetime


async def _unknown(_asked: tuple[str, str]) -> bool | None:
    return None


@dataclass
class Recorded:
    """One worker's knowledge, by call."""

    # Called where a node says no longer that it records.
    on_stopped: Callable[[str, Why], None] = field(default=lambda _recording, _why: None)
    # Asked with a recording and a person: whether they agreed; None: they have not answered.
    answer_of: Callable[[tuple[str, str]], Awaitable[bool | None]] = _unknown
    _running: dict[str, str] = field(default_factory=dict)
    _stopped: OrderedDict[str, Stopped] = field(default_factory=OrderedDict)

    def follow(self, state: RoomState) -> None:
        """A room is so now."""
        before = self._running.pop(state.room, "")
        if state.recording:
            self.runs(state.room, state.recording)
        if before and before != state.recording:
            self.on_stopped(before, why_of(state))

    def runs(self, call: str, recording: str) -> None:
        """A recording runs: its end will be noticed."""
        self._running[call] = recording
        self._stopped.pop(call, None)

    def note(self, call: str, stopped: Stopped) -> None:
        """A recording has stopped; of one whose end was noticed late another one may run by now."""
        if self.has_another(call, stopped.recording):
            return
        self._stopped[call] = stopped
        if len(self._stopped) > REMEMBERED:
            self._stopped.popitem(last=False)

    def has_another(self, call: str, recording: str) -> bool:
        """Whether another recording runs in a call."""
        return self._running.get(call, recording) != recording

    def last(self, call: str, now: datetime) -> Stopped | None:
        """The recording that stopped a moment ago, where none has begun since."""
        found = self._stopped.get(call)
        return found if found and now - found.at < TOLD_FOR else None


def why_of(state: RoomState | None) -> Why:
    """Why nothing is recorded in a room where something was. Pure."""
    if state is None or not state.epoch:  # no node carries it
        return "lost"
    return "failed" if state.participants else "empty"
