"""Organisers call rooms otherwise; their addresses stay."""

import pytest

from booths.actions import rename_place
from fairs.model import Fair
from rooms.model import Room
from server.kernel.ids import new_id
from tests.booths.stage import PATH, Programme
from tests.meetings.reader import read


async def rename(there: Programme, room_id: str, name: str, by: str = "edda") -> tuple[int, str]:
    """Give a room another name; the status, and the page."""
    answer = await there[by].post(f"{PATH}/rooms/{room_id}", data={"name": name})
    return answer.status_code, answer.text


async def test_a_renamed_stage_is_called_so_everywhere_and_its_address_stays(there: Programme) -> None:
    await there.enter()
    form = await there["edda"].get(f"{PATH}/rooms/{there.stage}")
    assert 'value="Main stage"' in form.text
    assert f'href="{PATH}/rooms/{there.stage}"' in (await there["edda"].get(f"{PATH}/desk")).text
    assert (await rename(there, there.stage, " Large  stage ")) == (303, "")
    for path in (PATH, "/fairs/ruhr/rooms", "/fairs/ruhr/rooms/main-stage"):
        page = (await there["aylin"].get(path)).text
        assert ("Large stage" in page, "Main stage" in page) == (True, False), path


async def test_calendars_hear_where_a_talk_is_when_its_stage_is_renamed(there: Programme) -> None:
    await there.enter()

    async def told() -> tuple[int | None, str]:
        [talk] = read((await there.stranger.get(f"{PATH}.ics")).text).events
        return talk.sequence, (talk.description or "").rpartition(" · ")[2]

    assert await told() == (0, "Main stage")
    await rename(there, there.stage, "Main stage")
    assert await told() == (0, "Main stage"), "nothing has changed"
    await rename(there, there.stand, "Hall 2")
    assert await told() == (0, "Main stage"), "no talk is there"
    await rename(there, there.stage, "Large stage")
    assert await told() == (1, "Large stage")


async def test_a_closed_room_gets_another_name_when_its_own_is_taken_and_opens_again(there: Programme) -> None:
    await there["edda"].post(f"{PATH}/rooms/{there.stand}/close")
    await there["edda"].post(f"{PATH}/rooms", data={"kind": "booth", "name": "Hall 1"})
    again = f"{PATH}/rooms/{there.stand}/reopen"
    assert (await there["edda"].post(again)).status_code == 422
    assert f'href="{PATH}/rooms/{there.stand}"' in (await there["edda"].get(f"{PATH}/desk")).text
    assert (await rename(there, there.stand, "Hall 1a"))[0] == 303
    assert (await there["edda"].post(again)).status_code == 303
    assert "Hall 1a" in (await there["aylin"].get("/fairs/ruhr/rooms")).text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("MAIN STAGE", "An open room of this fair has this name already."),
        ("", "Please give it a name."),
        ("...", "Please give it a name."),
        ("x" * 200, "at most"),
    ],
)
async def test_a_name_that_is_none_or_taken_is_told_at_the_field_and_changes_nothing(
    there: Programme, name: str, why: str
) -> None:
    status, page = await rename(there, there.stand, name)
    assert (status, why in page, "Hall 1" in page) == (422, True, True)
    assert "Hall 1" in (await there["aylin"].get("/fairs/ruhr/rooms")).text


async def test_a_room_keeps_its_name_in_other_letters(there: Programme) -> None:
    assert (await rename(there, there.stand, "HALL 1"))[0] == 303
    assert "HALL 1" in (await there["aylin"].get("/fairs/ruhr/rooms")).text


async def test_only_organisers_rename_and_only_rooms_with_calls_of_their_fair(there: Programme) -> None:
    for somebody in ("aylin", "chloe"):
        assert (await rename(there, there.stand, "Mine", by=somebody))[0] == 403
        assert (await there[somebody].get(f"{PATH}/rooms/{there.stand}")).status_code == 404
    for wrong in (new_id(), "none"):
        assert (await rename(there, wrong, "Mine"))[0] == 404
        assert (await there["edda"].get(f"{PATH}/rooms/{wrong}")).status_code == 404


async def test_a_name_that_was_changed_since_the_page_looked_is_changed_again(there: Programme) -> None:
    kernel = there.guests.kernel
    async with kernel.database.read() as session:
        fair = await session.get_one(Fair, there.guests.fair.id)
        seen = await session.get_one(Room, there.stand)
    assert await rename(there, there.stand, "Hall 2") == (303, "")
    async with kernel.database.write() as uow:
        uow.session.add_all((fair, seen))  # as it was looked at
        await rename_place(uow, fair, there.stand, "Hall 1")
    assert "Hall 1" in (await there["aylin"].get("/fairs/ruhr/rooms")).text
