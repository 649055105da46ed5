"""What a connection is enough for, and what is wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Literal

# Kilobits per second that must get through. Sound takes 48 of a call, and what wraps it doubles that.
SOUND_KBPS = 100
# A picture that can be looked at; the browser sends up to 1,500 where there is room.
VIDEO_UP_KBPS = 600
# Two pictures of others, or one that is shared.
VIDEO_DOWN_KBPS = 1_200
# There and back, in ms: beyond it people talk into one another.
FAR_MS = 400
# Networks change: what was found longer ago says nothing about the day of the fair.
COUNTS_FOR = timedelta(days=30)
# Kept of a person, the newest: they may look from the office and from home.
KEPT = 5

Road = Literal["stun", "udp", "tcp", "tls"]
ROADS: tuple[Road, ...] = ("stun", "udp", "tcp", "tls")


class Verdict(Enum):
    """What gets through, from the most to the least."""

    VIDEO = "video"
    SOUND = "sound"
    TEXT = "text"


class Trouble(Enum):
    """One thing that is wrong."""

    BLOCKED = "blocked"
    DETOUR = "detour"
    SLOW_UP = "slow_up"
    SLOW_DOWN = "slow_down"
    FAR = "far"
    SILENT = "silent"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found. Of the ways through the network only those that this site offers."""

    down_kbps: int
    up_kbps: int
    round_trip_ms: int
    microphone: bool
    camera: bool
    roads: Mapping[Road, bool]

    @property
    def blocked(self) -> bool:
        """Whether none of the ways is open."""
        return bool(self.roads) and not any(self.roads.values())


def verdict_on(found: Found) -> Verdict:
    """What gets through."""
    if found.blocked or min(found.up_kbps, found.down_kbps) < SOUND_KBPS:
        return Verdict.TEXT
    if found.up_kbps < VIDEO_UP_KBPS or found.down_kbps < VIDEO_DOWN_KBPS:
        return Verdict.SOUND
    return Verdict.VIDEO


def troubles_of(found: Found) -> list[Trouble]:
    """What is wrong, the worst first."""
    wrong = {
        Trouble.BLOCKED: found.blocked,
        Trouble.SILENT: not found.microphone,
        Trouble.SLOW_UP: found.up_kbps < VIDEO_UP_KBPS,
        Trouble.SLOW_DOWN: found.down_kbps < VIDEO_DOWN_KBPS,
        Trouble.FAR: found.round_trip_ms > FAR_MS,
        Trouble.DETOUR: not found.blocked and _only_detours(found.roads),
        Trouble.UNSEEN: not found.camera,
    }
    return [trouble for trouble, is_so in wrong.items() if is_so]


def _only_detours(roads: Mapping[Road, bool]) -> bool:
    """Whether only TCP or TLS leads out: sound then waits for whatever was lost before it."""
    return bool(roads) and not (roads.get("stun") or roads.get("udp"))
