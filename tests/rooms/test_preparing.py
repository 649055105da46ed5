"""The organiser's way through a fair: what is still to do, and where it is done."""

import re
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.booths.stage import Programme, programme
from tests.fairs.guests import Guests
from tests.meetings.test_plan import GOOD

DESK = "/fairs/ruhr/desk"
_STEP = re.compile(r'<li class="list-row( step-done)?" data-step="(\w+)">(.*?)</li>', re.DOTALL)


@pytest.fixture
async def made(app: Starlette) -> AsyncIterator[Programme]:
    """A fair with a stage and a stand, and Voltbus."""
    async with programme(app) as set_up:
        yield set_up


def steps(text: str) -> dict[str, tuple[bool, str]]:
    """Whether each step is taken, and what stands there."""
    return {key: (bool(done), body) for done, key, body in _STEP.findall(text)}


async def test_who_begins_a_fair_is_led_from_step_to_step(there: Guests) -> None:
    text = (await there["edda"].get(DESK)).text
    found = steps(text)
    assert [key for key, (done, _) in found.items() if done] == ["people"]
    [main] = [key for key, (_, body) in found.items() if "button-primary" in body]
    assert main == "rooms"
    assert "4 people · Moderator: 1 · Organiser: 1" in " ".join(found["people"][1].split())
    assert f"{there.kernel.settings.public_url}/fairs/ruhr</a>" in found["people"][1]
    for link in (DESK, "/fairs/ruhr/meetings/plan"):
        assert f'href="{link}"' in (await there["edda"].get("/fairs/ruhr")).text, "the lobby leads there"


async def test_each_step_says_how_far_it_is_and_what_comes_next(made: Programme) -> None:
    edda = made["edda"]
    assert "0 of 1 stand has its organisation." in (await edda.get(DESK)).text
    await edda.post(f"/fairs/ruhr/programme/stands/{made.stand}", data={f"stand-{made.stand}": made.voltbus})
    assert (await made.enter()).is_redirect
    found = steps((await edda.get(DESK)).text)
    assert "2 rooms are open." in found["rooms"][1]
    assert "1 talk is entered." in found["talks"][1]
    assert "1 of 1 stand has its organisation." in found["stands"][1]
    assert not found["meetings"][0]
    assert "button-primary" in found["meetings"][1]
    assert "/meetings/timetable" not in found["meetings"][1], "there is none before meetings are open"
    assert (await edda.post("/fairs/ruhr/meetings/plan", data=GOOD)).is_redirect
    text = (await edda.get(DESK)).text
    assert "Meetings are open; 0 are booked." in text
    assert 'href="/fairs/ruhr/meetings/timetable"' in text
    assert all(done for done, _ in steps(text).values())
    assert "button-primary" not in text


async def test_only_who_runs_the_fair_prepares_it(there: Guests) -> None:
    for name in ("dev", "aylin", "chloe"):
        assert (await there[name].get(DESK)).status_code == 404
        assert DESK not in (await there[name].get("/fairs/ruhr")).text
