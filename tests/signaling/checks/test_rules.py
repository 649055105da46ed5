"""What a connection is enough for, and what is wrong with it."""

from dataclasses import replace

import pytest

from signaling.checks.rules import (
    FAR_MS,
    ROADS,
    SOUND_KBPS,
    VIDEO_DOWN_KBPS,
    VIDEO_UP_KBPS,
    Found,
    Road,
    Trouble,
    Verdict,
    troubles_of,
    verdict_on,
)

GOOD = Found(20_000, 5_000, 30, microphone=True, camera=True, roads={"node": True})
NO_ROADS: dict[Road, bool] = {}


def open_are(*roads: Road) -> Found:
    """What was found where everything was tried, and these ways are open."""
    return replace(GOOD, roads={road: road in roads for road in ROADS})


@pytest.mark.parametrize(
    ("found", "verdict", "troubles"),
    [
        (GOOD, Verdict.VIDEO, []),
        (replace(GOOD, up_kbps=VIDEO_UP_KBPS, down_kbps=VIDEO_DOWN_KBPS), Verdict.VIDEO, []),
        (replace(GOOD, up_kbps=VIDEO_UP_KBPS - 1), Verdict.SOUND, [Trouble.SLOW_UP]),
        (replace(GOOD, down_kbps=VIDEO_DOWN_KBPS - 1), Verdict.SOUND, [Trouble.SLOW_DOWN]),
        (replace(GOOD, up_kbps=SOUND_KBPS), Verdict.SOUND, [Trouble.SLOW_UP]),
        (replace(GOOD, up_kbps=SOUND_KBPS - 1), Verdict.TEXT, [Trouble.SLOW_UP]),
        (replace(GOOD, down_kbps=0), Verdict.TEXT, [Trouble.SLOW_DOWN]),
        (open_are(*ROADS), Verdict.VIDEO, []),
        (open_are("node"), Verdict.VIDEO, []),
        (open_are("udp"), Verdict.VIDEO, []),
        (open_are("stun", "tcp", "tls443"), Verdict.VIDEO, [Trouble.DETOUR]),
        (open_are("tls"), Verdict.VIDEO, [Trouble.DETOUR]),
        (open_are("tls443"), Verdict.VIDEO, [Trouble.ONLY_443]),
        (open_are("stun", "tls443"), Verdict.VIDEO, [Trouble.ONLY_443]),
        (open_are("stun"), Verdict.TEXT, [Trouble.PAIRS]),
        (open_are(), Verdict.TEXT, [Trouble.BLOCKED]),
        (replace(GOOD, roads={"node": False}), Verdict.TEXT, [Trouble.BLOCKED]),
        # What was not tried is not said to work: a back end of another make, or no node that answers.
        (replace(GOOD, roads=NO_ROADS), Verdict.UNTRIED, [Trouble.UNTRIED]),
        (replace(GOOD, roads={"stun": True, "udp": True}), Verdict.UNTRIED, [Trouble.UNTRIED]),
        (replace(GOOD, roads={"tls443": True}), Verdict.UNTRIED, [Trouble.UNTRIED, Trouble.ONLY_443]),
        (replace(GOOD, roads={"stun": False, "tls": False}), Verdict.TEXT, [Trouble.BLOCKED, Trouble.UNTRIED]),
        (replace(GOOD, roads=NO_ROADS, up_kbps=0), Verdict.TEXT, [Trouble.UNTRIED, Trouble.SLOW_UP]),
        (replace(GOOD, round_trip_ms=FAR_MS + 1), Verdict.VIDEO, [Trouble.FAR]),
        (replace(GOOD, microphone=False, camera=False), Verdict.VIDEO, [Trouble.SILENT, Trouble.UNSEEN]),
    ],
)
def test_the_verdict_and_what_is_wrong_follow_from_what_was_found(
    found: Found, verdict: Verdict, troubles: list[Trouble]
) -> None:
    assert verdict_on(found) is verdict
    assert troubles_of(found) == troubles
