"""Who is in a room, over a real socket."""

from uuid import uuid4

import pytest

from chat.actions import open_for_room
from rooms.actions import open_room
from rooms.model import LOUNGE
from server.live import presence, topics
from server.live.wire.room import ContactsHere, Presence, RoomPage, RoomSnapshot
from tests.chat.lines import Lines
from tests.server.live.ground import Client


async def test_who_comes_is_seen_by_those_who_are_there_and_sees_them(line: Lines) -> None:
    async with line.client("aylin", line.room) as aylin:
        first = RoomSnapshot.model_validate(aylin.welcome["channels"][line.room]["snapshot"])
        assert [person.name for person in first.people] == ["Aylin Demir"]
        async with line.client("edda", line.room) as edda:
            there = RoomSnapshot.model_validate(edda.welcome["channels"][line.room]["snapshot"])
            assert {(person.name, person.role) for person in there.people} == {
                ("Aylin Demir", "attendee"),
                ("Edda Brandt", "organiser"),
            }
            joined: list[str] = []
            while "Edda Brandt" not in joined:
                state = Presence.model_validate((await aylin.event(k="presence", c=line.room))["d"])
                joined += [person.name for person in state.joined]
            assert state.count == 2


async def test_the_roster_comes_page_by_page_in_the_order_of_arrival(line: Lines) -> None:
    async with (
        line.client("aylin", line.room) as aylin,
        line.client("bernd", line.room),
        line.client("dev", line.room),
    ):
        first = RoomPage.model_validate(await aylin.call("room.roster", room=line.room, limit=2))
        rest = RoomPage.model_validate(await aylin.call("room.roster", room=line.room, limit=2, after=first.next))
    assert [person.name for person in (*first.people, *rest.people)] == ["Aylin Demir", "Bernd Kowalski", "Dev Patel"]
    assert rest.next is None


async def test_in_a_crowd_those_who_keep_order_and_those_who_speak_are_named_and_of_the_others_the_number_is_told(
    line: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "NAMED", 2)
    monkeypatch.setattr(presence, "NAMED_AGAIN", 1)
    there = line.there
    await there.place.give(there.fair, there.ids["bernd"], ["speaker"], by=there.ids["edda"])
    named: set[str] = set()
    count = 0
    async with (
        line.client("aylin", line.room) as aylin,
        line.client("bernd", line.room),
        line.client("dev", line.room),
        line.client("edda", line.room),
    ):
        while (count, named) != (4, {"Bernd Kowalski", "Dev Patel", "Edda Brandt"}):
            state = Presence.model_validate((await aylin.event(k="presence", c=line.room))["d"])
            named = {person.name for person in (*state.joined, *(state.people or ()))} | (
                named if state.people is None else set()
            )
            count = state.count


async def test_one_asks_which_of_ones_contacts_are_there(line: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("bernd", "dev"):
        opened = await line.there["aylin"].post(f"/messages/to/{line.there.ids[other]}")
        channel = "chat:" + opened.headers["location"].removeprefix("/messages/")
        async with line.client("aylin", channel) as aylin:
            await aylin.call("chat.send", channel=channel, cid=str(uuid4()), text="a word?")
    async with line.client("aylin", line.room) as aylin, line.client("edda", line.room) as edda:
        assert await _contacts(aylin, line) == []
        async with line.client("bernd", line.room):
            assert await _contacts(aylin, line) == ["Bernd Kowalski"]
            assert await _contacts(edda, line) == []
            async with line.client("dev", line.room):
                assert await _contacts(aylin, line) == ["Bernd Kowalski", "Dev Patel"], "by arrival"
                monkeypatch.setattr("rooms.live.CONTACTS_MOST", 1)
                assert await _contacts(aylin, line) == ["Bernd Kowalski"]
        async with line.client("aylin", line.chat) as elsewhere:
            assert (await elsewhere.ask("room.contacts", room=line.chat))["e"]["code"] == "bad_request"


async def _contacts(client: Client, line: Lines) -> list[str]:
    found = ContactsHere.model_validate(await client.call("room.contacts", room=line.room))
    return [person.name for person in found.people]


async def test_the_lobbys_page_shows_who_is_there(line: Lines) -> None:
    async with line.client("bernd", line.room):
        text = (await line.there["aylin"].get("/fairs/ruhr")).text
        assert '<span class="figures" data-presence-count>1</span>' in text
        assert "1 person in the lobby" in (await line.there["aylin"].get("/")).text


async def test_who_is_in_a_room_that_is_closed_is_out_of_it_and_of_what_is_written_there(line: Lines) -> None:
    async with line.there.kernel.database.write() as uow:
        lounge = await open_room(uow, line.there.fair.id, LOUNGE, "lounge", "Lounge")
        channel = await open_for_room(uow, lounge.id)
    room, chat = topics.room(lounge.id), topics.chat(channel)
    async with line.client("aylin", room, chat) as aylin:
        await line.there["edda"].post(f"/fairs/ruhr/programme/rooms/{lounge.id}/close")
        assert {(await aylin.event(k="revoked"))["c"] for _ in range(2)} == {room, chat}
    async with line.client("aylin", room, chat) as again:
        assert {each["ok"] for each in again.welcome["channels"].values()} == {False}
