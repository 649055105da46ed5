"""Recordings that stop: people in the call are told at once and why, and its moderator can go on."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette

from bench.media.peer import RawPeer
from rooms.actions import open_room
from rooms.model import BOOTH
from server.kernel.clock import FrozenClock
from server.live import topics
from signaling.found_nodes import FoundNodes
from signaling.protocol import ParticipantState, RoomState
from signaling.recorded import TOLD_FOR, Recorded, Stopped, Why
from signaling.recordings import queries
from signaling.recordings.ending import BEGINS_WITHIN, Ending
from signaling.recordings.model import Recording
from signaling.recordings.parts import Recordings
from tests.chat.lines import Lines, lines
from tests.fairs.guests import Guests, guests
from tests.signaling.recordings.test_endings import RecordingBackEnd, begun
from tests.signaling.test_live import join, state_of

LONG_S = 2 * BEGINS_WITHIN.total_seconds()
RUNS, INTERRUPTED = "This call is being recorded.", "The recording has ended: the server was interrupted."


@pytest.fixture
async def line(app: Starlette) -> AsyncIterator[Lines]:
    """A fair with people, behind a real port."""
    async with guests(app) as there, lines(there) as opened:
        yield opened


@pytest.fixture
async def named(line: Lines) -> Lines:
    """The same with a back end that records in name."""
    await line.there.app.state.calls.stop()
    line.there.app.state.calls.back_end = RecordingBackEnd()
    return line


async def found(there: Guests, recording: Recording) -> Recording:
    """As it is on record now."""
    async with there.kernel.database.read() as session:
        return await session.get_one(Recording, recording.id)


async def stopped_in(line: Lines, call: str) -> Any:
    """What somebody who comes on the line now is told of the last recording."""
    async with line.client("bernd", call) as client:
        return client.welcome["channels"][call]["snapshot"]["stopped"]


def kill_node(there: Guests) -> None:
    """The media node ends without a word."""
    nodes = there.app.state.calls.back_end.nodes
    os.kill(nodes.own.pid if isinstance(nodes, FoundNodes) else nodes.line.pid, signal.SIGKILL)


async def test_a_node_that_dies_ends_its_recording_before_everybodys_eyes_and_another_one_can_begin(
    line: Lines, clock: FrozenClock
) -> None:
    there, peers = line.there, list[RawPeer]()
    async with there.kernel.database.write() as uow:
        room = await open_room(uow, there.fair.id, BOOTH, "the-booth", "The booth")
    call, path = topics.call(room.id), f"/calls/{room.id}/recordings"
    try:
        async with line.client("aylin", call) as aylin:
            await join(aylin, call, peers, sends=True)
            assert (await there["dev"].post(path)).status_code == 303
            await state_of(aylin, call, lambda state: state["recording"])
            async with there.kernel.database.read() as session:
                recording = await queries.running(session, room.id)
            assert recording is not None
            kill_node(there)
            told = (await aylin.event(k="recording.stopped", c=call))["d"]
            assert told == {"recording": recording.id, "why": "lost"}
            page = (await there["dev"].get(path)).text
            assert INTERRUPTED in page
            assert RUNS not in page
            assert "Record again" in page
            assert await stopped_in(line, call) == told

            await join(aylin, call, peers, sends=True, generation=1)
            assert (await there["dev"].post(path)).status_code == 303
            await state_of(aylin, call, lambda state: state["recording"])
            assert RUNS in (await there["dev"].get(path)).text
            assert await stopped_in(line, call) is None
    finally:
        for peer in peers:
            await peer.close()
    clock.advance(seconds=10)
    await there.kernel.jobs.run_due()
    assert (await found(there, recording)).ended_at is not None, "what came until then is kept and made whole"


async def test_a_server_that_was_started_again_tells_what_its_end_has_ended(named: Lines, clock: FrozenClock) -> None:
    there = named.there
    calls = there.app.state.calls
    recording, path = await begun(there)
    calls.back_end.running = ""
    clock.advance(seconds=LONG_S)
    call = topics.call(recording.call_id)
    async with named.client("aylin", call) as aylin:
        await Ending(calls).start()
        assert (await aylin.event(k="recording.stopped", c=call))["d"]["why"] == "lost"
    assert INTERRUPTED in (await there["aylin"].get(path)).text
    # Who was not back yet is told as well, by whichever worker they come to.
    again = replace(calls, recorded=Recorded())
    await Ending(again).start()
    last = again.recorded.last(recording.call_id, clock.now())
    assert last is not None
    assert last.recording == recording.id
    clock.advance(seconds=TOLD_FOR.total_seconds())
    assert again.recorded.last(recording.call_id, clock.now()) is None


async def test_what_goes_on_over_a_start_is_not_said_to_have_ended(named: Lines, clock: FrozenClock) -> None:
    recording, path = await begun(named.there)
    clock.advance(seconds=LONG_S)
    assert await Ending(named.there.app.state.calls).runs(recording)
    assert RUNS in (await named.there["aylin"].get(path)).text
    named.there.app.state.calls.back_end.away = True
    assert RUNS in (await named.there["aylin"].get(path)).text


async def test_a_page_says_no_longer_what_the_node_does_not_say(named: Lines, clock: FrozenClock) -> None:
    """No worker has heard how it ended, and nobody waits for the job to find it."""
    recording, path = await begun(named.there)
    named.there.app.state.calls.back_end.running = ""
    assert RUNS in (await named.there["aylin"].get(path)).text, "its node may not have been asked yet to begin"
    clock.advance(seconds=LONG_S)
    assert RUNS not in (await named.there["aylin"].get(path)).text
    assert (await named.there["dev"].post(path)).status_code == 303
    async with named.there.kernel.database.read() as session:
        another = await queries.running(session, recording.call_id)
    assert another is not None
    assert another.id != recording.id == (await found(named.there, recording)).id


async def test_who_ends_one_tells_so_and_nothing_is_wrong_with_it(named: Lines) -> None:
    there = named.there
    recording, path = await begun(there)
    call = topics.call(recording.call_id)
    async with named.client("aylin", call) as aylin:
        there.app.state.calls.back_end.away = True
        assert (await there["dev"].post(f"{path}/end")).status_code == 503
        assert ((await found(there, recording)).why, (await found(there, recording)).stopped_at) == (None, None)
        there.app.state.calls.back_end.away = False
        assert (await there["dev"].post(f"{path}/end")).status_code == 303
        assert (await aylin.event(k="recording.stopped", c=call))["d"] == {"recording": recording.id, "why": "ended"}
    assert await stopped_in(named, call) is None
    assert "The recording has ended" not in (await there["dev"].get(path)).text


async def test_what_is_said_to_have_stopped_is_recorded_no_longer(named: Lines) -> None:
    """Its node was only thought to be dead, or whoever ended it did not get that far."""
    there = named.there
    recording, _ = await begun(there)
    await Ending(there.app.state.calls).stopped(recording.id, "lost")
    assert there.app.state.calls.back_end.running == recording.id
    await Recordings(there.app.state.calls).settle(recording.id)
    assert there.app.state.calls.back_end.running == ""
    assert (await found(there, recording)).ended_at is not None


async def test_of_two_who_notice_one_tells(named: Lines) -> None:
    recording, _ = await begun(named.there)
    call, ending = topics.call(recording.call_id), Ending(named.there.app.state.calls)
    async with named.client("aylin", call) as aylin:
        await asyncio.gather(ending.stopped(recording.id, "lost"), ending.stopped(recording.id, "empty"))
        await aylin.event(k="recording.stopped", c=call)
        await aylin.quiet()
        assert [each for each in aylin.heard if each.get("k") == "recording.stopped"] == []


def state(recording: str = "", *people: str, epoch: str = "one") -> RoomState:
    """How the room is."""
    there = [ParticipantState(id=each, person=each, generation=0, ready=True, tracks=[]) for each in people]
    return RoomState(room="room", epoch=epoch, v=1, participants=there, speakers=[], recording=recording)


@pytest.mark.parametrize(
    ("after", "why"), [(state(epoch=""), "lost"), (state("", "anna"), "failed"), (state(), "empty")]
)
def test_how_a_room_is_says_why_nothing_is_recorded_in_it_any_more(after: RoomState, why: Why) -> None:
    noticed = list[tuple[str, Why]]()
    recorded = Recorded(on_stopped=lambda recording, why: noticed.append((recording, why)))
    for each in (state("", "anna"), state("one", "anna"), state("one", "anna", "ben"), after, after):
        recorded.follow(each)
    assert noticed == [("one", why)]


def test_what_stopped_before_is_forgotten_with_the_next_one(clock: FrozenClock) -> None:
    recorded = Recorded()
    recorded.note("room", Stopped("one", "lost", clock.now()))
    recorded.follow(state("two", "anna"))
    recorded.note("room", Stopped("one", "lost", clock.now()))  # by a worker that noticed it late
    assert recorded.last("room", clock.now()) is None
