"""The start page says whom one meets next, and who waits for an answer."""

import re
from datetime import timedelta

from tests.meetings.scene import Scene


async def test_the_start_page_shows_the_next_meeting_and_the_requests_that_wait(there: Scene) -> None:
    slots = await there.slots()
    late, next_one = await there.book(slots[3], "bernd", "dev"), await there.book(slots[1], "bernd", "aylin")
    request = await there.ask("chloe", "bernd", slots[2])
    page = (await there["bernd"].get("/")).text
    assert f"/meetings/{next_one}/room" in page
    assert f"/meetings/{late}" not in page, "one after the other"
    assert f"/meetings/requests/{request}" in page
    assert "Charging for 24 buses" in page


async def test_who_has_asked_and_waits_is_not_told_to_answer(there: Scene) -> None:
    slots = await there.slots()
    request = await there.ask("chloe", "bernd", slots[2])
    assert f"/meetings/requests/{request}" not in (await there["chloe"].get("/")).text


async def test_more_requests_than_a_glance_are_counted(there: Scene) -> None:
    extra = await there.place.people(*(f"Person {number}" for number in range(6)))
    await there.place.join(there.fair, *extra)
    there.ids.update({f"extra{at}": id for at, id in enumerate(extra)})
    for at in range(6):
        await there.ask(f"extra{at}", "bernd")
    page = (await there["bernd"].get("/")).text
    assert page.count("/meetings/requests/") == 5
    assert "1 more request" in page


async def test_out_of_a_fair_nobody_is_led_to_what_was_booked_there(there: Scene) -> None:
    meeting = await there.book((await there.slots())[1], "bernd", "aylin")
    await there["bernd"].post(f"/fairs/{there.fair.slug}/leave")
    assert f"/meetings/{meeting}" not in (await there["bernd"].get("/")).text


async def test_the_start_page_says_when_the_next_room_opens_and_that_there_is_another_meeting(there: Scene) -> None:
    slots = await there.slots()
    await there.book(slots[3], "bernd", "dev")
    before = (await there["bernd"].get("/")).text
    opens = slots[3].starts_at - timedelta(minutes=5)
    assert f'data-until="{opens.isoformat()}"' in before
    await there.book(slots[1], "bernd", "aylin")
    after = (await there["bernd"].get("/")).text
    marks = [re.findall(r'data-mark="(\w+)"', page) for page in (before, after)]
    assert [len(each) for each in marks] == [1, 1]
    assert marks[0] != marks[1]


async def test_after_a_meeting_the_start_page_asks_how_it_was_until_one_has_said_so(there: Scene) -> None:
    slots = await there.slots()
    said, unsaid = await there.book(slots[0], "bernd", "dev"), await there.book(slots[1], "bernd", "aylin")
    assert "How was it?" not in (await there["bernd"].get("/")).text
    await there.go_to(unsaid, hours=-1)
    await there["bernd"].post(f"/meetings/{said}/outcome", data={"verdict": "good"})
    there.clock.advance(days=7)
    page = (await there["bernd"].get("/")).text
    assert "How was it?" in page
    assert f"/meetings/{unsaid}/room#outcome" in page
    assert f"/meetings/{said}/room#outcome" not in page
    there.clock.advance(days=8)
    assert "How was it?" not in (await there["bernd"].get("/")).text, "after two weeks on the page of meetings alone"
    assert "How was it?" in (await there["bernd"].get("/meetings")).text


async def test_who_has_had_meetings_and_has_none_ahead_is_not_told_that_there_were_none(there: Scene) -> None:
    assert "No meetings yet" in (await there["bernd"].get("/meetings")).text
    [slot, *_] = await there.slots()
    said = await there.book(slot, "bernd", "dev")
    await there.go_to(said, hours=-1)
    await there["bernd"].post(f"/meetings/{said}/outcome", data={"verdict": "good"})
    text = (await there["bernd"].get("/meetings")).text
    assert "No meetings yet" not in text
    assert "No meeting is ahead" in text
    room = (await there["bernd"].get(f"/meetings/{said}/room")).text
    assert "The meeting is over." in room
    assert "not here yet" not in room
