"""What a team has in sight: each other's answers, the way there from its organisation, and a timetable that follows."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from meetings.model import Slot
from meetings.teams import queries
from meetings.timetable import reading
from meetings.timetable.model import TimetableEntry, TimetableRun
from server.kernel.ids import new_id
from tests.meetings.inside import line
from tests.meetings.scene import Scene
from tests.meetings.teams.conftest import TEAM


async def test_what_a_colleague_answers_is_heard_by_the_others_and_stays_in_sight(there: Scene, team: str) -> None:
    async with line(there, "bernd") as bernd:
        data = {"ask": "Charging for 24 buses", "offer": "Chargers with a buffer"}
        path = (await there["aylin"].post(f"/fairs/ruhr/meetings/with-team/{team}", data=data)).headers["location"]
        await bernd.hear("meeting.team")
        assert "Charging for 24 buses" in (await there["bernd"].get(TEAM)).text
        assert (await there["dev"].post(f"{path}/decline", data={"reason": "Not ours"})).is_redirect
        await bernd.hear("meeting.team")
    async with there.kernel.database.read() as session:
        told = await queries.sharing_request(session, path.rpartition("/")[2])
    assert set(told) == {there.ids[name] for name in ("bernd", "chloe", "dev")}
    page = (await there["bernd"].get(TEAM)).text
    assert "Answered in the last day" in page
    assert "with Dev Patel" in page
    there.clock.advance(days=2)
    assert "Answered in the last day" not in (await there["bernd"].get(TEAM)).text


async def test_an_organisations_page_leads_to_its_team_those_who_can_ask_it(there: Scene, team: str) -> None:
    way = f'href="/fairs/ruhr/meetings/with-team/{team}"'
    assert way in (await there["aylin"].get(f"/o/{team}")).text
    assert way not in (await there["bernd"].get(f"/o/{team}")).text
    for name in ("bernd", "chloe", "dev"):
        await there[name].post("/fairs/ruhr/meetings/retreat")
    assert way not in (await there["aylin"].get(f"/o/{team}")).text


async def published(there: Scene, slots: Sequence[Slot], *pairs: tuple[str, str]) -> tuple[str, list[str]]:
    """A timetable in which these meet, booked: its id, and their meetings'."""
    now, run = there.clock.now(), new_id()
    meetings = [await there.book(slot, *pair) for slot, pair in zip(slots, pairs, strict=False)]
    async with there.kernel.database.write() as uow:
        made = {"fair_id": there.fair.id, "least": 0, "made_at": now, "made_by_id": there.ids["edda"]}
        uow.session.add(TimetableRun(id=run, **made, status="optimal", ended_at=now, published_at=now))
        await uow.session.flush()
        for pair, meeting, slot in zip(pairs, meetings, slots, strict=False):
            one, other = sorted(there.ids[name] for name in pair)
            key = {"timetable_id": run, "one_id": one, "other_id": other}
            uow.session.add(TimetableEntry(**key, slot_id=slot.id, meeting_id=meeting))
    return run, meetings


async def pairs_of(there: Scene, run: str) -> dict[str, set[str]]:
    """Whom a timetable names for each of its meetings."""
    names = {id: name for name, id in there.ids.items()}
    async with there.kernel.database.read() as session:
        rows = await session.scalars(select(TimetableEntry).where(TimetableEntry.timetable_id == run))
        return {each.meeting_id or "": {names[each.one_id], names[each.other_id]} for each in rows}


@pytest.mark.usefixtures("team")
async def test_a_published_timetable_names_who_has_the_seat_now_and_when(there: Scene) -> None:
    slots = await there.slots()
    run, (first, second, third) = await published(
        there, slots, ("aylin", "bernd"), ("edda", "chloe"), ("aylin", "chloe")
    )
    # Two colleagues change places, and what they had stands the other way round; one more takes over
    held = {"with": f"{third}.{there.ids['chloe']}"}
    assert (await there["bernd"].post(f"/meetings/{first}/exchange", data=held)).is_redirect
    assert (await there["dev"].post(f"/meetings/{second}/take", data={"from": there.ids["chloe"]})).is_redirect
    pairs = await pairs_of(there, run)
    assert pairs == {first: {"aylin", "chloe"}, second: {"edda", "dev"}, third: {"aylin", "bernd"}}
    # Dev has nothing with Aylin, and gets what the timetable says of two already: that is not lost
    assert (await there["bernd"].post(f"/meetings/{first}/take", data={"from": there.ids["chloe"]})).is_redirect
    assert await pairs_of(there, run) == pairs
    # A meeting that moves is at its new time, and one that is called off says so
    assert (await there["edda"].post(f"/meetings/{second}/move", data={"slot": slots[5].id})).is_redirect
    assert (await there["aylin"].post(f"/meetings/{third}/cancel", data={"reason": ""})).is_redirect
    async with there.kernel.database.read() as session:
        rows = await reading.rows(session, run)
    assert [(each.starts_at, each.called_off) for each in rows] == [
        (slots[0].starts_at, False), (slots[2].starts_at, True), (slots[5].starts_at, False),
    ]  # fmt: skip
    assert "called off" in (await there["edda"].get("/fairs/ruhr/meetings/timetable")).text
