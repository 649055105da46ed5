"""Calls between the two people of a conversation: who may ring whom, and what is left of a call that was missed."""

import re
import uuid

import pytest

from rooms.actions import open_room
from rooms.model import MEETING
from server.kernel.clock import FrozenClock
from server.kernel.db import OWED_AFTER
from server.live import topics
from tests.chat.lines import Lines
from tests.fairs.guests import Guests
from tests.server.live.ground import Client
from tests.signaling.dying import dying_after_commits

MISSED = "I tried to call you."


@pytest.fixture
async def channel(there: Guests) -> str:
    """The id of the conversation between Aylin and Bernd."""
    answer = await there["aylin"].post(f"/messages/to/{there.ids['bernd']}/call")
    path: str = answer.headers["location"]
    assert path.endswith("/call")
    return path.split("/")[2]


def ring(channel: str, state: str = "ringing", cid: str = "") -> dict[str, str]:
    return {"call": topics.call(channel), "state": state, "cid": cid or str(uuid.uuid4())}


async def refused(client: Client, params: dict[str, str]) -> str:
    code: str = (await client.ask("call.ring", **params))["e"]["code"]
    return code


async def test_ringing_reaches_the_other_one_and_ones_own_other_devices(line: Lines, channel: str) -> None:
    async with line.client("aylin") as aylin, line.client("aylin") as at_her_desk, line.client("bernd") as bernd:
        await aylin.call("call.ring", **ring(channel))
        heard = (await bernd.event(k="ring"))["d"]
        assert (heard["sender"], heard["state"], heard["mine"]) == (line.there.ids["aylin"], "ringing", False)
        assert heard["path"] == f"/messages/{channel}/call"
        await bernd.call("call.ring", **ring(channel, "declined", heard["cid"]))
        assert (await aylin.event(k="ring"))["d"]["state"] == "declined"
        assert (await at_her_desk.event(k="ring"))["d"]["state"] == "declined"


async def test_nobody_rings_into_a_conversation_of_others(line: Lines, channel: str) -> None:
    async with line.client("bernd") as bernd:
        for name in ("dev", "edda", "chloe"):
            async with line.client(name, "chat:nothing") as stranger:
                for state in ("ringing", "missed", "taken", "declined"):
                    assert await refused(stranger, ring(channel, state)) == "not_found"
        await bernd.call("echo")
        assert [event for event in bernd.heard if event["k"] == "ring"] == []
    assert MISSED not in (await line.there["bernd"].get(f"/messages/{channel}")).text


async def test_who_may_not_write_may_not_ring(line: Lines, channel: str) -> None:
    async with line.client("aylin") as aylin:
        await line.there.place.ban(line.there.fair, line.there.ids["bernd"], by=line.there.ids["dev"])
        assert (await line.there["aylin"].get(f"/messages/{channel}/call")).status_code == 404
        assert await refused(aylin, ring(channel, "missed")) == "not_found"
    assert MISSED not in (await line.there["aylin"].get(f"/messages/{channel}")).text


async def test_a_missed_call_leaves_one_note_however_often_it_is_said(line: Lines, channel: str) -> None:
    missed = ring(channel, "missed")
    async with line.client("aylin") as aylin:
        for _again in range(3):
            await aylin.call("call.ring", **missed)
    page = (await line.there["bernd"].get(f"/messages/{channel}")).text
    assert MISSED in page
    assert len(re.findall(r'id="message-[^"]+"', page)) == 1


async def test_a_room_is_entered_and_not_rung(line: Lines) -> None:
    async with line.there.kernel.database.write() as uow:
        room = await open_room(uow, line.there.fair.id, MEETING, "meeting", "Meeting")
    async with line.client("aylin") as aylin:
        assert await refused(aylin, ring(room.id)) == "bad_request"


async def test_one_calls_only_people_whom_one_may_write_to(there: Guests) -> None:
    for other in (there.ids["chloe"], there.ids["aylin"], "nobody"):
        assert (await there["aylin"].post(f"/messages/to/{other}/call")).status_code == 404


async def test_who_may_not_write_to_each_other_any_more_are_out_of_their_call_both_of_them(
    line: Lines, channel: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the worker dies right after one of them was banned."""
    there, call = line.there, topics.call(channel)
    async with line.client("aylin", call) as aylin, line.client("bernd", call) as bernd:
        assert (await aylin.ask("call.ice", call=call))["r"]
        with dying_after_commits(monkeypatch):
            await there.place.ban(there.fair, there.ids["bernd"], by=there.ids["dev"])
        clock.advance(seconds=OWED_AFTER.total_seconds())
        await there.kernel.jobs.run_due()
        for one in (aylin, bernd):
            await one.event(k="revoked", c=call)
