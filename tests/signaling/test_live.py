"""Calls over a real socket, through a media node that is a process of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

from bench.media.peer import Media, RawPeer, opus
from rooms.actions import open_room
from rooms.model import BOOTH, MEETING, STAGE
from server.kernel.clock import FrozenClock
from server.kernel.db import OWED_AFTER
from server.live import topics
from server.live.wire.call import CallAnswer, CallSnapshot
from server.live.wire.codes import Close
from signaling.found_nodes import FoundNodes
from signaling.lines import START_S
from signaling.live import participant_id
from signaling.own_nodes import OwnNodes
from signaling.parts import Calls
from signaling.protocol import SOURCES
from tests.chat.lines import Lines, lines
from tests.fairs.guests import guests
from tests.server.live.ground import Client
from tests.signaling.dying import dying_after_commits
from tests.signaling.quiet import QuietBackEnd
from tests.signaling.scene import until
from tests.support.patience import PATIENCE_S

OFFER_DEVICE = "aaaabbbbcccc0001"


class RefusedError(Exception):
    """The server said no."""


async def ask(client: Client, method: str, **params: Any) -> Any:
    """The result of a request. Raises RefusedError."""
    return result(await client.ask(method, **params))


async def offer(client: Client, **params: Any) -> Any:
    """The result of an offer, for which the server may have to start a media node. Raises RefusedError."""
    return result(await client.reply(await client.send("call.offer", **params), START_S))


def result(reply: dict[str, Any]) -> Any:
    """What a reply brings. Raises RefusedError."""
    if "e" in reply:
        raise RefusedError(f"{reply['e']['code']}: {reply['e']['msg']}")
    return reply["r"]


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port."""
    async with guests(app) as there, lines(there) as opened:
        yield opened


@pytest.fixture
async def calls(line: Lines) -> dict[str, str]:
    """The topics of a stage's, a booth's and a meeting room's call, by kind."""
    made = {}
    async with line.there.app.state.kernel.database.write() as uow:
        for kind in (STAGE, BOOTH, MEETING):
            made[kind] = topics.call((await open_room(uow, line.there.fair.id, kind, f"the-{kind}", kind)).id)
    return made


@pytest.fixture
async def peers() -> AsyncIterator[list[RawPeer]]:
    """Connections that end with the test."""
    opened: list[RawPeer] = []
    yield opened
    for peer in opened:
        await peer.close()


async def quiet(line: Lines) -> QuietBackEnd:
    """A back end that notes what it is asked, in place of the real one, which ends."""
    calls = line.there.app.state.calls
    await calls.stop()
    calls.back_end = QuietBackEnd()
    back_end: QuietBackEnd = calls.back_end
    return back_end


async def join(client: Client, call: str, peers: list[RawPeer], *, sends: bool, generation: int = 0) -> RawPeer:
    """Take part in a call, with a microphone or listening."""
    peer = RawPeer([Media("0", "audio", sends)])
    peers.append(peer)
    more = {"publish": [{"mid": "0", "source": "microphone"}]} if sends else {"listen": {"0": "auto"}}
    answer = await offer(client, call=call, device=OFFER_DEVICE, generation=generation, sdp=peer.offer(), **more)
    peer.connect(CallAnswer.model_validate(answer).sdp)
    await asyncio.wait_for(peer.connected.wait(), PATIENCE_S)
    return peer


