"""Why somebody cannot be asked for a meeting stands where people are listed; and times stand on both clocks."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from meetings.mails import both_clocks
from meetings.model import Absence, Plan, Retreat
from meetings.reasons import why_not
from meetings.rules import WhyNot
from people.model import Person
from server.kernel.ids import new_id
from tests.meetings.scene import Scene
from tests.meetings.test_moving import told

PEOPLE = "/fairs/ruhr/people"
TEN = datetime(2026, 12, 12, 9, 0, tzinfo=UTC)


def asks(there: Scene, page: str) -> set[str]:
    """With whom the list offers a meeting, or leads to the one that there is."""
    return {name for name, id in there.ids.items() if f'href="/fairs/ruhr/meetings/with/{id}"' in page}


async def test_the_list_says_why_somebody_cannot_be_asked_and_asks_the_database_no_more_for_more_people(
    there: Scene,
) -> None:
    slots = await there.slots()
    await there.book(slots[0], "aylin", "bernd")
    now = there.clock.now()
    async with there.kernel.database.write() as uow:
        away = {"id": new_id(), "fair_id": there.fair.id, "person_id": there.ids["chloe"], "at": now}
        uow.session.add(Retreat(**away))
        uow.session.add_all(Absence(person_id=there.ids["dev"], slot_id=each.id, since=now) for each in slots)
    page = (await there["aylin"].get(PEOPLE)).text
    assert "You have a meeting with this person already." in page
    assert "This person takes no meetings at the moment." in page
    assert "There is no time left at which you are both free." in page
    assert asks(there, page) == {"bernd", "edda"}
    asked: list[list[str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked[-1].append(statement)

    for names in (("edda",), ("bernd", "chloe", "dev", "edda")):
        asked.append([])
        async with there.kernel.database.read() as session:  # what others ask meanwhile does not count
            connection = (await session.connection()).sync_connection
            event.listen(connection, "before_cursor_execute", note)
            found = await why_not(session, there.fair, there.ids["aylin"], [there.ids[name] for name in names], now)
            event.remove(connection, "before_cursor_execute", note)
    assert list(found.values()) == [WhyNot.ALREADY_MEETING, WhyNot.RETREATED, WhyNot.NO_SLOT]
    assert len(asked[0]) == len(asked[1])


async def test_what_holds_for_everybody_in_the_list_is_said_once(there: Scene) -> None:
    assert (await there["aylin"].post("/fairs/ruhr/meetings/retreat")).is_redirect
    page = (await there["aylin"].get(PEOPLE)).text
    assert page.count("You take no meetings at the moment.") == 1
    assert asks(there, page) == set()
    assert "takes no meetings" in (await there["bernd"].get(PEOPLE)).text
    there.clock.advance(days=30)
    assert (await there["bernd"].get(PEOPLE)).text.count("The fair is over.") == 1


async def test_after_the_fair_nobodys_page_leads_to_asking_for_a_meeting(there: Scene) -> None:
    path = f"/people/{there.ids['aylin']}"
    assert "Ask for a meeting" in (await there["bernd"].get(path)).text
    there.clock.advance(days=30)
    page = (await there["bernd"].get(path)).text
    assert "Ask for a meeting" not in page
    assert "The fair is over. You can write a message." in page
    assert "Write a message" in page


async def test_who_comes_after_the_fair_is_asked_for_no_wishes(there: Scene) -> None:
    path = f"/fairs/ruhr/meetings/with/{there.ids['aylin']}"
    assert "For the organiser’s timetable" in (await there["bernd"].get(path)).text
    there.clock.advance(days=30)
    page = (await there["bernd"].get(path)).text
    assert "The fair is over." in page
    assert "For the organiser’s timetable" not in page


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Baku", "12 Dec 2026, 10:00 CET (12 Dec 2026, 13:00 UTC+4)"),
        ("Europe/Stockholm", "12 Dec 2026, 10:00 CET"),
    ],
)
def test_a_notice_says_a_time_on_both_clocks_where_they_differ(zone: str, said: str) -> None:
    assert both_clocks(TEN, Person(time_zone="Europe/Berlin", locale="en"), zone) == said


async def test_what_one_swaps_is_chosen_by_both_clocks(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    await there.book(slots[1], "aylin", "chloe")
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Person, there.ids["aylin"])).time_zone = "Europe/Berlin"
        (await uow.session.get_one(Person, there.ids["chloe"])).time_zone = "Asia/Baku"
    page = (await there["aylin"].get(f"/meetings/{meeting}")).text
    assert "Chloé Martin, 15 Sept 2026, 09:25 CEST (11:25 in Baku)" in page


async def test_until_when_one_can_answer_wish_and_enter_stands_on_the_fairs_clock_beside_ones_own(there: Scene) -> None:
    slots = await there.slots()
    async with there.kernel.database.write() as uow:
        (await uow.session.get_one(Plan, there.fair.id)).wishes_until = TEN
        for name in ("aylin", "edda"):
            (await uow.session.get_one(Person, there.ids[name])).time_zone = "Asia/Baku"
    path = f"/meetings/requests/{await there.ask('bernd', 'aylin', slots[0])}"
    mails = await told(there)
    until = "16 Sept 2026, 13:30 UTC+4 (11:30 in Berlin)"
    assert f"until {until}" in (await there["aylin"].get("/meetings")).text
    assert f"Your answer is awaited until {until}." in (await there["aylin"].get(path)).text
    here = await there["bernd"].get(path)  # whose clock is the fair's
    assert "can answer until 16 Sept 2026, 11:30 CEST.</p>" in here.text
    wished = "12 Dec 2026, 13:00 UTC+4 (10:00 in Berlin)"
    assert f"You can change it until {wished}." in (await there["aylin"].get("/fairs/ruhr/meetings/wishes")).text
    rules = (await there["edda"].get("/fairs/ruhr/meetings/timetable/rules")).text
    assert f"As saved: until {wished}." in rules
    assert "11:00 (09:00 in Berlin)</option>" in rules
    assert "until 16 Sept 2026, 13:30 UTC+4 (16 Sept 2026, 11:30 CEST)." in " ".join("".join(mails.values()).split())
    meeting = await there.book(slots[1], "aylin", "bernd")
    room = (await there["aylin"].get(f"/meetings/{meeting}/room")).text
    assert "The room opens five minutes before: 15 Sept 2026, 11:20 UTC+4 (09:20 in Berlin)." in room
