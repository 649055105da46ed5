"""Our own nodes as a back end: when one is started, and what is refused."""

import asyncio
import os
import signal
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bench.media.peer import Media, RawPeer
from server.kernel.memory_bus import MemoryBus
from server.kernel.settings import Settings
from signaling.own_nodes import OwnNodes
from signaling.protocol import Expel, Join, MediaError, Remove, RoomState
from tests.signaling.scene import until


def offer() -> str:
    peer = RawPeer([Media("0", "audio", False)])
    peer.socket.close()
    return peer.offer()


async def test_nothing_is_started_before_somebody_is_at_a_door_and_then_one_node() -> None:
    nodes = OwnNodes(Settings(), MemoryBus())
    assert await nodes.state("room") is None
    assert await nodes.stats() == []
    await nodes.remove(Remove(room="room", participant="anna"))
    await nodes.expel(Expel(person="anna"))
    assert await nodes.nodes.all() == ([], None)
    await asyncio.gather(nodes.prepare(), nodes.prepare())
    [line], _ = await nodes.nodes.all()
    begun = line.pid  # type: ignore[attr-defined]
    await nodes.join(Join(room="room", participant="anna", person="anna", session="", sdp=offer()))
    assert begun == line.pid is not None  # type: ignore[attr-defined]
    await nodes.stop()


async def test_a_node_that_dies_is_started_again_and_its_rooms_are_said_to_be_empty() -> None:
    nodes, states = OwnNodes(Settings(), MemoryBus()), list[RoomState]()
    nodes.ears.on_room = states.append
    await nodes.join(Join(room="room", participant="anna", person="anna", session="", sdp=offer()))
    await until(lambda: states)
    [line], _ = await nodes.nodes.all()
    os.kill(line.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    await until(lambda: states[-1].participants == [])
    assert states[-1].v > states[0].v
    await nodes.join(Join(room="room", participant="anna", person="anna", session="", sdp=offer()))
    await until(lambda: states[-1].participants)
    assert states[-1].v > states[-2].v
    await nodes.stop()


async def test_a_fault_of_a_child_stands_in_the_figures_of_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("fairmatch_errors_logged_total", {"event": "media_fault"}) or 0.0

    program = "from signaling.media import ice, process; ice.IceLite.check = lambda *given: 1 // 0; process.main()"
    start = asyncio.create_subprocess_exec

    async def start_broken(python: str, *words: str, **more: Any) -> asyncio.subprocess.Process:
        return await start(python, "-c", program, *words[2:], **more)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_broken)
    nodes, before = OwnNodes(Settings(), MemoryBus()), counted()
    peer = RawPeer([Media("0", "audio", False)])
    answer = await nodes.join(Join(room="room", participant="anna", person="", session="", sdp=peer.offer()))
    peer.connect(answer.sdp)
    await until(lambda: counted() > before)
    await peer.close()
    await nodes.stop()


async def test_what_is_wrong_is_said_by_the_node_and_it_goes_on() -> None:
    nodes = OwnNodes(Settings(), MemoryBus())
    with pytest.raises(MediaError, match="bad_request: sdp"):
        await nodes.join(Join(room="room", participant="anna", person="", session="", sdp="v=0"))
    await nodes.join(Join(room="room", participant="anna", person="anna", session="", sdp=offer()))
    assert [each.participant for each in await nodes.where("anna")] == ["anna"]
    await nodes.expel(Expel(person="anna"))
    assert await nodes.where("anna") == []
    await nodes.stop()
