"""What counts as unread, for whom, and who is told."""

import asyncio
import uuid
from collections.abc import Collection
from typing import Any

import pytest

from chat import sending, unread
from chat.reading import ReadMarks
from chat.rules import COUNT_MOST
from chat.texts import mention
from server.kernel.clock import FrozenClock
from server.kernel.settings import Settings
from server.live.wire.chat import Unread
from tests.chat.scene import Scene
from tests.kernel_fixtures import started
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble


async def _delete(lobby: Scene, person: str, message_id: str, channel: str = "") -> None:
    me = await lobby.standing(person, channel)
    await lobby.do(sending.delete_message(me, str(uuid.uuid4()), message_id))


async def _told(told: list[tuple[str, int]], number: int) -> list[tuple[str, int]]:
    """What people were told, once it is so much; it waits a moment for more of it."""
    async with asyncio.timeout(PATIENCE_S):
        while len(told) < number:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.005)
    return told


async def test_others_messages_above_the_mark_are_unread_ones_own_are_not(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "one")
    await lobby.say(lobby.bernd, "two")
    await lobby.say(lobby.aylin, "three")
    (mine,) = await lobby.unread(lobby.aylin)
    (his,) = await lobby.unread(lobby.bernd)
    assert (mine.unread, his.unread) == (1, 2)


async def test_reactions_and_corrections_are_events_but_not_unread_messages(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "one")
    me = await lobby.standing(lobby.aylin)
    await lobby.do(sending.react(me, str(uuid.uuid4()), said.data["id"], "👍", on=True))
    await lobby.do(sending.edit(me, str(uuid.uuid4()), said.data["id"], "two"))
    (his,) = await lobby.unread(lobby.bernd)
    assert his.unread == 1


