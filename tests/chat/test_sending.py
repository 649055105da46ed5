"""Saying, correcting, deleting, reacting: rows and log agree, and what was said once is there once."""

import asyncio
import json
import uuid

import pytest

from chat import sending
from chat.rules import EDIT_WITHIN
from chat.texts import TEXT_MOST, mention
from server.live.wire.chat import ChatMessage, MessageDeleted, MessageEdited, ReactionSet
from server.live.wire.codes import LiveError
from tests.chat.scene import Scene


def _cid() -> str:
    return str(uuid.uuid4())


async def test_what_is_said_is_in_the_history_and_in_the_log(lobby: Scene) -> None:
    done = await lobby.say(lobby.aylin, "Good morning")
    (message,) = await lobby.shown()
    (event,) = await lobby.events()
    assert (message.text, message.author.name, message.seq) == ("Good morning", "Aylin Demir", done.seq)
    assert json.loads(event.json) == message.wire()
    assert ChatMessage.model_validate(message.wire()).s == event.seq


async def test_a_repeated_cid_gets_the_first_answer_again(lobby: Scene) -> None:
    cid = _cid()
    first = await lobby.say(lobby.aylin, "Once", cid=cid)
    second = await lobby.say(lobby.aylin, "Once, or so", cid=cid)
    assert (second.repeated, second.seq, second.data["id"]) == (True, first.seq, first.data["id"])
    assert await lobby.texts() == ["Once"]


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n ", "bad_request"), ("x" * (TEXT_MOST + 1), "too_large"), ("x" + "\u0315\u0300" * 250_000, "too_large")],
)
async def test_a_text_that_is_empty_or_too_long_is_refused(lobby: Scene, text: str, code: str) -> None:
    with pytest.raises(LiveError) as refused:
        await lobby.say(lobby.aylin, text)
    assert refused.value.code == code
    assert await lobby.texts() == []


async def test_the_longest_text_goes_through_whatever_space_is_around_it(lobby: Scene) -> None:
    await lobby.say(lobby.aylin, "  " + "ü" * TEXT_MOST + "\n")
    assert await lobby.texts() == ["ü" * TEXT_MOST]


async def test_a_mention_carries_the_true_name_and_reaches_only_people_of_the_channel(lobby: Scene) -> None:
    done = await lobby.say(lobby.aylin, f"{mention(lobby.bernd, 'Boss')} {mention(lobby.chloe, 'Chloé')}")
    assert await lobby.texts() == [f"{mention(lobby.bernd, 'Bernd Kowalski')} @Chloé"]
    assert done.data["mentions"] == [lobby.bernd]


async def test_ones_own_words_are_corrected_in_tables_and_by_an_event(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "350 kV")
    me = await lobby.standing(lobby.aylin)
    done = await lobby.do(sending.edit(me, _cid(), said.data["id"], "350 kW"))
    (message,) = await lobby.shown()
    assert (message.text, message.seq, message.edited_at) == ("350 kW", said.seq, lobby.kernel.clock.now())
    assert MessageEdited.model_validate(done.data).text == "350 kW"
    assert done.seq == said.seq + 1


async def test_too_late_is_too_late_but_a_repeat_still_gets_its_answer(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "350 kV")
    me, cid = await lobby.standing(lobby.aylin), _cid()
    first = await lobby.do(sending.edit(me, cid, said.data["id"], "350 kW"))
    lobby.place.clock.advance(seconds=EDIT_WITHIN.total_seconds())
    again = await lobby.do(sending.edit(me, cid, said.data["id"], "350 kW"))
    assert (again.repeated, again.seq) == (True, first.seq)
    with pytest.raises(LiveError, match="too_late"):
        await lobby.do(sending.edit(me, _cid(), said.data["id"], "351 kW"))


