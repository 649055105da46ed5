"""Errors of our own: one person's, one room's, and one that the node can't go on after."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

from signaling.media import faults
from signaling.media.faults import Faults
from signaling.media.layer import Layer
from signaling.media.node import STUMBLES_MOST
from signaling.media.participant import Participant
from tests.signaling.scene import Person, Stage, until
from tests.signaling.test_own_nodes import offer
from tests.support.daemon import START_TIMEOUT_S
from tests.support.patience import PATIENCE_S
from tests.support.trouble import expects_trouble

SENDS = ("microphone", "camera")
HEARS = {"v": "anna.camera"}


class Broken:
    """State of which every use is an error."""

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)


@pytest.fixture
def said() -> Any:
    """What is logged meanwhile."""
    with structlog.testing.capture_logs() as logs:
        yield logs


async def three(stage: Stage) -> tuple[Person, Person, Person]:
    anna = await stage.join("anna", SENDS)
    return anna, await stage.join("ben", hears=HEARS), await stage.join("carla", hears=HEARS)


def who(stage: Stage, name: str) -> Participant:
    return stage.node.rooms["stage"].participants[name]


def break_handshake(stage: Stage) -> None:
    peer = who(stage, "ben").peer
    assert peer
    peer.handshake, peer.retry_at = Broken(), 0.0  # type: ignore[assignment]


def break_path(stage: Stage) -> None:
    who(stage, "ben").path = Broken()  # type: ignore[assignment]


def break_stream(stage: Stage) -> None:
    who(stage, "ben").slots["v"].ring = None  # type: ignore[assignment]


def break_all(stage: Stage) -> None:
    break_handshake(stage)
    peer = who(stage, "ben").peer
    assert peer
    peer.pairs = Broken()  # type: ignore[assignment]


@pytest.mark.parametrize("break_it", [break_handshake, break_path, break_stream, break_all])
async def test_who_is_broken_is_given_up_and_comes_back_and_the_others_notice_nothing(
    stage: Stage, said: Any, break_it: Any
) -> None:
    anna, ben, carla = await three(stage)
    anna.send_frame(key=True)
    await until(lambda: ben.pictures and carla.pictures)
    assert ben.peer._checking
    ben.peer._checking.cancel()  # a check that comes now would show what is broken first, as a datagram's
    break_it(stage)
    anna.send_frame()
    await until(lambda: "ben" not in stage.node.rooms["stage"].participants)
    await until(lambda: len(stage.node.mux.peers) == 2)
    before = len(carla.pictures)
    anna.send_frame()
    await until(lambda: len(carla.pictures) > before)
    assert next(each["where"] for each in said if each["event"] == "media_fault") == "peer"
    assert (await stage.node.ask("stats", {}))["faults"] >= 1
    again = await stage.join("ben", hears=HEARS, generation=1)
    anna.send_frame(key=True)
    await until(lambda: again.pictures)


async def test_a_broken_packet_ends_nobody_elses_round_and_a_strangers_nobodys_call(
    stage: Stage, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, carla = await three(stage)
    anna.send_frame(key=True)
    await until(lambda: ben.pictures and carla.pictures)

    def refuse(*_given: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(stage.node.mux.ice, "check", refuse)
    ben.peer.check()
    await until(lambda: stage.node.mux.faults.count)
    monkeypatch.setattr(Layer, "accept", refuse)
    assert sorted(stage.node.rooms["stage"].participants) == ["anna", "ben", "carla"]
    assert [each["where"] for each in said if each["event"] == "media_fault"] == ["datagram"]
    anna.send_frame()
    await until(lambda: sorted(stage.node.rooms["stage"].participants) == ["ben", "carla"])


async def test_a_room_that_is_broken_itself_ends_and_another_one_goes_on(
    stage: Stage, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "SAY_EVERY_S", PATIENCE_S)  # so that it is said once on a slow machine, too
    await stage.join("anna", SENDS)
    broken = stage.node.rooms["stage"]
    stage.room = "other"
    other = await stage.join("anna", SENDS), await stage.join("ben", hears=HEARS)
    monkeypatch.setattr(broken, "tell", lambda: 1 // 0)
    await until(lambda: "stage" not in stage.node.rooms)
    assert stage.node.mux.faults.count >= STUMBLES_MOST
    assert len([each for each in said if each["event"] == "media_fault"]) == 2, "each is said once: the passes, the end"
    other[0].send_frame(key=True)
    await until(lambda: other[1].pictures)
    assert len(stage.node.mux.peers) == 2


@pytest.mark.parametrize("broken", ["assign", "tell"])
@expects_trouble
async def test_a_room_of_which_the_end_is_broken_too_still_ends_its_recording_and_its_connections(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str
) -> None:
    await three(stage)
    given = {"room": "stage", "recording": "film", "path": str(tmp_path / "film.webm"), "agreed": [], "begins": True}
    await stage.node.ask("record", given)
    room = stage.node.rooms["stage"]
    recorder = room.recorder
    assert recorder
    monkeypatch.setattr(room, "tell", lambda: 1 // 0)
    monkeypatch.setattr(room, broken, lambda: 1 // 0)
    monkeypatch.setattr(who(stage, "ben"), "close", lambda: 1 // 0)
    await until(lambda: "stage" not in stage.node.rooms)
    await asyncio.wait_for(asyncio.to_thread(recorder.join), PATIENCE_S)
    assert not stage.node.mux.peers
    kind, last = stage.events[-1]
    assert (kind, last["participants"], last["recording"]) == ("room", [], "")


@expects_trouble
async def test_one_broken_room_keeps_no_other_recording_from_its_end_when_a_node_stops(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = Stage()
    recorders = []
    for name in ("stage", "other"):
        stage.room = name
        await stage.join("anna", SENDS, connect=False)
        path = str(tmp_path / f"{name}.webm")
        await stage.node.ask("record", {"room": name, "recording": name, "path": path, "agreed": [], "begins": True})
        recorders.append(stage.node.rooms[name].recorder)
    monkeypatch.setattr(stage.node.rooms["stage"], "close", lambda: 1 // 0)
    await stage.close()
    for recorder in recorders:
        assert recorder
        await asyncio.wait_for(asyncio.to_thread(recorder.join), PATIENCE_S)


async def test_a_node_that_cannot_go_on_says_so(stage: Stage, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = asyncio.Event()
    stage.node.on_broken = told.set
    monkeypatch.setattr(stage.node, "_pass", lambda *_given, **_more: 1 // 0)
    await stage.join("anna", SENDS, connect=False)
    await asyncio.wait_for(told.wait(), PATIENCE_S)
    assert stage.node.is_broken
    assert [each["event"] for each in said if each["log_level"] == "critical"] == ["media_node_broken"]


@pytest.mark.parametrize(
    ("passing", "stuck_s", "said"), [("1 // 0", 15, "media_node_broken"), ("time.sleep(60)", 5, "Timeout (0:00:05")]
)
async def test_a_node_that_raises_or_hangs_ends_with_a_trace_and_an_error(
    passing: str, stuck_s: int, said: str
) -> None:
    """Whoever started it begins it anew: see `test_own_nodes` and `test_supervisor`."""
    program = (
        f"import time; from signaling.media import node, process; process.STUCK_S = {stuck_s}; "
        f"node.Node._pass = lambda *given, **more: {passing}; process.main()"
    )
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=pipe, stdout=pipe, stderr=pipe)
    assert child.stdin
    child.stdin.write(
        json.dumps({"i": 1, "m": "join", "p": {"room": "room", "participant": "anna", "sdp": offer()}}).encode() + b"\n"
    )
    error = (await asyncio.wait_for(child.stderr.read(), START_TIMEOUT_S)).decode()  # type: ignore[union-attr]
    assert await child.wait() == 1
    assert said in error
    assert "<lambda>" in error or "in _tick" in error
    assert "locals" not in error, "they are keys and passwords, and take seconds to write out"


def test_the_same_fault_is_said_once_in_ten_seconds_and_every_one_is_counted(said: Any) -> None:
    now = [100.0]
    faults = Faults(lambda: now[0])
    for _ in range(3):
        faults.note("peer", KeyError("one"))
    faults.note("peer", ValueError("another"))
    now[0] += 10
    faults.note("peer", KeyError("one"))
    assert [each["count"] for each in said] == [1, 4, 5]
