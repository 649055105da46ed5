"""Who may read which channel, and what they may do there."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from chat import actions, moderation, sending
from chat.calling import fold
from chat.model import Mute
from chat.queries import page
from chat.standing import standings
from server.live.wire.codes import LiveError
from tests.chat.scene import Scene


async def test_one_query_says_where_many_people_stand_in_many_channels(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    people = (lobby.edda, lobby.dev, lobby.aylin, lobby.bernd, lobby.chloe)
    asked = [(person, each) for person in people for each in (lobby.lobby, channel, str(uuid.uuid4()))]
    async with lobby.kernel.database.read() as session:
        found = await standings(session, asked, lobby.kernel.clock.now())
    assert {(person, each) for person, each in found} == {
        *((person, lobby.lobby) for person in people[:4]),
        (lobby.aylin, channel),
        (lobby.bernd, channel),
    }
    assert [found[person, lobby.lobby].rights.moderate for person in people[:4]] == [True, True, False, False]
    assert found[lobby.aylin, channel].partner_id == lobby.bernd
    assert not found[lobby.aylin, channel].rights.moderate
    assert found[lobby.dev, lobby.lobby].roles == {"attendee", "moderator"}


async def test_who_is_banned_reads_nothing_any_more(lobby: Scene) -> None:
    await lobby.place.ban(lobby.fair, lobby.bernd, by=lobby.dev)
    async with lobby.kernel.database.read() as session:
        assert await standings(session, [(lobby.bernd, lobby.lobby)], lobby.kernel.clock.now()) == {}


async def test_a_conversation_closes_when_no_fair_is_shared_and_can_still_be_read(lobby: Scene) -> None:
    channel = await lobby.converse(lobby.aylin, lobby.bernd)
    assert not (await lobby.standing(lobby.aylin, channel)).rights.closed
    await lobby.place.ban(lobby.fair, lobby.bernd, by=lobby.dev)
    for person in (lobby.aylin, lobby.bernd):
        assert (await lobby.standing(person, channel)).rights.closed


async def test_a_mute_takes_the_word_until_its_end(lobby: Scene) -> None:
    now = lobby.kernel.clock.now()
    dev = await lobby.standing(lobby.dev)
    done = await lobby.do(moderation.mute(dev, lobby.bernd, now + timedelta(minutes=15)))
    rights = (await lobby.standing(lobby.bernd)).rights
    assert (rights.may_send(now), rights.muted_until) == (False, now + timedelta(minutes=15))
    assert done.data["person"] == lobby.bernd
    lobby.place.clock.advance(minutes=15)
    assert (await lobby.standing(lobby.bernd)).rights.may_send(lobby.kernel.clock.now())


async def test_a_new_mute_replaces_the_one_before_and_both_stay_on_record(lobby: Scene) -> None:
    dev = await lobby.standing(lobby.dev)
    await lobby.do(moderation.mute(dev, lobby.bernd, None))
    await lobby.do(moderation.mute(dev, lobby.bernd, lobby.kernel.clock.now() + timedelta(minutes=15)))
    assert (await lobby.standing(lobby.bernd)).rights.muted_until is not None
    async with lobby.kernel.database.read() as session:
        mutes = (await session.scalars(select(Mute).order_by(Mute.id))).all()
    assert [(each.lifted_by_id, each.until is None) for each in mutes] == [(lobby.dev, True), (None, False)]


async def test_who_is_unmuted_has_the_word_again(lobby: Scene) -> None:
    dev = await lobby.standing(lobby.dev)
    await lobby.do(moderation.mute(dev, lobby.bernd, None))
    await lobby.do(moderation.unmute(dev, lobby.bernd))
    assert (await lobby.standing(lobby.bernd)).rights.may_send(lobby.kernel.clock.now())


async def test_only_staff_mutes_and_only_downwards(lobby: Scene) -> None:
    for by, whom in (
        (lobby.aylin, lobby.bernd),
        (lobby.dev, lobby.edda),
        (lobby.dev, lobby.dev),
        (lobby.dev, lobby.chloe),
    ):
        with pytest.raises(LiveError, match="forbidden"):
            await lobby.do(moderation.mute(await lobby.standing(by), whom, None))
    assert await lobby.events() == []


async def test_two_people_who_begin_at_once_get_one_conversation(lobby: Scene) -> None:
    pairs = [(lobby.aylin, lobby.bernd), (lobby.bernd, lobby.aylin)] * 3
    channels = await asyncio.gather(*(lobby.converse(*pair) for pair in pairs))
    assert len(set(channels)) == 1


async def test_nobody_converses_with_themselves(lobby: Scene) -> None:
    async with lobby.kernel.database.write() as uow:
        with pytest.raises(ValueError, match="two people"):
            await actions.converse(uow, lobby.aylin, lobby.aylin)


async def test_the_history_comes_page_by_page_without_holes(lobby: Scene) -> None:
    me = await lobby.standing(lobby.aylin)
    sent = [sending.send(me, str(uuid.uuid4()), f"number {number}") for number in range(23)]
    await asyncio.gather(*map(lobby.live.log.append, sent))
    await lobby.heard()
    seen: list[str] = []
    before, more = None, True
    async with lobby.kernel.database.read() as session:
        while more:
            found = await page(session, lobby.lobby, before=before, limit=10)
            seen = [each.text for each in found.messages] + seen
            before, more = found.messages[0].seq, found.more
    assert seen == [f"number {number}" for number in range(23)]


@pytest.mark.parametrize(
    ("typed", "found"), [("ber", ["Bernd Kowalski"]), ("KOW", ["Bernd Kowalski"]), ("kow b", []), ("", 3), ("x", [])]
)
async def test_people_are_called_by_the_beginning_of_any_word_of_their_name(
    lobby: Scene, typed: str, found: list[str] | int
) -> None:
    people = await lobby.chat.callables.find(lobby.lobby, "room", typed, but=lobby.aylin, limit=8)
    names = [each["name"] for each in people]
    assert names == found if isinstance(found, list) else len(names) == found


def test_names_are_found_without_their_accents() -> None:
    assert fold("Chloé Öztürk-Weiß") == fold("CHLOE OZTURK-WEISS")
