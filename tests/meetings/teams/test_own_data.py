"""What teams gave one another is handed out, and names nobody who is gone."""

from sqlalchemy import or_, select

from meetings import bookings, own_data
from meetings.model import Handover, Meeting, Request, SharedContact, Substitution
from meetings.teams.model import Routing
from tests.meetings.scene import Scene
from tests.meetings.teams.test_teams import ask_team


async def test_who_gave_what_to_whom_is_handed_out_and_names_nobody_who_was_erased(there: Scene, team: str) -> None:
    plan, bernd = await there.plan(), there.ids["bernd"]
    meeting = await there.book((await there.slots())[0], "edda", "bernd")
    request = (await ask_team(there, team)).headers["location"]
    assert (await there["bernd"].post(f"{request}/take", data={"from": there.ids["dev"]})).is_redirect
    await there["edda"].post(f"/meetings/{meeting}/contact", data={"to": bernd})
    async with there.kernel.database.write() as uow:
        row = await uow.session.get_one(Meeting, meeting)
        await bookings.hand_on(uow, row, there.fair, plan, bernd, there.ids["chloe"], by_id=bernd)
    async with there.kernel.database.read() as session:
        data = {name: (await own_data.collect(session, there.ids[name])).data for name in ("edda", "bernd", "dev")}
    assert [(each["from_id"], each["to_id"]) for each in data["bernd"]["seats_handed_on"]] == [
        (bernd, there.ids["chloe"])
    ]
    for name in ("bernd", "dev"):
        assert [each["to_id"] for each in data[name]["requests_handed_on"]] == [bernd]
    assert data["dev"]["why_requests_came"][0]["words"] == ["buses", "charging"]
    assert data["bernd"]["why_requests_came"] == []
    assert [each["to_id"] for each in data["edda"]["contacts_given"]] == [bernd]
    for name in ("bernd", "dev"):
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids[name])
    async with there.kernel.database.read() as session:
        for table in (Handover, Substitution):
            named = or_(*(who.in_([bernd, there.ids["dev"]]) for who in (table.from_id, table.to_id, table.by_id)))
            assert (await session.scalars(select(table).where(named))).all() == []
            assert len((await session.scalars(select(table))).all()) == 1  # it was, and calendars go by it
        assert (await session.scalars(select(Routing))).all() == []
        assert (await session.scalars(select(SharedContact))).all() == []
    there.clock.advance(seconds=20)
    await there.kernel.jobs.run_due()
    assert await there.kernel.jobs.parked() == 0


async def test_what_nobody_is_left_to_answer_ends_and_whoever_asked_is_told(there: Scene, team: str) -> None:
    path = (await ask_team(there, team)).headers["location"]
    alone = await there.ask("aylin", "edda")
    for name in ("bernd", "chloe"):
        await there[name].post("/fairs/ruhr/meetings/team/leave")
    for name in ("dev", "edda"):
        async with there.kernel.database.write() as uow:
            await own_data.erase(uow, there.ids[name])
    for request_id in (path.rpartition("/")[2], alone):
        assert (await there.get(Request, request_id)).answered_at is not None
    await there.kernel.jobs.run_due()
    mails = [each.read_text() for each in (there.kernel.settings.data / "mail").glob("*.eml")]
    assert sum("Nobody can answer your request any more" in each for each in mails) == 2