async def test_what_was_deleted_is_no_longer_unread(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await _delete(lobby, lobby.aylin, said.data["id"])
    assert await lobby.unread(lobby.bernd) == []


async def test_a_newcomer_has_nothing_unread(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "long ago")
    await lobby.place.join(lobby.fair, lobby.chloe)
    assert await lobby.unread(lobby.chloe) == []
    await lobby.say(lobby.aylin, "since then")
    (hers,) = await lobby.unread(lobby.chloe)
    assert hers.unread == 1


async def test_a_direct_message_counts_in_the_navigation_a_lobbys_message_only_when_it_calls(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    await lobby.say(lobby.aylin, "just talking")
    await lobby.say(lobby.aylin, f"{mention(lobby.bernd, 'Bernd')} a word")
    await lobby.say(lobby.aylin, "between us", channel)
    his = await lobby.unread(lobby.bernd)
    assert unread.total(his) == 2
    by_kind = {each.kind: each for each in his}
    assert (by_kind["room"].unread, by_kind["room"].mentions) == (2, 1)
    assert by_kind["direct"].partner is not None
    assert (by_kind["direct"].unread, by_kind["direct"].partner.name) == (1, "Aylin Demir")
    assert (by_kind["direct"].href, by_kind["room"].href) == (f"/messages/{channel}", "/fairs/ruhr")
    Unread.model_validate(unread.wire(his))


async def test_counting_stops_where_nobody_looks_any_more(lobby: Scene) -> None:
    me = await lobby.standing(lobby.aylin)
    many = [sending.send(me, str(uuid.uuid4()), f"number {number}") for number in range(COUNT_MOST + 5)]
    await asyncio.gather(*map(lobby.live.log.append, many))
    await lobby.heard()
    (his,) = await lobby.unread(lobby.bernd)
    assert his.unread == COUNT_MOST


async def test_a_mark_only_grows_and_never_beyond_what_there_is(lobby: Scene) -> None:
    for number in range(3):
        await lobby.say(lobby.aylin, f"number {number}")
    read = lobby.chat.marks.read
    assert await read(lobby.bernd, lobby.lobby, 2) == 2
    assert await read(lobby.bernd, lobby.lobby, 1) == 2
    assert await read(lobby.bernd, lobby.lobby, 99) == 3
    assert await lobby.unread(lobby.bernd) == []


async def test_marks_of_many_readers_are_written_together(lobby: Scene) -> None:
    await lobby.say(lobby.dev, "hello all")
    readers = (lobby.aylin, lobby.bernd, lobby.edda)
    marks = await asyncio.gather(*(lobby.chat.marks.read(each, lobby.lobby, 1) for each in readers))
    assert marks == [1, 1, 1]


async def test_what_was_read_in_the_last_moment_is_noted_before_a_server_ends(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "hello")
    reading = asyncio.create_task(lobby.chat.marks.read(lobby.bernd, lobby.lobby, 1))
    await asyncio.sleep(0)
    reading.cancel()  # the page is gone
    await lobby.chat.stop()
    assert await lobby.unread(lobby.bernd) == []


async def test_a_server_that_ends_waits_for_marks(
    settings: Settings, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = []

    async def writes(_marks: ReadMarks) -> dict[tuple[str, str], int]:
        await asyncio.sleep(0.1)
        over.append(True)
        return {("somebody", "somewhere"): 1}

    monkeypatch.setattr(ReadMarks, "_write_soon", writes)
    async with started(settings, clock) as app:
        reading = asyncio.create_task(app.state.chat.marks.read("somebody", "somewhere", 1))
        await asyncio.sleep(0)
    assert over
    await reading


async def test_two_tabs_of_one_reader_get_the_later_mark(lobby: Scene) -> None:
    for number in range(2):
        await lobby.say(lobby.aylin, f"number {number}")
    read = lobby.chat.marks.read
    marks = await asyncio.gather(read(lobby.bernd, lobby.lobby, 2), read(lobby.bernd, lobby.lobby, 1))
    assert marks == [2, 2]


async def test_who_is_banned_has_nothing_unread_there(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "hello")
    assert len(await lobby.unread(lobby.bernd)) == 1
    await lobby.place.ban(lobby.fair, lobby.bernd, by=lobby.dev)
    assert await lobby.unread(lobby.bernd) == []


async def test_a_direct_message_is_told_to_the_other_at_once_and_reading_it_too(
    lobby: Scene, told: list[tuple[str, int]]
) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    said = await lobby.say(lobby.aylin, "hello", channel)
    assert await _told(told, 1) == [(lobby.bernd, 1)]
    await lobby.chat.marks.read(lobby.bernd, channel, said.seq)
    assert await _told(told, 2) == [(lobby.bernd, 1), (lobby.bernd, 0)]


async def test_reading_what_calls_nobody_is_told_to_nobody(lobby: Scene, told: list[tuple[str, int]]) -> None:
    said = await lobby.say(lobby.aylin, "hello everybody")
    await lobby.chat.marks.read(lobby.bernd, lobby.lobby, said.seq)
    await lobby.say(lobby.aylin, mention(lobby.dev, "Dev"))
    assert await _told(told, 1) == [(lobby.dev, 1)]


async def test_all_who_are_concerned_in_one_moment_are_told_after_one_look(
    lobby: Scene, told: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.parts.UNREAD_GATHER_S", 1.0)
    looked, versions = [], unread.versions

    async def looks(session: Any, person_ids: Collection[str]) -> dict[str, int]:
        looked.append(set(person_ids))
        return await versions(session, person_ids)

    monkeypatch.setattr(unread, "versions", looks)
    for other in (lobby.bernd, lobby.chloe, lobby.dev):
        await lobby.say(lobby.aylin, "hello", await lobby.converse(lobby.aylin, other))
    await _told(told, 3)
    assert looked == [{lobby.bernd, lobby.chloe, lobby.dev}]


@expects_trouble
async def test_a_look_that_fails_keeps_nobody_from_being_told_of_what_follows(
    lobby: Scene, told: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    failed = asyncio.Event()

    async def fails(*_: Any) -> dict[str, int]:
        failed.set()
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(unread, "versions", fails)
        await lobby.say(lobby.aylin, "hello", channel)
        await asyncio.wait_for(failed.wait(), PATIENCE_S)
    await lobby.say(lobby.aylin, "are you there?", channel)
    assert await _told(told, 1) == [(lobby.bernd, 2)]


async def test_a_call_is_told_to_who_is_called_and_its_deletion_too(lobby: Scene, told: list[tuple[str, int]]) -> None:
    said = await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    await _told(told, 1)
    await _delete(lobby, lobby.aylin, said.data["id"])
    assert await _told(told, 2) == [(lobby.bernd, 1), (lobby.bernd, 0)]


async def test_a_correction_calls_whom_it_names_anew(lobby: Scene, told: list[tuple[str, int]]) -> None:
    said = await lobby.say(lobby.aylin, mention(lobby.bernd, "Bernd"))
    assert await _told(told, 1) == [(lobby.bernd, 1)]
    me = await lobby.standing(lobby.aylin)
    text = mention(lobby.dev, "Dev")
    await lobby.do(sending.edit(me, str(uuid.uuid4()), said.data["id"], text))
    assert sorted((await _told(told, 3))[1:]) == sorted([(lobby.bernd, 0), (lobby.dev, 1)])