async def test_nobody_corrects_anothers_words_not_even_a_moderator(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Hello")
    for other in (lobby.bernd, lobby.dev):
        with pytest.raises(LiveError, match="not_yours"):
            await lobby.do(sending.edit(await lobby.standing(other), _cid(), said.data["id"], "Good-bye"))
    assert await lobby.texts() == ["Hello"]


async def test_a_refused_edit_harms_no_neighbour_in_the_same_group(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Hello")
    bernd = await lobby.standing(lobby.bernd)
    refused = lobby.live.log.append(sending.edit(bernd, _cid(), said.data["id"], "Mine now"))
    sent = lobby.live.log.append(sending.send(bernd, _cid(), "An honest message"))
    first, second = await asyncio.gather(refused, sent, return_exceptions=True)
    await lobby.heard()
    assert isinstance(first, LiveError)
    assert not isinstance(second, BaseException)
    assert second.seq == said.seq + 1


async def test_a_deleted_text_is_gone_from_the_tables_and_from_the_log(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "a secret, oops")
    me = await lobby.standing(lobby.aylin)
    await lobby.do(sending.edit(me, _cid(), said.data["id"], "still a secret"))
    await lobby.do(sending.react(await lobby.standing(lobby.bernd), _cid(), said.data["id"], "👀", on=True))
    done = await lobby.do(sending.delete_message(me, _cid(), said.data["id"]))
    (message,) = await lobby.shown()
    assert (message.text, message.deleted, message.reactions) == ("", True, ())
    events = await lobby.events()
    assert [event.kind for event in events] == [
        "message.created",
        "message.edited",
        "reaction.set",
        "message.deleted",
    ]
    assert "secret" not in "".join(event.json for event in events)
    assert ChatMessage.model_validate(json.loads(events[0].json)).deleted
    assert MessageDeleted.model_validate(done.data).by == lobby.aylin


async def test_moderators_delete_anybodys_words_and_others_only_their_own(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Buy now")
    with pytest.raises(LiveError, match="not_yours"):
        await lobby.do(sending.delete_message(await lobby.standing(lobby.bernd), _cid(), said.data["id"]))
    await lobby.do(sending.delete_message(await lobby.standing(lobby.dev), _cid(), said.data["id"]))
    assert (await lobby.shown())[0].deleted


async def test_what_is_deleted_takes_neither_edits_nor_reactions_nor_a_second_deletion(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Hello")
    me, id = await lobby.standing(lobby.aylin), said.data["id"]
    await lobby.do(sending.delete_message(me, _cid(), id))
    for append in (
        sending.edit(me, _cid(), id, "Again"),
        sending.react(me, _cid(), id, "👍", on=True),
        sending.delete_message(me, _cid(), id),
    ):
        with pytest.raises(LiveError, match="deleted"):
            await lobby.do(append)


async def test_reactions_are_counted_once_per_person_and_emoji(lobby: Scene) -> None:
    id = (await lobby.say(lobby.aylin, "Lunch")).data["id"]
    for person, emoji in [(lobby.bernd, "👍"), (lobby.bernd, "👍"), (lobby.aylin, "👍"), (lobby.bernd, "🎉")]:
        done = await lobby.do(sending.react(await lobby.standing(person), _cid(), id, emoji, on=True))
    (message,) = await lobby.shown()
    assert {each.emoji: set(each.people) for each in message.reactions} == {
        "👍": {lobby.bernd, lobby.aylin},
        "🎉": {lobby.bernd},
    }
    assert ReactionSet.model_validate(done.data).count == 1
    done = await lobby.do(sending.react(await lobby.standing(lobby.bernd), _cid(), id, "👍", on=False))
    assert done.data["count"] == 1


async def test_a_message_carries_no_more_than_twenty_kinds_of_emoji(lobby: Scene) -> None:
    id = (await lobby.say(lobby.aylin, "Lunch")).data["id"]
    me = await lobby.standing(lobby.bernd)
    for number in range(20):
        await lobby.do(sending.react(me, _cid(), id, chr(0x1F600 + number), on=True))
    with pytest.raises(LiveError, match="too_many_emoji"):
        await lobby.do(sending.react(me, _cid(), id, "🎉", on=True))


async def test_a_message_of_another_channel_is_not_found(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Hello")
    elsewhere = await lobby.converse(lobby.aylin, lobby.bernd)
    me = await lobby.standing(lobby.aylin, elsewhere)
    with pytest.raises(LiveError, match="not_found"):
        await lobby.do(sending.delete_message(me, _cid(), said.data["id"]))


async def test_what_is_no_emoji_is_refused_before_anything_happens(lobby: Scene) -> None:
    said = await lobby.say(lobby.aylin, "Hello")
    me = await lobby.standing(lobby.bernd)
    with pytest.raises(LiveError, match="emoji"):
        sending.react(me, _cid(), said.data["id"], "<script>", on=True)
