"""Chat over a real socket: what one sends is what the others get, and who loses a right loses it at once."""

import asyncio
import uuid
from typing import Any

import pytest

from chat import standing
from chat.texts import mention
from server.live.wire.chat import ChatMessage, ChatSnapshot, Typing, Unread
from signaling import removing
from tests.chat.lines import Lines
from tests.contract.ears import until
from tests.server.live.ground import Client


def _cid() -> str:
    return str(uuid.uuid4())


async def _say(client: Client, line: Lines, text: str, cid: str = "") -> Any:
    return await client.call("chat.send", channel=line.chat, cid=cid or _cid(), text=text)


async def _refused(client: Client, method: str, **params: Any) -> str:
    reply = await client.ask(method, **params)
    assert "e" in reply, reply
    return str(reply["e"]["code"])


# Seconds between two asks: below the 20 a second that one person may make, however long it takes.
PACE, MOST_ASKS = 0.06, 80


async def _until(client: Client, line: Lines, code: str) -> None:
    """Say something until it is answered so ("": accepted): rights are read anew some milliseconds after a change."""
    for _attempt in range(MOST_ASKS):
        answer = await client.ask("chat.send", channel=line.chat, cid=_cid(), text="but")
        if answer.get("e", {}).get("code", "") == code:
            return
        await asyncio.sleep(PACE)
    pytest.fail(f"the answer never was {code!r}")


