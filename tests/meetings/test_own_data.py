"""What meetings keep about somebody is handed out, and goes."""

from meetings import own_data
from meetings.model import Meeting, Request
from tests.meetings.scene import Scene


async def test_everything_is_handed_out(there: Scene) -> None:
    slots = await there.slots()
    await there.book(slots[0], "aylin", "bernd")
    await there.ask("aylin", "chloe", slots[1])
    await there["aylin"].post("/meetings/calendar/own", data={"url": "https://calendar.example/a.ics"})
    async with there.kernel.database.read() as session:
        data = (await own_data.collect(session, there.ids["aylin"])).data
    assert data["requests"][0]["ask"] == "Charging for 24 buses"
    assert [len(data[part]) for part in ("meetings", "requests", "own_calendar")] == [1, 1, 1]
    archive = await there["aylin"].post("/me/data/export")
    assert archive.status_code == 200


async def test_who_is_erased_leaves_no_word_and_no_appointment_behind(there: Scene) -> None:
    slots = await there.slots()
    meeting = await there.book(slots[0], "aylin", "bernd")
    request = await there.ask("aylin", "chloe", slots[1])
    for _ in range(2):  # doing it twice does no harm
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids["aylin"])
    gone: Meeting = await there.get(Meeting, meeting)
    asked: Request = await there.get(Request, request)
    assert gone.cancelled_at is not None
    assert (gone.ask, gone.offer, asked.ask, asked.offer, asked.answer) == ("", "", "", "", "withdrawn")
    assert await there.locks() == []
    async with there.kernel.database.read() as session:
        data = (await own_data.collect(session, there.ids["aylin"])).data
    assert data["own_calendar"] == data["absences"] == data["outcomes"] == []