async def state_of(client: Client, call: str, true: Any) -> dict[str, Any]:
    """The first state of a call for which something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            state: dict[str, Any] = (await client.event(k="call", c=call))["d"]
            if true(state):
                return state


async def test_a_call_from_coming_in_to_the_death_of_its_node(
    line: Lines, calls: dict[str, str], peers: list[RawPeer]
) -> None:
    """One walk, since a node takes a second to start."""
    there = [line.client(name, *calls.values()) for name in ("aylin", "bernd", "edda")]
    async with there[0] as aylin, there[1] as bernd, there[2] as edda:
        await people_hear_each_other_and_see_who_is_there(aylin, bernd, calls[MEETING], peers)
        await a_malformed_offer_is_one_clean_error(aylin, calls[MEETING])
        await on_a_stage_only_those_with_a_part_in_it_publish(aylin, edda, calls[STAGE], peers)
        await a_moderators_mute_is_undone_by_moderators_alone(aylin, edda, calls[BOOTH], peers)
        nodes = line.there.app.state.calls.back_end.nodes
        child = nodes.own.pid if isinstance(nodes, FoundNodes) else nodes.line.pid
        os.kill(child, signal.SIGKILL)
        await a_killed_node_is_replaced_and_people_are_told_to_come_back(aylin, calls[BOOTH], peers)


async def people_hear_each_other_and_see_who_is_there(
    aylin: Client, bernd: Client, call: str, peers: list[RawPeer]
) -> None:
    snapshot = CallSnapshot.model_validate(bernd.welcome["channels"][call]["snapshot"])
    assert (snapshot.kind, snapshot.participants, snapshot.may.moderate) == ("meeting", [], False)
    speaker = await join(aylin, call, peers, sends=True)
    listener = await join(bernd, call, peers, sends=False)
    state = await state_of(bernd, call, lambda state: len(state["participants"]) == 2)
    assert [track["source"] for each in state["participants"] for track in each["tracks"]] == ["microphone"]
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await until(lambda: listener.packets)
    await ask(aylin, "call.leave", call=call, device=OFFER_DEVICE)
    await state_of(bernd, call, lambda state: len(state["participants"]) == 1)


async def a_malformed_offer_is_one_clean_error(aylin: Client, call: str) -> None:
    for sdp in ("", "v=0\r\n", "x" * 32_000):
        with pytest.raises(RefusedError, match="bad_request"):
            await ask(aylin, "call.offer", call=call, device=OFFER_DEVICE, generation=0, sdp=sdp)


async def on_a_stage_only_those_with_a_part_in_it_publish(
    aylin: Client, edda: Client, call: str, peers: list[RawPeer]
) -> None:
    with pytest.raises(RefusedError, match="forbidden"):
        await join(aylin, call, peers, sends=True)
    speaker = await join(edda, call, peers, sends=True)
    viewer = await join(aylin, call, peers, sends=False)
    speaker.send(opus(1, 960, speaker.sections[0].ssrc))
    await until(lambda: viewer.packets)


async def a_moderators_mute_is_undone_by_moderators_alone(
    aylin: Client, edda: Client, call: str, peers: list[RawPeer]
) -> None:
    await join(aylin, call, peers, sends=True)
    state = await state_of(edda, call, lambda state: state["participants"])
    mute = {"call": call, "participant": state["participants"][0]["id"], "sources": ["microphone"]}
    await ask(edda, "call.mute", **mute, muted=True)
    await state_of(edda, call, lambda state: state["participants"][0]["tracks"][0]["muted"])
    with pytest.raises(RefusedError, match="forbidden"):
        await ask(aylin, "call.mute", **mute, muted=False)
    await ask(edda, "call.mute", **mute, muted=False)
    await state_of(edda, call, lambda state: not state["participants"][0]["tracks"][0]["muted"])


async def a_killed_node_is_replaced_and_people_are_told_to_come_back(
    aylin: Client, call: str, peers: list[RawPeer]
) -> None:
    await state_of(aylin, call, lambda state: state["participants"] == [])
    await join(aylin, call, peers, sends=True, generation=1)
    await state_of(aylin, call, lambda state: state["participants"])


async def test_who_was_removed_is_out_at_once_and_comes_back_only_when_let_in(
    line: Lines, calls: dict[str, str], peers: list[RawPeer]
) -> None:
    call, there = calls[MEETING], line.there
    async with line.client("aylin", call) as aylin, line.client("edda", call) as edda:
        speaker = await join(aylin, call, peers, sends=True)
        listener = await join(edda, call, peers, sends=False)
        speaker.send(opus(1, 960, speaker.sections[0].ssrc))
        await until(lambda: listener.packets)
        with pytest.raises(RefusedError, match="forbidden"):
            await ask(aylin, "call.remove", call=call, person=there.ids["edda"])
        await ask(edda, "call.remove", call=call, person=there.ids["aylin"])
        heard = len(listener.packets)
        for seq in range(2, 12):
            speaker.send(opus(seq, 960 * seq, speaker.sections[0].ssrc))
        await asyncio.sleep(0.1)
        assert len(listener.packets) == heard
        assert (await aylin.event(k="revoked", c=call))["d"] == {"why": "removed"}
        with pytest.raises(RefusedError, match="not_found"):
            await join(aylin, call, peers, sends=True, generation=1)
        await ask(edda, "call.readmit", call=call, person=there.ids["aylin"])
        await aylin.event(k="restored", c=call)
        await ask(aylin, "subscribe", channels={call: None})
        await join(aylin, call, peers, sends=True, generation=2)

        # The room is closed: that ends it for everybody.
        await there["edda"].post(f"/fairs/ruhr/programme/rooms/{call.partition(':')[2]}/close")
        for each in (aylin, edda):
            await each.event(k="revoked", c=call)
            with pytest.raises(RefusedError, match="not_found"):
                await join(each, call, peers, sends=True, generation=3)
        running: Calls = there.app.state.calls
        state = await running.back_end.state(call.partition(":")[2])
        assert state is None or not state.participants


async def test_who_signs_out_is_out_of_the_call_also_where_the_worker_dies_right_after_the_commit(
    line: Lines, calls: dict[str, str], peers: list[RawPeer], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, kernel = calls[MEETING], line.there.kernel
    async with line.client("aylin", call) as aylin, line.client("bernd", call) as bernd:
        async with line.client("edda", call) as edda:
            speaker = await join(aylin, call, peers, sends=True)
            await join(bernd, call, peers, sends=True)
            listener = await join(edda, call, peers, sends=False)
            await line.there["bernd"].post("/sign-out")
            await state_of(edda, call, lambda state: len(state["participants"]) == 2)

            with dying_after_commits(monkeypatch):
                await line.there["aylin"].post("/sign-out")
            speaker.send(opus(1, 960, speaker.sections[0].ssrc))
            await until(lambda: listener.packets)
            clock.advance(seconds=OWED_AFTER.total_seconds())
            await kernel.jobs.run_due()
            heard = len(listener.packets)
            speaker.send(opus(2, 1_920, speaker.sections[0].ssrc))
            await state_of(edda, call, lambda state: len(state["participants"]) == 1)
            assert len(listener.packets) == heard
        for one in (aylin, bernd):
            assert await one.closed() == Close.SESSION_ENDED


async def test_what_people_ask_reaches_the_node_by_the_rights_that_they_have(
    line: Lines, calls: dict[str, str]
) -> None:
    back_end = await quiet(line)
    async with line.client("edda", calls[MEETING]) as edda:
        await how_large_a_picture_is_shown_reaches_the_node(edda, calls[MEETING], back_end)
        ids = {name: participant_id(line.there.ids[name], OFFER_DEVICE) for name in ("aylin", "edda")}
        await a_moderator_who_mutes_themselves_does_so_as_anybody(edda, calls[MEETING], back_end, ids)
        await a_moderator_mutes_everything_that_somebody_may_send(edda, calls[MEETING], back_end, ids["aylin"])


async def test_that_a_node_cannot_be_asked_is_told_and_not_that_nobody_is_there(
    line: Lines, calls: dict[str, str]
) -> None:
    back_end, call = await quiet(line), calls[MEETING]
    back_end.sits(call.removeprefix("call:"), "bernd-1", line.there.ids["bernd"])
    for back_end.is_away, people in ((True, []), (False, ["bernd-1"])):
        async with line.client("edda", call) as edda:
            snapshot = CallSnapshot.model_validate(edda.welcome["channels"][call]["snapshot"])
            assert (snapshot.known, [each.id for each in snapshot.participants]) == (not back_end.is_away, people)
            assert (snapshot.kind, snapshot.may.moderate) == ("meeting", True)


async def how_large_a_picture_is_shown_reaches_the_node(edda: Client, call: str, back_end: QuietBackEnd) -> None:
    about = {"call": call, "device": OFFER_DEVICE, "listen": {"0": "auto", "1": "auto"}}
    await ask(edda, "call.offer", generation=0, sdp="v=0", sizes={"0": "small"}, **about)
    await ask(edda, "call.listen", sizes={"1": "medium"}, **about)
    with pytest.raises(RefusedError, match="bad_request"):
        await ask(edda, "call.listen", sizes={"1": "huge"}, **about)
    assert [given.sizes for _, given in back_end.asked] == [{"0": "small"}, {"1": "medium"}]
    back_end.asked.clear()


async def a_moderator_who_mutes_themselves_does_so_as_anybody(
    edda: Client, call: str, back_end: QuietBackEnd, ids: dict[str, str]
) -> None:
    for name, muted in (("edda", True), ("edda", False), ("aylin", True)):
        await ask(edda, "call.mute", call=call, sources=["camera"], participant=ids[name], muted=muted)
    assert [(given.moderator, given.own) for _, given in back_end.asked] == [(False, True), (True, True), (True, False)]
    back_end.asked.clear()


async def a_moderator_mutes_everything_that_somebody_may_send(
    edda: Client, call: str, back_end: QuietBackEnd, aylin: str
) -> None:
    about = {"call": call, "participant": aylin, "muted": True}
    await ask(edda, "call.mute", sources=list(SOURCES), **about)
    with pytest.raises(RefusedError, match="bad_request"):
        await ask(edda, "call.mute", sources=[*SOURCES, "camera"], **about)
    assert [given.sources for _, given in back_end.asked] == [list(SOURCES)]


async def test_what_people_show_each_other_in_a_call(line: Lines, calls: dict[str, str]) -> None:
    async with line.client("aylin", *calls.values()) as aylin, line.client("edda", *calls.values()) as edda:
        await who_may_speak_writes_captions_and_the_audience_reads_them(aylin, edda, calls, line.there.ids["aylin"])
        await a_hand_and_a_reaction_are_seen_by_everybody_in_the_call(
            aylin, edda, calls[BOOTH], line.there.ids["aylin"]
        )


async def who_may_speak_writes_captions_and_the_audience_reads_them(
    aylin: Client, edda: Client, calls: dict[str, str], id: str
) -> None:
    await ask(aylin, "call.caption", call=calls[BOOTH], text=" A  trafo ")
    assert (await edda.event(k="caption"))["d"] == {"person": id, "text": "A trafo"}
    with pytest.raises(RefusedError, match="bad_request"):
        await ask(aylin, "call.caption", call=calls[BOOTH], text="\u0007")
    with pytest.raises(RefusedError, match="forbidden"):
        await ask(aylin, "call.caption", call=calls[STAGE], text="Me too")
    await ask(edda, "call.caption", call=calls[STAGE], text="Good morning")
    assert (await aylin.event(k="caption", c=calls[STAGE]))["d"]["text"] == "Good morning"


async def a_hand_and_a_reaction_are_seen_by_everybody_in_the_call(
    aylin: Client, edda: Client, call: str, id: str
) -> None:
    await ask(aylin, "call.sign", call=call, hand=True)
    shown = (await edda.event(k="sign"))["d"]
    assert (shown["person"], shown["hand"], shown["reaction"]) == (id, True, None)
    await ask(aylin, "call.sign", call=call, reaction="applause")
    assert (await edda.event(k="reactions"))["d"] == {"counts": {"applause": 1}, "people": {id: "applause"}}
    for wrong in ({}, {"hand": True, "reaction": "heart"}, {"reaction": "a sermon"}):
        with pytest.raises(RefusedError, match="bad_request"):
            await ask(aylin, "call.sign", call=call, **wrong)


async def test_two_people_pass_descriptions_and_candidates_to_each_other_in_the_order_in_which_they_said_them(
    line: Lines, calls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call, ids = calls[MEETING], line.there.ids
    peer = RawPeer([Media("0", "audio", True)])
    peer.socket.close()
    description = {"type": "offer", "sdp": peer.offer()}
    said = {"call": call, "device": OFFER_DEVICE, "to": ids["bernd"], "generation": 3}
    async with line.client("aylin", call) as aylin, line.client("bernd", call) as bernd:
        await ask(aylin, "call.signal", **said, description=description)
        came = (await bernd.event(k="signal"))["d"]
        assert (came["sender"], came["generation"], came["description"]["type"]) == (ids["aylin"], 3, "offer")
        assert came["polite"] is (ids["bernd"] < ids["aylin"])
        with pytest.raises(RefusedError, match="bad_request: sdp"):
            await ask(aylin, "call.signal", **said, description={"type": "offer", "sdp": "v=0\r\nnonsense"})
        await ask(aylin, "call.signal", **said, candidate={"candidate": "candidate:1 1 udp 1 ::1 9"})
        assert (await bernd.event(k="signal"))["d"]["candidate"]["candidate"] == "candidate:1 1 udp 1 ::1 9"
        with pytest.raises(RefusedError, match="bad_request: one of"):
            await ask(aylin, "call.signal", **said)
        with pytest.raises(RefusedError, match="not_found"):
            await ask(aylin, "call.signal", **said | {"to": "nobody"}, gone=True)
        asked = slow_at_first(monkeypatch, ids["bernd"])
        await aylin.send("call.signal", **said, description=description)
        for port in range(1, 4):
            await aylin.send("call.signal", **said, candidate={"candidate": f"candidate:1 1 udp 1 ::1 {port}"})
        came_in = [(await bernd.event(k="signal"))["d"]["candidate"] for _ in range(4)]
        assert len(asked) == 4
    assert [each and each["candidate"][-1] for each in came_in] == [None, "1", "2", "3"]


async def test_who_moves_within_a_call_of_two_tells_themselves_so(line: Lines, calls: dict[str, str]) -> None:
    aylin = line.there.ids["aylin"]
    said = {"call": calls[MEETING], "device": OFFER_DEVICE, "to": aylin, "generation": 3, "moved": True}
    async with line.client("aylin", calls[MEETING]) as before, line.client("aylin", calls[MEETING]) as now:
        await ask(now, "call.signal", **said)
        came = (await before.event(k="signal"))["d"]
        assert (came["sender"], came["device"], came["moved"]) == (aylin, OFFER_DEVICE, True)
        with pytest.raises(RefusedError, match="yourself"):
            await ask(now, "call.signal", **said | {"gone": True, "moved": False})


def slow_at_first(monkeypatch: pytest.MonkeyPatch, person: str) -> list[Any]:
    """Have the first question about somebody's rights take its time; all that are asked."""
    right, asked_before = Calls.rights, list[Any]()

    async def rights(self: Calls, asked: Any) -> Any:
        if len(asked) == 1 and asked[0][0] == person:
            asked_before.append(asked)
            await asyncio.sleep(0.1 if len(asked_before) == 1 else 0)
        return await right(self, asked)

    monkeypatch.setattr(Calls, "rights", rights)
    return asked_before


async def test_who_stands_at_the_door_gets_ice_servers_and_has_what_carries_the_call_started(
    line: Lines, calls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[bool] = []

    async def begin(self: OwnNodes) -> None:
        begun.append(True)

    monkeypatch.setattr(OwnNodes, "prepare", begin)
    assert line.there.kernel.settings.turn_urls == []
    async with line.client("aylin", calls[MEETING]) as aylin:
        assert (await ask(aylin, "call.ice", call=calls[MEETING]))["servers"] == []
        assert not begun
        await ask(aylin, "call.ice", call=calls[MEETING], door=True)
        assert begun