async def test_what_one_says_reaches_everybody_once_and_in_one_order(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd") as bernd:
        sent = await asyncio.gather(
            *(aylin.send("chat.send", channel=line.chat, cid=_cid(), text=f"{n}") for n in range(20))
        )
        for number in sent:
            assert "r" in await aylin.reply(number)
        for client in (aylin, bernd):
            events = [await client.event(c=line.chat, k="message.created") for _ in range(20)]
            assert [event["d"]["text"] for event in events] == [f"{n}" for n in range(20)]
            assert [event["s"] for event in events] == list(range(1, 21))
        ChatMessage.model_validate(events[0]["d"])


async def test_sending_again_with_the_same_cid_gets_the_same_answer_and_no_second_event(line: Lines) -> None:
    cid = _cid()
    async with line.client("aylin") as aylin, line.client("bernd") as bernd:
        first, second = await _say(aylin, line, "once", cid), await _say(aylin, line, "once", cid)
        assert first == second
        assert (await bernd.event(k="message.created"))["cid"] == cid
        await bernd.quiet()


async def test_edits_reactions_and_deletions_are_events_of_the_same_log(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd") as bernd:
        said = await _say(aylin, line, "350 kV")
        about = {"channel": line.chat, "message": said["message"]}
        edited = await aylin.call("chat.edit", **about, cid=_cid(), text="350 kW")
        reacted = await bernd.call("chat.react", **about, cid=_cid(), emoji="👍", on=True)
        deleted = await aylin.call("chat.delete", **about, cid=_cid())
        assert [each["s"] for each in (said, edited, reacted, deleted)] == [1, 2, 3, 4]
        kinds = [(await bernd.event(c=line.chat))["k"] for _ in range(4)]
        assert kinds == ["message.created", "message.edited", "reaction.set", "message.deleted"]


async def test_sending_asks_for_no_right_again(line: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    async with line.client("aylin") as aylin:
        asked: list[object] = []
        monkeypatch.setattr(standing, "_standing", asked.append)
        for number in range(5):
            await _say(aylin, line, f"{number}")
        assert asked == []


async def test_typing_is_told_once_in_three_seconds_and_not_to_oneself_alone(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd") as bernd:
        for _ in range(3):
            await aylin.call("chat.typing", channel=line.chat)
        told = Typing.model_validate((await bernd.event(k="typing"))["d"])
        assert told.name == "Aylin Demir"
        await bernd.quiet()
        line.there.place.clock.advance(seconds=3)
        await aylin.call("chat.typing", channel=line.chat)
        await bernd.event(k="typing")


async def test_typing_is_not_told_where_more_hear_it_than_can_be_meant(
    line: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.live.TYPING_AUDIENCE_MOST", 2)
    async with line.client("aylin") as aylin, line.client("bernd") as bernd:
        async with line.client("dev"):
            await aylin.call("chat.typing", channel=line.chat)
            await bernd.quiet()
        await until(lambda: line.there.app.state.live.viewers(line.chat) == 2)
        await aylin.call("chat.typing", channel=line.chat)
        await bernd.event(k="typing")


async def test_those_who_are_in_the_room_on_other_workers_count_as_well(
    line: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.live.TYPING_AUDIENCE_MOST", 4)
    census, now = line.there.app.state.live.presence._census, asyncio.get_running_loop().time()
    async with line.client("aylin", line.chat, line.room) as aylin, line.client("bernd", line.chat) as bernd:
        for number in range(4):
            census.joined("elsewhere", line.room, f"c{number}", f"somebody {number}", now)
        await aylin.call("chat.typing", channel=line.chat)
        await bernd.quiet()
        census.gone("elsewhere", now, grace=False)
        await aylin.call("chat.typing", channel=line.chat)
        await bernd.event(k="typing")


async def test_a_direct_message_arrives_as_a_badge_where_nobody_listens_to_the_channel(line: Lines) -> None:
    opened = await line.there["aylin"].post(f"/messages/to/{line.there.ids['bernd']}")
    channel = "chat:" + opened.headers["location"].removeprefix("/messages/")
    async with line.client("aylin", channel) as aylin, line.client("bernd") as bernd:
        await aylin.call("chat.send", channel=channel, cid=_cid(), text="a word?")
        state = await bernd.event(k="unread")
        assert state["c"] == f"person:{line.there.ids['bernd']}"
        assert Unread.model_validate(state["d"]).total == 1
        assert state["d"]["channels"][0]["from"]["name"] == "Aylin Demir"
        assert (await bernd.call("chat.unread"))["total"] == 1
        assert (await bernd.call("chat.read", channel=channel, s=1))["read"] == 1
        assert (await bernd.event(k="unread"))["d"] == {"total": 0, "channels": []}


async def test_who_is_called_by_name_gets_a_badge_and_a_mention_carries_the_true_name(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd", line.room) as bernd:
        await _say(aylin, line, mention(line.there.ids["bernd"], "Boss"))
        assert (await aylin.event(k="message.created"))["d"]["text"] == mention(
            line.there.ids["bernd"], "Bernd Kowalski"
        )
        assert (await bernd.event(k="unread"))["d"]["channels"][0]["mentions"] == 1


async def test_a_newcomer_gets_the_channel_as_it_is_now(line: Lines) -> None:
    async with line.client("aylin") as aylin:
        for number in range(3):
            await _say(aylin, line, f"{number}")
    async with line.client("bernd") as bernd:
        state = bernd.welcome["channels"][line.chat]
        snapshot = ChatSnapshot.model_validate(state["snapshot"])
        assert [message.text for message in snapshot.messages] == ["0", "1", "2"]
        assert (state["top"], snapshot.read, snapshot.rights.send) == (3, 0, True)
        older = await bernd.call("chat.history", channel=line.chat, before=3, limit=1)
        assert ([message["text"] for message in older["messages"]], older["more"]) == (["1"], True)


async def test_people_are_found_by_the_beginning_of_their_names(line: Lines) -> None:
    async with line.client("aylin") as aylin:
        found = await aylin.call("chat.mentionable", channel=line.chat, q="kow")
        assert [each["name"] for each in found["people"]] == ["Bernd Kowalski"]


async def test_who_is_muted_is_refused_without_connecting_anew_and_heard_again_afterwards(line: Lines) -> None:
    path = f"/fairs/ruhr/people/{line.there.ids['bernd']}"
    async with line.client("bernd") as bernd:
        await line.there["dev"].post(f"{path}/mute", data={"minutes": "0"})
        assert (await bernd.event(k="member.muted"))["d"]["until"] is None
        await _until(bernd, line, "muted")
        assert await _refused(bernd, "chat.typing", channel=line.chat) == "muted"
        await line.there["dev"].post(f"{path}/unmute")
        await bernd.event(k="member.unmuted")
        await _until(bernd, line, "")


async def test_who_is_let_into_a_call_again_may_hear_what_is_written_beside_it_without_loading_the_page_anew(
    line: Lines,
) -> None:
    room, database = line.room.removeprefix("room:"), line.there.kernel.database
    whom = room, line.there.ids["bernd"], line.there.ids["dev"]
    async with line.client("bernd") as bernd:
        async with database.write() as uow:
            removing.remove(uow, *whom)
        assert (await bernd.event(k="revoked"))["c"] == line.chat
        async with database.write() as uow:
            await removing.readmit(uow, *whom)
        assert (await bernd.event(k="restored"))["c"] == line.chat
        assert (await bernd.call("subscribe", channels={line.chat: None}))["channels"][line.chat]["ok"]
        await bernd.call("echo")
        bernd.heard.clear()
        async with database.write() as uow:
            await removing.readmit(uow, *whom)  # once more: nobody was shut out
        await bernd.call("echo")
        assert "restored" not in [each["k"] for each in bernd.heard]


async def test_who_is_banned_hears_and_says_nothing_from_that_moment(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd", line.chat, line.room) as bernd:
        await line.there["dev"].post(f"/fairs/ruhr/people/{line.there.ids['bernd']}/ban", data={"reason": "Spam"})
        cut = {(await bernd.event(k="revoked"))["c"] for _ in range(2)}
        assert cut == {line.chat, line.room}
        await _say(aylin, line, "he is gone")
        assert await _refused(bernd, "chat.send", channel=line.chat, cid=_cid(), text="me, too") == "not_found"
        await bernd.call("echo")
        assert [each for each in bernd.heard if each["c"] in (line.chat, line.room)] == []


async def test_nobody_from_outside_is_let_in(line: Lines) -> None:
    async with line.client("chloe", line.chat, line.room) as chloe:
        assert {state["e"]["code"] for state in chloe.welcome["channels"].values() if not state["ok"]} == {"not_found"}
        assert await _refused(chloe, "chat.history", channel=line.chat) == "not_found"


async def test_a_moderator_deletes_what_others_said_and_others_do_not(line: Lines) -> None:
    async with line.client("aylin") as aylin, line.client("bernd") as bernd, line.client("dev") as dev:
        said = await _say(aylin, line, "buy now")
        about = {"channel": line.chat, "message": said["message"]}
        assert await _refused(bernd, "chat.delete", **about, cid=_cid()) == "forbidden"
        assert await _refused(bernd, "chat.edit", **about, cid=_cid(), text="sold") == "forbidden"
        await dev.call("chat.delete", **about, cid=_cid())
        assert (await bernd.event(k="message.deleted"))["d"]["by"] == line.there.ids["dev"]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("chat.send", {"text": "  "}, "bad_request"),
        ("chat.send", {"text": "x" * 4001}, "too_large"),
        ("chat.send", {"text": 7}, "bad_request"),
        ("chat.send", {"text": "x", "cid": "not-a-uuid"}, "bad_request"),
        ("chat.react", {"message": "none", "emoji": "nope", "on": True}, "bad_request"),
        ("chat.react", {"message": "none", "emoji": "👍", "on": True}, "not_found"),
        ("chat.edit", {"message": "none", "text": "x"}, "not_found"),
        ("chat.history", {"limit": 101}, "bad_request"),
        ("chat.read", {"s": -1}, "bad_request"),
    ],
)
async def test_bad_input_gets_its_documented_answer(
    line: Lines, method: str, params: dict[str, Any], code: str
) -> None:
    async with line.client("aylin") as aylin:
        assert await _refused(aylin, method, **({"channel": line.chat, "cid": _cid()} | params)) == code


async def test_a_room_is_no_chat(line: Lines) -> None:
    async with line.client("aylin", line.room) as aylin:
        assert await _refused(aylin, "chat.send", channel=line.room, cid=_cid(), text="hello") == "bad_request"
        assert await _refused(aylin, "room.roster", room=line.chat) == "bad_request"
