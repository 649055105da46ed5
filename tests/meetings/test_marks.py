"""The mark of somebody's meetings and requests: another one with each change of them, and the same without."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from meetings.marks import marks
from meetings.model import Request
from meetings.rules import OPENS_BEFORE
from server.live import topics
from tests.meetings.inside import begun, line
from tests.meetings.scene import Scene


async def _all(there: Scene) -> dict[str, str]:
    async with there.kernel.database.read() as session:
        found = await marks(session, list(there.ids.values()))
    return {name: found[there.ids[name]] for name in there.ids}


async def _changed(there: Scene, work: Callable[[], Awaitable[object]]) -> set[str]:
    """For whom something is different after it."""
    before = await _all(there)
    there.clock.advance(seconds=1)
    await work()
    after = await _all(there)
    return {name for name in after if after[name] != before[name]}


async def test_it_changes_with_whatever_becomes_of_requests_and_meetings_for_those_concerned(there: Scene) -> None:
    slots, both = await there.slots(), {"aylin", "bernd"}
    asked = ""

    async def ask() -> None:
        nonlocal asked
        asked = await there.ask("aylin", "bernd", *slots[:2])

    def post(name: str, path: str, **data: str) -> Callable[[], Awaitable[object]]:
        return lambda: there[name].post(path, data=data)

    assert await _changed(there, ask) == both
    request = f"/meetings/requests/{asked}"
    assert await _changed(there, post("bernd", f"{request}/propose", slot=slots[2].id)) == both
    assert await _changed(there, post("aylin", f"{request}/accept", slot=slots[2].id)) == both
    [meeting] = await there.meetings()
    path = f"/meetings/{meeting.id}"
    assert await _changed(there, post("bernd", f"{path}/move", slot=slots[3].id)) == both
    assert await _changed(there, post("aylin", f"{path}/bring", person=there.ids["chloe"])) == {*both, "chloe"}
    assert await _changed(there, post("aylin", f"{path}/move", slot=slots[3].id)) == set()
    assert await _changed(there, post("chloe", f"{path}/cancel", reason="")) == {*both, "chloe"}


async def test_it_is_told_with_every_change_and_stands_on_the_pages_that_show_it(there: Scene) -> None:
    meeting = await begun(there, "aylin", "bernd")
    async with line(there, "bernd", topics.person(there.ids["bernd"])) as bernd:
        before = (await bernd.ask("meetings.mine"))["r"]["mark"]
        for page in ("/meetings", f"/meetings/{meeting}"):
            assert f'data-mark="{before}"' in (await there["bernd"].get(page)).text
        await there["aylin"].post(f"/meetings/{meeting}/extend")
        after = (await bernd.hear("meetings"))["mark"]
        assert after != before
        assert f'data-mark="{after}"' in (await there["bernd"].get("/meetings?view=timeline")).text
    asked = await there.ask("chloe", "dev", (await there.slots())[0])
    mine = (await _all(there))["dev"]
    assert f'data-mark="{mine}"' in (await there["dev"].get(f"/meetings/requests/{asked}")).text


async def test_what_others_have_is_read_anew_by_whoever_goes_back(there: Scene) -> None:
    await there.arrange()
    for name, page in (("edda", "timetable"), ("aylin", "team")):
        text = (await there[name].get(f"/fairs/ruhr/meetings/{page}")).text
        assert '<meta name="turbo-cache-control" content="no-cache">' in text, page


async def test_pages_name_the_moment_at_which_what_they_offer_is_over(there: Scene) -> None:
    slots = await there.slots()
    meeting, asked = await there.book(slots[0], "aylin", "bernd"), await there.ask("chloe", "dev", slots[1])
    expires = (await there.get(Request, asked)).expires_at

    async def named(name: str, page: str, until: datetime) -> bool:
        return f'data-until="{until.isoformat()}"' in (await there[name].get(f"/meetings{page}")).text

    for page in ("", f"/{meeting}"):
        assert await named("aylin", page, slots[0].starts_at - OPENS_BEFORE), "its room opens"
    assert await named("dev", f"/requests/{asked}", min(expires, slots[1].starts_at))
    await there.go_to(meeting, minutes=4)
    assert await named("aylin", "", slots[0].ends_at)
    assert await named("aylin", f"/{meeting}", slots[0].starts_at)
    await there.go_to(meeting, minutes=-1)
    assert "data-until" not in (await there["aylin"].get(f"/meetings/{meeting}")).text
