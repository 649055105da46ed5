"""Organisers close rooms and open them again; nobody is in a closed one."""

import asyncio

from booths import own_data
from chat.actions import open_for_room
from chat.standing import standing
from chat.unread import unread
from rooms.model import Room
from rooms.queries import entries
from server.kernel.ids import new_id
from tests.booths.stage import PATH, Programme
from tests.booths.test_programme import talks


async def turn(there: Programme, room_id: str, do: str = "close", by: str = "edda") -> int:
    """Close a room, or open it again; the status."""
    return (await there[by].post(f"{PATH}/rooms/{room_id}/{do}")).status_code


async def test_a_closed_room_is_on_no_page_and_comes_back(there: Programme) -> None:
    await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": there.voltbus})
    assert [await turn(there, there.stand, by=each) for each in ("aylin", "chloe")] == [403, 403]
    assert await turn(there, there.stand) == 303
    for path in ("/fairs/ruhr/rooms", PATH, f"/o/{there.voltbus}"):
        assert "Hall 1" not in (await there["aylin"].get(path)).text
    assert (await there["aylin"].get("/fairs/ruhr/rooms/hall-1")).status_code == 404
    assert (
        await there["edda"].post(f"{PATH}/stands/{there.stand}", data={f"stand-{there.stand}": ""})
    ).status_code == 404
    desk = (await there["edda"].get(f"{PATH}/desk")).text
    assert f"{PATH}/rooms/{there.stand}/reopen" in desk
    assert f"{PATH}/rooms/{there.stand}/close" not in desk
    assert await turn(there, there.stand) == 404, "it is closed"
    async with there.guests.kernel.database.read() as session:
        [kept] = (await own_data.collect(session, there.guests.ids["edda"]))["rooms_closed"]
        assert kept["room"] == "Hall 1"
    assert [await turn(there, there.stand, "reopen", by=each) for each in ("aylin", "edda", "edda")] == [403, 303, 404]
    assert "Hall 1" in (await there["aylin"].get("/fairs/ruhr/rooms")).text
    for wrong in (new_id(), "none"):
        assert [await turn(there, wrong, do) for do in ("close", "reopen")] == [404, 404]


async def test_a_stage_with_talks_to_come_stays_open(there: Programme) -> None:
    await there.enter(title="Over by now", day="0", begins="10:00")
    await there.enter(title="To come")
    refused = await there["edda"].post(f"{PATH}/rooms/{there.stage}/close")
    assert (refused.status_code, "Talks are entered for this stage." in refused.text) == (422, True)
    [to_come] = [each for each in await talks(there) if each.title == "To come"]
    await there["edda"].post(f"{PATH}/talks/{to_come.id}/remove")
    assert await turn(there, there.stage) == 303
    assert (await there.enter()).status_code == 422, "it is no stage any more"
    assert "Over by now" in (await there.stranger.get(PATH)).text


async def test_a_talk_and_the_end_of_its_stage_at_once_leave_no_talk_on_a_closed_one(there: Programme) -> None:
    closed, entered = await asyncio.gather(turn(there, there.stage), there.enter())
    assert (closed, entered.status_code) in ((303, 422), (422, 303))


async def test_nobody_may_be_in_a_closed_room_nor_read_or_count_what_is_written_there(there: Programme) -> None:
    kernel, aylin = there.guests.kernel, there.guests.ids["aylin"]
    async with kernel.database.write() as uow:
        channel = await open_for_room(uow, there.stand)
    await there["edda"].get("/fairs/ruhr/rooms/hall-1")
    await there["edda"].post("/fairs/ruhr/rooms/hall-1/messages", data={"text": "Coffee?"})
    for inside in (True, False):
        async with kernel.database.read() as session:
            assert bool(await entries(session, [(aylin, there.stand)])) is inside
            assert (await standing(session, aylin, channel, kernel.clock.now()) is not None) is inside
            counted = (await unread(session, [aylin]))[aylin]
            assert (channel in {each.channel_id for each in counted}) is inside
            assert await session.get(Room, there.stand) is not None
        await turn(there, there.stand)
