"""The marks of the organiser's pages: another one with each change of what they show, and the same without."""

import re
from collections.abc import Awaitable, Callable

from tests.meetings.scene import Scene
from tests.meetings.test_timetable import bring, four, make

ROOT = "/fairs/ruhr/meetings"
_MARK = re.compile(r'data-mark="(\w+)" data-mark-at="([^"]+)"')


async def _marks(there: Scene) -> dict[str, str]:
    return {of: (await there["edda"].get(f"{ROOT}/marks/{of}")).text for of in ("timetable", "repair", "results")}


async def _changed(there: Scene, work: Callable[[], Awaitable[object]]) -> set[str]:
    """Which pages are others after it."""
    before = await _marks(there)
    there.clock.advance(seconds=1)
    await work()
    after = await _marks(there)
    return {of for of in after if after[of] != before[of]}


async def test_each_changes_with_what_its_page_shows_and_with_nothing_else(there: Scene) -> None:
    every, slots = {"timetable", "repair", "results"}, await there.slots()

    def post(name: str, path: str, **data: str) -> Callable[[], Awaitable[object]]:
        return lambda: there[name].post(path, data=data)

    assert await _changed(there, lambda: there.ask("aylin", "bernd", *slots[:2])) == {"results"}
    assert await _changed(there, lambda: there.book(slots[3], "chloe", "dev")) == every
    [meeting] = await there.meetings()
    assert await _changed(there, post("dev", f"/meetings/{meeting.id}/move", slot=slots[5].id)) == every
    assert await _changed(there, post("dev", f"/meetings/{meeting.id}/cancel", reason="")) == every
    wish = f"{ROOT}/wishes/{there.ids['dev']}"
    assert await _changed(there, post("aylin", wish, wish="like")) == {"timetable", "repair"}
    assert await _changed(there, post("aylin", "/me/time-zone", time_zone="Asia/Tokyo")) == set()


async def test_it_stands_on_the_pages_and_only_who_runs_the_fair_may_ask(there: Scene) -> None:
    await bring(there, *await four(there))
    run = await make(there)
    assert await _changed(there, lambda: there["edda"].post(f"{ROOT}/timetable/{run.id}/publish")) != set()
    await there.kernel.jobs.run_due()
    marks = await _marks(there)
    for of, path in (("timetable", "timetable"), ("repair", "timetable/repair"), ("results", "results")):
        found = _MARK.search((await there["edda"].get(f"{ROOT}/{path}")).text)
        assert found
        assert found.groups() == (marks[of], f"{ROOT}/marks/{of}")
    assert (await there["aylin"].get(f"{ROOT}/marks/results")).status_code == 404
    assert (await there["edda"].get(f"{ROOT}/marks/plan")).status_code == 404
