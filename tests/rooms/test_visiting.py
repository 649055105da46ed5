"""The rooms of a fair that have calls: what is written beside a call, by whom, and who reads it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from chat import moderation
from chat.actions import open_for_room
from chat.queries import channel_of_room
from chat.standing import standing
from chat.unread import unread
from rooms.actions import open_lobby, open_room
from rooms.model import LOUNGE
from server.live.parts import Live
from signaling import removing
from tests.fairs.guests import Guests, guests
from tests.support.full import no_room_in

PATH = "/fairs/ruhr/rooms/lounge"
MESSAGES = f"{PATH}/messages"


@pytest.fixture
async def there(app: Starlette) -> AsyncIterator[Guests]:
    async with guests(app) as there:
        yield there


async def lounge(there: Guests) -> str:
    """The id of a lounge."""
    async with there.kernel.database.write() as uow:
        return (await open_room(uow, there.fair.id, LOUNGE, "lounge", "Lounge by the <bar>")).id


async def test_one_writes_in_a_room_before_anybody_calls_and_the_others_find_it(there: Guests) -> None:
    await lounge(there)
    assert "Nothing has been written here yet." in (await there["aylin"].get(PATH)).text
    said = await there["aylin"].post(MESSAGES, data={"text": f"Coffee, @[Bernd]({there.ids['bernd']})?"})
    assert (said.status_code, said.headers["location"].split("#")[0]) == (303, PATH)
    text = (await there["bernd"].get(PATH)).text
    assert "Coffee, " in text
    assert 'data-publish="microphone camera' in text
    async with there.kernel.database.read() as session:
        [his] = (await unread(session, [there.ids["bernd"]]))[there.ids["bernd"]]
    assert (his.href, his.room, his.fair, his.unread, his.mentions) == (
        PATH,
        "Lounge by the <bar>",
        there.fair.name,
        1,
        1,
    )
    assert f"Lounge by the &lt;bar&gt; · {there.fair.name}" in (await there["bernd"].get("/")).text
    empty = await there["aylin"].post(MESSAGES, data={"text": " "})
    assert (empty.status_code, "There is nothing to send yet." in empty.text) == (422, True)
    assert (await there["chloe"].get(PATH)).status_code == 404
    assert (await there["chloe"].post(MESSAGES, data={"text": "spam"})).status_code == 403


async def test_on_a_full_disk_a_room_is_shown_without_what_would_be_made_in_it(
    there: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lounge(there)
    no_room_in(monkeypatch, there.kernel.database)
    shown = await there["aylin"].get(PATH)
    assert (shown.status_code, MESSAGES in shown.text) == (200, False)
    assert (await there["aylin"].get("/fairs/ruhr")).status_code == 200


async def test_two_who_come_first_at_once_write_in_one_channel(there: Guests) -> None:
    room, database = await lounge(there), there.kernel.database

    async def come_too() -> str:
        async with database.write() as uow:
            return await open_for_room(uow, room)

    async with database.write() as uow:
        channel = await open_for_room(uow, room)
        second = asyncio.create_task(come_too())
        await asyncio.sleep(0.1)  # it looks, and waits for the first one
    assert await second == channel


async def test_whoever_was_removed_from_a_call_neither_reads_nor_writes_beside_it(there: Guests) -> None:
    room, bernd = await lounge(there), there.ids["bernd"]
    await there["bernd"].get(PATH)
    await there["aylin"].post(MESSAGES, data={"text": f"@[Bernd]({bernd}) stop that"})
    async with there.kernel.database.write() as uow:
        removing.remove(uow, room, bernd, there.ids["dev"])
    shut = (await there["bernd"].get(PATH)).text
    assert ("stop that" in shut, 'id="beside"' in shut, "data-topic" in shut) == (False, False, True)
    assert "data-removed" in shut
    assert (await there["bernd"].post(MESSAGES, data={"text": "no"})).status_code == 403
    async with there.kernel.database.read() as session:
        assert (await unread(session, [bernd]))[bernd] == []
    async with there.kernel.database.write() as uow:
        await removing.readmit(uow, room, bernd, there.ids["dev"])
    open_again = (await there["bernd"].get(PATH)).text
    assert ("stop that" in open_again, "data-removed" in open_again) == (True, False)


async def test_who_may_not_write_in_the_lobby_may_not_write_in_the_rooms_either(there: Guests) -> None:
    await lounge(there)
    await there["dev"].get(PATH)
    live: Live = there.app.state.live
    async with there.kernel.database.write() as uow:
        lobby = await open_lobby(uow, there.fair.id)
    now = there.kernel.clock.now()
    async with there.kernel.database.read() as session:
        channel = await channel_of_room(session, lobby.id)
        dev = await standing(session, there.ids["dev"], channel or "", now)
    assert dev is not None
    await live.log.append(moderation.mute(dev, there.ids["bernd"], now + timedelta(minutes=15)))
    refused = await there["bernd"].post(MESSAGES, data={"text": "and here?"})
    assert (refused.status_code, "A moderator asked you to pause here." in refused.text) == (422, True)
    assert (await there["aylin"].post(MESSAGES, data={"text": "thanks"})).status_code == 303
    there.place.clock.advance(minutes=15)
    assert (await there["bernd"].post(MESSAGES, data={"text": "sorry"})).status_code == 303
