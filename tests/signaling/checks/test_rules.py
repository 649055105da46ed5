"""What a connection is enough for, and what is wrong with it."""

from dataclasses import replace

import pytest

from signaling.checks.rules import (
    FAR_MS,
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

GOOD = Found(20_000, 5_000, 30, microphone=True, camera=True, roads={"stun": True, "udp": True, "tls": True})
NO_ROADS: dict[Road, bool] = {}


@pytest.mark.parametrize(
    ("found", "verdict", "troubles"),
    [
        (GOOD, Verdict.VIDEO, []),
        (replace(GOOD, roads=NO_ROADS), Verdict.VIDEO, []),
        (replace(GOOD, up_kbps=VIDEO_UP_KBPS, down_kbps=VIDEO_DOWN_KBPS), Verdict.VIDEO, []),
        (replace(GOOD, up_kbps=VIDEO_UP_KBPS - 1), Verdict.SOUND, [Trouble.SLOW_UP]),
        (replace(GOOD, down_kbps=VIDEO_DOWN_KBPS - 1), Verdict.SOUND, [Trouble.SLOW_DOWN]),
        (replace(GOOD, up_kbps=SOUND_KBPS), Verdict.SOUND, [Trouble.SLOW_UP]),
        (replace(GOOD, up_kbps=SOUND_KBPS - 1), Verdict.TEXT, [Trouble.SLOW_UP]),
        (replace(GOOD, down_kbps=0), Verdict.TEXT, [Trouble.SLOW_DOWN]),
        (replace(GOOD, roads={"stun": False, "udp": False, "tls": True}), Verdict.VIDEO, [Trouble.DETOUR]),
        (replace(GOOD, roads={"stun": False, "tls": False}), Verdict.TEXT, [Trouble.BLOCKED]),
        (replace(GOOD, round_trip_ms=FAR_MS + 1), Verdict.VIDEO, [Trouble.FAR]),
        (replace(GOOD, microphone=False, camera=False), Verdict.VIDEO, [Trouble.SILENT, Trouble.UNSEEN]),
    ],
)
def test_the_verdict_and_what_is_wrong_follow_from_what_was_found(
    found: Found, verdict: Verdict, troubles: list[Trouble]
) -> None:
    assert verdict_on(found) is verdict
    assert troubles_of(found) == troubles
