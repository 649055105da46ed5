from types import SimpleNamespace

import pytest

from tests.faults import own_time
from tests.faults.own_time import OwnTime


async def test_moments_in_which_the_machine_stood_still_do_not_count_and_all_others_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = SimpleNamespace(monotonic=lambda: at.seconds, seconds=100.0)
    monkeypatch.setattr(own_time, "time", at)
    clock, lived = OwnTime(), list[float]()
    async with clock.beating():
        for moment in (100.05, 105.0, 106.0, 106.05):
            at.seconds = moment
            lived += [clock.now()]
            clock._take_note()
            lived += [clock.now()]
    at.seconds = 116.05  # nobody is looked after, and nothing is spared
    assert lived == pytest.approx([100.05, 100.05, 100.15, 100.15, 100.25, 100.25, 100.3, 100.3])
    assert clock.now() == pytest.approx(110.3)
