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

# To the media node's own port; to the outside at all; and by a relay, where TLS on port 443 is what is left last.
Road = Literal["node", "stun", "udp", "tcp", "tls", "tls443"]
ROADS: tuple[Road, ...] = ("node", "stun", "udp", "tcp", "tls", "tls443")
# By TCP and TLS sound waits for whatever was lost before it.
SMOOTH: frozenset[Road] = frozenset({"node", "stun", "udp"})


class Verdict(Enum):
    """What gets through, from the most to the least."""

    VIDEO = "video"
    SOUND = "sound"
    TEXT = "text"
    UNTRIED = "untried"  # nothing speaks against calls of more than two, and nothing has shown that they work


# Verdicts beside which it counts first that somebody would not be heard.
OTHERWISE_WELL = frozenset({Verdict.VIDEO.value, Verdict.UNTRIED.value})


class Trouble(Enum):
    """One thing that is wrong."""

    BLOCKED = "blocked"
    PAIRS = "pairs"
    UNTRIED = "untried"
    DETOUR = "detour"
    ONLY_443 = "only_443"
    SLOW_UP = "slow_up"
    SLOW_DOWN = "slow_down"
    FAR = "far"
    SILENT = "silent"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found. Of the ways through the network only those that were tried."""

    down_kbps: int
    up_kbps: int
    round_trip_ms: int
    microphone: bool
    camera: bool
    roads: Mapping[Road, bool]

    @property
    def open(self) -> set[Road]:
        """The ways that are open."""
        return {road for road, is_open in self.roads.items() if is_open}

    @property
    def is_tried(self) -> bool:
        """Whether a call of more than two was tried. A relay that answers leads to the node, which must be there."""
        return "node" in self.roads

    @property
    def carrying(self) -> set[Road]:
        """The open ways that carry what was tried: that UDP gets out at all is not enough for the node."""
        return self.open - {"stun"} if self.is_tried else self.open


def verdict_on(found: Found) -> Verdict:
    """What gets through."""
    if (found.roads and not found.carrying) or min(found.up_kbps, found.down_kbps) < SOUND_KBPS:
        return Verdict.TEXT
    if not found.is_tried:
        return Verdict.UNTRIED
    if found.up_kbps < VIDEO_UP_KBPS or found.down_kbps < VIDEO_DOWN_KBPS:
        return Verdict.SOUND
    return Verdict.VIDEO


def troubles_of(found: Found) -> list[Trouble]:
    """What is wrong, the worst first."""
    wrong = {
        Trouble.BLOCKED: bool(found.roads) and not found.open,
        Trouble.PAIRS: bool(found.open) and not found.carrying,
        Trouble.UNTRIED: not found.is_tried,
        Trouble.SILENT: not found.microphone,
        Trouble.SLOW_UP: found.up_kbps < VIDEO_UP_KBPS,
        Trouble.SLOW_DOWN: found.down_kbps < VIDEO_DOWN_KBPS,
        Trouble.FAR: found.round_trip_ms > FAR_MS,
        Trouble.DETOUR: bool(found.carrying) and not found.carrying & SMOOTH and found.carrying != {"tls443"},
        Trouble.ONLY_443: found.carrying == {"tls443"},
        Trouble.UNSEEN: not found.camera,
    }
    return [trouble for trouble, is_so in wrong.items() if is_so]
