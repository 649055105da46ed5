"""The number in the navigation, as the pages of somebody are told it: a state that is not newer than what they show is
not shown."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chat import actions, own_data
from chat.texts import mention
from fairs import actions as fair_actions
from people.model import Person
from rooms.actions import open_room
from rooms.events import RoomClosed
from rooms.model import MEETING, RoomClosure
from server.live import topics
from server.live.room import Room
from signaling import removing
from tests.chat.scene import Scene
from tests.contract.ears import until

Shows = Callable[[int], Awaitable[None]]


@pytest.fixture
async def bernd_is_shown(lobby: Scene, monkeypatch: pytest.MonkeyPatch) -> Shows:
    """Wait until Bernd's pages show this number."""
    totals: list[int] = []
    tell = Room.state

    def told(room: Room, kind: str, version: int, message: bytes) -> None:
        if kind == "unread" and version > room.versions.get(kind, 0):
            data: dict[str, Any] = json.loads(message)
            totals.append(data["d"]["total"])
        tell(room, kind, version, message)

    monkeypatch.setattr(Room, "state", told)
    await lobby.live.hub.open([topics.person(lobby.bernd)])

    async def shown(number: int) -> None:
        await until(lambda: totals[-1:] == [number])

    return shown


async def test_who_leaves_a_fair_has_nothing_unread_there(lobby: Scene, bernd_is_shown: Shows) -> None:
    await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await bernd_is_shown(1)
    async with lobby.kernel.database.write() as uow:
        await fair_actions.leave(uow, lobby.fair.id, lobby.bernd)
    await bernd_is_shown(0)


async def test_who_is_shut_out_has_nothing_unread_there_and_once_let_in_again_what_is_said_since(
    lobby: Scene, bernd_is_shown: Shows
) -> None:
    await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await bernd_is_shown(1)
    await lobby.place.ban(lobby.fair, lobby.bernd, by=lobby.edda)
    await bernd_is_shown(0)
    async with lobby.kernel.database.write() as uow:
        await fair_actions.unban(uow, lobby.fair.id, lobby.bernd, by_id=lobby.edda)
    await lobby.say(lobby.aylin, f"{mention(lobby.bernd, 'Bernd')} {mention(lobby.dev, 'Dev')}")
    await bernd_is_shown(1)


async def test_what_the_late_job_finds_is_not_taken_from_who_is_back(lobby: Scene, bernd_is_shown: Shows) -> None:
    async with lobby.kernel.database.write() as uow:
        await fair_actions.leave(uow, lobby.fair.id, lobby.bernd)
    await lobby.place.join(lobby.fair, lobby.bernd)
    await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await bernd_is_shown(1)
    lobby.place.clock.advance(minutes=1)
    await lobby.kernel.jobs.run_due()
    [his] = await lobby.unread(lobby.bernd)
    assert his.mentions == 1


async def _room(lobby: Scene) -> tuple[str, str]:
    """A room in which Bernd was called: its id, and its channel's."""
    async with lobby.kernel.database.write() as uow:
        room = await open_room(uow, lobby.fair.id, MEETING, "table", "Table")
        channel = await actions.open_for_room(uow, room.id)
    await lobby.chat.marks.read(lobby.bernd, channel, 0)
    await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"), channel)
    return room.id, channel


async def test_in_a_closed_room_nothing_is_unread(lobby: Scene, bernd_is_shown: Shows) -> None:
    room_id, _channel = await _room(lobby)
    await bernd_is_shown(1)
    async with lobby.kernel.database.write() as uow:
        uow.session.add(RoomClosure(room_id=room_id, at=uow.clock.now(), by_id=lobby.edda))
        uow.emit(RoomClosed(room_id))
    await bernd_is_shown(0)


async def test_who_is_removed_from_a_rooms_call_has_nothing_unread_beside_it(
    lobby: Scene, bernd_is_shown: Shows
) -> None:
    room_id, _channel = await _room(lobby)
    await bernd_is_shown(1)
    async with lobby.kernel.database.write() as uow:
        removing.remove(uow, room_id, lobby.bernd, lobby.edda)
    await bernd_is_shown(0)


async def test_what_an_erased_person_had_said_is_not_unread_any_more(lobby: Scene, bernd_is_shown: Shows) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    await lobby.say(lobby.aylin, "between us", channel)
    await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await bernd_is_shown(2)
    async with lobby.kernel.database.write() as uow:
        person = await uow.session.get_one(Person, lobby.aylin)
        person.name, person.email, person.erased_at = "", None, uow.clock.now()
        await own_data.erase(uow, lobby.live.log, lobby.aylin)
    await bernd_is_shown(0)
